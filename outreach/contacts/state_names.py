"""Names of states: which to show in each language, and whom a written name means."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

from outreach.contacts.folding import fold
from outreach.letters.languages import UN_LANGUAGES

_FILE = Path(__file__).with_name("state_names.toml")
_ELIDED = re.compile(r"\b[dl]['’ʼ]", re.IGNORECASE)  # d'Ivoire, l'Iran
_SILENT = re.compile(r"['’ʼ`.]")  # People's, U.S.A.

_Key = frozenset[str]


class StateNames:
    """The names of the states of one file."""

    def __init__(self, codes: Mapping[str, str], english: Mapping[str, str]) -> None:
        """``codes`` gives the alpha-2 code for each code that is accepted, in lower case;
        ``english`` the file's own name for each alpha-2 code.
        """
        self._codes = codes
        self._english = english
        self._index: Mapping[_Key, str | None] | None = None
        self.find = lru_cache(maxsize=4096)(self._find)

    def show(self, code: str, language: str) -> str:
        """The file's name in English, else the UN's or CLDR's; English where there is neither."""
        return name_in(language, code, self._english.get(code, code))

    def _find(self, text: str) -> str | None:
        code = self._codes.get(text.strip().lower().replace(".", ""))
        return code or self._by_name(_key(text))

    def _by_name(self, key: _Key) -> str | None:
        if self._index is None:
            self._index = _index(self._every_name())
        for candidate in (key, key - _words("forms")):
            if candidate in self._index:
                return self._index[candidate]
        return None

    def _every_name(self) -> Iterator[tuple[str, str | None]]:
        extra = _extra()
        for code, english in self._english.items():
            yield english, code
            for language in UN_LANGUAGES:
                yield Locale.parse(language).territories.get(code, english), code
                yield self.show(code, language), code
            yield from ((name, code) for name in extra["also"].get(code, []))
        yield from ((name, None) for name in extra["not_one"])


def name_in(language: str, code: str, english: str) -> str:
    """The UN's or CLDR's name; ``english`` where there is neither, and in English."""
    if language not in UN_LANGUAGES or language == "en":
        return english
    un = _extra()["un"].get(code, {}).get(language)
    return str(un or Locale.parse(language).territories.get(code, english))


def _index(names: Iterable[tuple[str, str | None]]) -> dict[_Key, str | None]:
    """Codes by name; None for a name that two states share."""
    index: dict[_Key, str | None] = {}
    for name, code in names:
        key = _key(name)
        index[key] = code if index.get(key, code) == code else None
    return index


def _key(text: str) -> _Key:
    """The words of a name in no order: "Korea, Republic of" is "Republic of Korea"."""
    words = fold(_SILENT.sub("", _ELIDED.sub(" ", text))).split()
    short = _extra()["short"]
    return frozenset(
        _without_article(short.get(word, word)) for word in words if word not in _words("articles")
    )


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _extra()[kind])


@cache
def _extra() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
