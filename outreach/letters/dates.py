"""A day as a letter writes it, in the letter's language."""

from collections.abc import Mapping
from datetime import date

from babel import localedata
from babel.dates import format_date

from outreach.letters.languages import base

_FALLBACK = "en"
_LOCALES: Mapping[str, str] = {"en": "en_GB"}  # the day before the month, as in other languages
_COMMAS: Mapping[str, str] = {"ar": "، ", "zh": "，"}


def written_day(day: date, language: str) -> str:
    """ "1 December 2026"; in English where the language is not known."""
    tongue = base(language) if localedata.exists(base(language)) else _FALLBACK
    return format_date(day, "long", locale=_LOCALES.get(tongue, tongue))


def comma(language: str) -> str:
    """What stands between the place of writing and the day."""
    return _COMMAS.get(base(language), ", ")
