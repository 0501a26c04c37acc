"""Phrases by which strangers' mail is understood, one file a language, and how they are looked up.

A new language is a new file; a missing section only means that nothing is known there.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any

_MARKS = re.compile(
    r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2069\u00ad\ufeff]"
)
_WORD = re.compile(r"[^\W_]+")
_SPACED = "\u0500"  # below it lie the alphabets that set words apart by spaces
_MOST_NORMALIZED = 20_000
_SPACES = re.compile(r"\s+")
_LETTERS = str.maketrans(
    {
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},  # Arabic-Indic
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},  # Persian
        **dict.fromkeys("’‘ʼ`´", "'"),
        **dict.fromkeys("‐‑‒–—", "-"),
    }
)


def plain(text: str) -> str:
    """Text as phrases are compared: no case, no accents, no vowel signs, single spaces."""
    if not text.isascii():
        # Normalizing sorts the marks of a letter, and takes the square of their number for it.
        text = text[:_MOST_NORMALIZED]
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_LETTERS)
    return _SPACES.sub(" ", text.casefold()).strip()


@dataclass(frozen=True)
class Phrase:
    text: str  # plain
    written: str = field(compare=False)
    language: str

    def __str__(self) -> str:
        return f'"{self.written}"'

    @cached_property
    def first_word(self) -> str:
        """What has to be a word of the text; nothing in scripts that do not set words apart."""
        word = _WORD.match(self.text)
        return word[0] if word and max(word[0]) < _SPACED else ""

    def position(self, plain_text: str, start: int = 0) -> int:
        """Where it stands as whole words, or -1. Scripts without spaces know no whole words."""
        found = plain_text.find(self.text, start)
        while found >= 0 and not self._whole(plain_text, found):
            found = plain_text.find(self.text, found + 1)
        return found

    def _whole(self, plain_text: str, found: int) -> bool:
        end = found + len(self.text)
        before, after = plain_text[max(0, found - 1) : found], plain_text[end : end + 1]
        return not (_joins(before, self.text[0]) or _joins(self.text[-1], after))


class Phrases(tuple[Phrase, ...]):
    """Phrases in the order in which they are asked for, and with their places by first word."""

    @cached_property
    def by_first_word(self) -> Mapping[str, Sequence[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, phrase in enumerate(self):
            places[phrase.first_word].append(place)
        return dict(places)

    def beginning_with(self, words: Collection[str]) -> list[Phrase]:
        """Those whose first word is one of these; nearly every phrase is in no text at all."""
        here = self.by_first_word.keys() & {"", *words}
        places = sorted(chain.from_iterable(self.by_first_word[word] for word in here))
        return [self[place] for place in places]


def _joins(left: str, right: str) -> bool:
    """Whether two neighbours belong to one word of an alphabet that sets words apart by spaces."""
    if not left or not right:
        return False
    return left.isalnum() and right.isalnum() and max(left, right) < _SPACED


@cache
def phrases(section: str, name: str) -> Phrases:
    """The phrases of one kind in all languages, longest first."""
    found = {
        Phrase(plain(written), written, language)
        for language, words in _languages()
        for written in words.get(section, {}).get(name, ())
    }
    return Phrases(sorted(found, key=lambda each: (-len(each.text), each.text, each.language)))


@cache
def word_set(section: str, name: str) -> frozenset[str]:
    """The same as plain texts, for asking whether a text is one of them."""
    return frozenset(phrase.text for phrase in phrases(section, name))


@cache
def numbered(section: str, name: str) -> dict[str, int]:
    """Words that stand for a number by their place: months from 1, weekdays from 1 (Monday)."""
    return {
        plain(word): number
        for _, words in _languages()
        for number, variants in enumerate(words.get(section, {}).get(name, ()), start=1)
        for word in variants
    }


def first(plain_text: str, wanted: Iterable[Phrase]) -> Phrase | None:
    if isinstance(wanted, Phrases):
        wanted = wanted.beginning_with(_words(plain_text))
    here = (phrase for phrase in wanted if phrase.text in plain_text)
    return next((phrase for phrase in here if phrase.position(plain_text) >= 0), None)


def begins(plain_text: str, wanted: Iterable[Phrase]) -> Phrase | None:
    if isinstance(wanted, Phrases):
        word = _WORD.match(plain_text)
        wanted = wanted.beginning_with([word[0]] if word else [])
    here = (phrase for phrase in wanted if plain_text.startswith(phrase.text))
    return next((phrase for phrase in here if phrase.position(plain_text) == 0), None)


@lru_cache(maxsize=4)  # the same text is asked for many kinds of phrases
def _words(plain_text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain_text))


@cache
def _languages() -> tuple[tuple[str, dict[str, Any]], ...]:
    names = sorted(file.name for file in files(__name__).iterdir() if file.name.endswith(".toml"))
    read = {name: tomllib.loads((files(__name__) / name).read_text("utf-8")) for name in names}
    return tuple((name.removesuffix(".toml"), words) for name, words in read.items())
