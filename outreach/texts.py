"""What people read, in the language they read: English in the source, all else in catalogues.

A door says once who reads (``speaking``); the rooms word what they have to say with ``gettext``
and ``ngettext``. Where nobody has said anything, it is English: in logs, rows and commands.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}
FOLDER = Path(__file__).parent / "translations"

_language: ContextVar[str] = ContextVar("language", default="en")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_PLACE = re.compile(r"%\(\w+\)[sd]")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it, sentences are worded in ``language``, one of LANGUAGES."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def spoken() -> str:
    """The code of the language that is spoken here and now."""
    return _language.get()


def mark(message: str) -> str:
    """A constant that ``gettext`` is given later; here it stays as it is."""
    return message


def gettext(message: str, **values: object) -> str:
    """``message`` with its ``%(name)s`` filled in; a "%" beside values is written "%%"."""
    said = translation(message)
    return said % values if values else said


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """``%(num)s`` is ``number`` as one writes it; for another form, give ``num`` itself."""
    return plural_translation(one, many, number) % {"num": count(number), **values}


def translation(message: str) -> str:
    """As ``gettext``, with nothing filled in."""
    said: str = _catalogue(spoken()).gettext(message)
    return said


def plural_translation(one: str, many: str, number: int) -> str:
    """As ``ngettext``, with nothing filled in."""
    said: str = _catalogue(spoken()).ngettext(one, many, number)
    return said


def count(value: float) -> str:
    """With its thousands apart: ``1,200`` or ``1 200``."""
    return f"{value:,}" if spoken() == "en" else format_decimal(value, locale=spoken())


def day(value: date, pattern: str = "EEE d MMM y") -> str:
    """By a pattern of CLDR's; in English ``Mon 23 Nov 2026``."""
    return format_date(value, pattern, locale=spoken())


def place(zone: ZoneInfo) -> str:
    """The city or island that a time zone is named after: ``Cairo`` or ``Le Caire``."""
    return _place(zone.key, spoken())


@lru_cache(maxsize=1024)
def _place(zone: str, language: str) -> str:
    named = get_timezone_location(ZoneInfo(zone), locale=language, return_city=True)
    return named.rpartition("/")[2]  # "Argentina/Buenos Aires"


def retold(stored: str) -> str:
    """A sentence that was stored in English, values and all, for whoever reads it now.

    One that no catalogue has comes back as it is.
    """
    return stored if spoken() == "en" else _retold(stored, spoken())


@lru_cache(maxsize=4096)
def _retold(stored: str, language: str) -> str:
    if _THOUSANDS.fullmatch(stored):
        return count(int(stored.replace(",", "")))
    exact: str = _catalogue(language).gettext(stored) if stored else ""
    if exact != stored:
        return exact
    for pattern, translation in _patterns(language):
        if found := pattern.fullmatch(stored):
            values = {name: _retold(value, language) for name, value in found.groupdict().items()}
            return translation % values
    return _in_parts(stored, language)


def _in_parts(stored: str, language: str) -> str:
    """Line by line; and of a line that says first where it is so, "letter.fr.md: …", the rest."""
    first, cut, rest = stored.partition("\n")
    if not cut:
        first, cut, rest = stored.partition(": ")
        return f"{first}: {_retold(rest, language)}" if cut else stored
    indent = rest[: len(rest) - len(rest.lstrip(" "))]
    return "\n".join((_retold(first, language), indent + _retold(rest.lstrip(" "), language)))


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """What each message with values looks like when filled in; the most telling ones first."""
    catalogue: Mapping[object, str] = getattr(_catalogue(language), "_catalog", {})
    with_values = [
        (message, translation)
        for message, translation in catalogue.items()
        if isinstance(message, str) and len(_literal(message)) > 3 and _PLACE.search(message)
    ]
    with_values.sort(key=lambda pair: len(_literal(pair[0])), reverse=True)
    return [(_pattern(message), translation) for message, translation in with_values]


def _literal(message: str) -> str:
    return _PLACE.sub("", message).strip(" .,:;()“”")


def _pattern(message: str) -> re.Pattern[str]:
    said, end = "", 0
    for place in _PLACE.finditer(message):
        name = place.group()[2:-2]
        seen = f"(?P<{name}>" in said
        said += re.escape(message[end : place.start()].replace("%%", "%"))
        said += f"(?P={name})" if seen else f"(?P<{name}>.+?)"
        end = place.end()
    return re.compile(said + re.escape(message[end:].replace("%%", "%")), re.DOTALL)


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])
