"""What somebody types to search the mail, read into terms; every text is a query.

All words must occur; "words in quotes" as they stand; -word must not occur. A word with signs in
it (an address, a domain, a hyphen) is its parts side by side.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from outreach.inbox.search_words import is_dense, line, pairs, stem, variants, words

LONGEST = 400  # characters; what is longer is not read
_LEAST_BEGINNING = 3  # fewer letters begin too many words
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PIECE = re.compile(r'(?P<without>-?)(?:"(?P<quoted>[^"]*)"?|(?P<loose>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """A word of the index, or with ``begins`` all that begin so."""

    word: str
    begins: bool = False


Choice = tuple[Term, ...]  # one of these must occur


@dataclass(frozen=True)
class Query:
    """``lines`` are parts of ``search_words.line`` that must occur word for word."""

    choices: list[Choice] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    without: list[Choice] = field(default_factory=list)
    without_lines: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.choices or self.without or self.without_lines)


def read(text: str) -> Query:
    query = Query()
    for piece in _PIECE.finditer(text[:LONGEST].translate(_QUOTES)):
        found = words(piece["quoted"] or piece["loose"] or "")
        if found:
            _add(query, found, bool(piece["without"]), piece["quoted"] is not None)
    return query


def _add(query: Query, found: list[str], without: bool, quoted: bool) -> None:
    choices = _choices(found, quoted)
    if len(choices) == 1:
        (query.without if without else query.choices).extend(choices)
    elif without:
        query.without_lines.append(_line(found, quoted))
    else:
        query.choices.extend(choices)
        query.lines.append(_line(found, quoted))


def _choices(found: list[str], quoted: bool) -> list[Choice]:
    *before, last = found
    if quoted or is_dense(last):
        return _exact(found)
    if before:  # it is being typed: an address, a domain
        return [*_exact(before), (_beginning(last),)]
    return [tuple(dict.fromkeys(_beginning(stem(each)) for each in variants(last)))]


def _exact(found: Iterable[str]) -> list[Choice]:
    parts = (part for word in found for part in (pairs(word) if is_dense(word) else [word]))
    return [(Term(part),) for part in dict.fromkeys(parts)]


def _beginning(word: str) -> Term:
    return Term(word, begins=len(word) >= _LEAST_BEGINNING)


def _line(found: list[str], quoted: bool) -> str:
    """Open to where no space parts words, and at the end of what is not quoted."""
    whole = line(found)
    is_open = is_dense(found[-1]) or not (quoted or not _beginning(found[-1]).begins)
    return whole[1 if is_dense(found[0]) else 0 : -1 if is_open else None]
