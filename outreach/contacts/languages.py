"""Languages as organizers write them, by code or by name, in ISO 639 codes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

from outreach.contacts.folding import fold
from outreach.errors import InvalidInput
from outreach.letters.languages import UN_LANGUAGES
from outreach.texts import gettext as _

_BETWEEN = re.compile(r"[;,/|،؛、，]+|\s+(?:and|et|y|и|&)\s+", re.IGNORECASE)
_CODE = re.compile(r"([a-z]{2,3})(?:[-_](?:[a-z]{4}|[a-z]{2}|\d{3}))*", re.IGNORECASE)

# Names in use that CLDR does not list.
_ALSO = {
    "ar": ("عربي", "عربية", "阿拉伯文", "阿文"),
    "en": ("إنجليزي", "英文"),
    "es": ("castilian", "castellano", "castillan", "西班牙文", "西文"),
    "fa": ("farsi",),
    "fr": ("فرنسي", "法文"),
    "ru": ("русский язык", "روسي", "俄文"),
    "zh": ("mandarin", "中国语", "汉语", "普通话", "صيني"),
}


def read_languages(text: str) -> list[str]:
    """The codes in the order written, regions and scripts left off; raises InvalidInput."""
    codes = [code for part in _BETWEEN.split(text) if part.strip() for code in _codes(part)]
    return list(dict.fromkeys(codes))


def _codes(part: str) -> list[str]:
    """One language, or codes with only spaces between them ("fr en")."""
    whole = _code(part)
    every = [whole] if whole else [_code(word) for word in part.split() if len(word) < 4]
    codes = [code for code in every if code]
    if len(codes) != (1 if whole else len(part.split())):
        raise InvalidInput(
            _('is no language that is known; write a code or a name, several as "fr; en"')
        )
    return codes


def _code(text: str) -> str | None:
    written = _CODE.fullmatch(text.strip())
    if written:
        code = written[1].lower()
        code = get_global("language_aliases").get(code, code)
        if code in Locale.parse("en").languages:
            return str(code)
    return _by_name().get(fold(text))


@cache
def _by_name() -> Mapping[str, str]:
    """Codes by folded name in the UN languages; a name that two languages share is left out."""
    codes: dict[str, set[str]] = {}
    for code, name in _names():
        codes.setdefault(fold(name), set()).add(code)
    return {name: min(shared) for name, shared in codes.items() if len(shared) == 1}


def _names() -> Iterator[tuple[str, str]]:
    for language in UN_LANGUAGES:
        names = Locale.parse(language).languages
        yield from ((code.partition("_")[0], name) for code, name in names.items())
    yield from ((code, name) for code, names in _ALSO.items() for name in names)
