"""Where a found text hits the query, and the piece of it that shows this."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from outreach.inbox.search_query import Query, Term
from outreach.inbox.search_words import MOST_CHARACTERS, fold, is_dense, variants, words

_BEFORE, _AFTER = 70, 160  # characters around the first hit
# A word as it was written, with the marks on its letters and the invisible signs in it.
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u00ad\u200b-\u200f\u2060"
_WRITTEN = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_SPACE = re.compile(r"\s+")

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether it is what was sought."""

    text: str
    is_hit: bool


class Marker:
    """Finds the hits of one query in many texts, which mostly consist of the same words."""

    def __init__(self, query: Query) -> None:
        self._terms = list(dict.fromkeys(chain.from_iterable(query.choices)))
        self._known: dict[str, bool] = {}

    def marked(self, text: str) -> list[Piece]:
        """The whole text in pieces."""
        return list(_pieces(text, _joined(self._spans(text))))

    def snippet(self, text: str) -> list[Piece]:
        """The surroundings of the first hit, or the beginning where nothing of it was sought."""
        text = text[:MOST_CHARACTERS]
        first = next(self._spans(text), (0, 0))[0]
        start = _word_border(text, max(first - _BEFORE, 0))
        end = _word_end(text, first + _AFTER)
        shown = _SPACE.sub(" ", text[start:end]).strip()
        return self.marked("… " * (start > 0) + shown + " …" * (end < len(text)))

    def _spans(self, text: str) -> Iterator[Span]:
        """Where the hits stand, the first one first."""
        for written in _WRITTEN.finditer(text) if self._terms else ():
            if is_dense(written[0]):
                yield from _spans_within(fold(written[0]), written.start(), self._terms)
            elif self._is_hit(written[0]):
                yield written.span()

    def _is_hit(self, written: str) -> bool:
        if written not in self._known:
            forms = [form for word in words(written) for form in variants(word)]
            self._known[written] = any(_fits(term, forms) for term in self._terms)
        return self._known[written]


def _fits(term: Term, forms: Sequence[str]) -> bool:
    if term.begins:
        return any(form.startswith(term.word) for form in forms)
    return term.word in forms


def _spans_within(run: str, offset: int, terms: Iterable[Term]) -> Iterator[Span]:
    for place in range(len(run)):
        for term in terms:
            if run.startswith(term.word, place):
                yield offset + place, offset + place + len(term.word)


def _word_border(text: str, start: int) -> int:
    """A little further on, where a word begins, unless no space parts the words."""
    if start == 0:
        return 0
    space = _SPACE.search(text, start, start + _BEFORE // 2)
    return space.end() if space else start


def _word_end(text: str, end: int) -> int:
    space = text.rfind(" ", end - _BEFORE // 2, end)
    return end if space < 0 or end >= len(text) else space


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Those that touch or overlap as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _pieces(text: str, spans: Iterable[Span]) -> Iterator[Piece]:
    done = 0
    for start, end in spans:
        if start > done:
            yield Piece(text[done:start], False)
        yield Piece(text[start:end], True)
        done = end
    if done < len(text):
        yield Piece(text[done:], False)
