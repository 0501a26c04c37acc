"""The line above a quoted mail that says who wrote it and when, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime

from outreach.letters.dates import written_day
from outreach.letters.languages import base

_FALLBACK = "en"
_LINES: Mapping[str, str] = {
    "ar": "في {day}، {time}، كتب {name}:",
    "de": "Am {day} um {time} schrieb {name}:",
    "en": "On {day} at {time}, {name} wrote:",
    "es": "El {day} a las {time}, {name} escribió:",
    "fr": "Le {day} à {time}, {name} a écrit :",
    "it": "Il {day} alle {time}, {name} ha scritto:",
    "pt": "Em {day} às {time}, {name} escreveu:",
    "ru": "{day} в {time} {name} пишет:",
    "zh": "{name} 于 {day} {time} 写道：",
}


def attribution(language: str, name: str, at: datetime) -> str:
    """``at`` by the clock that its own zone has; English where the language has no line here."""
    tongue = base(language) if base(language) in _LINES else _FALLBACK
    day = written_day(at.date(), tongue)
    return _LINES[tongue].format(day=day, time=f"{at:%H:%M}", name=name)
