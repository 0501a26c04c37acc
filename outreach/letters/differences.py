"""What changed between two versions of a page, field by field, line by line, word by word."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from outreach.letters.source import LetterSource
from outreach.letters.typed import FIELDS, as_typed
from outreach.texts import mark

Kind = Literal["same", "gone", "new"]

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u9fff]+|\s+|.")
_MOST_WORDS = 3_000  # of one line; a comparison takes their number squared
_ALIKE = 0.5  # of their words two lines share at least, or they are not compared word by word
_REACH = 8  # lines further on in which the older wording of a line is looked for
REVIEWED_BY = mark("reviewed by")
_AROUND = 1  # lines that are shown beside what changed


class Piece(NamedTuple):
    kind: Kind
    text: str


class Line(NamedTuple):
    """A line of both texts in pieces; ``number`` counts in the newer one, 0 stands for a gap."""

    number: int
    pieces: Sequence[Piece]


class Difference(NamedTuple):
    """A field that changed; "reviewed by" is one of them."""

    field: str
    lines: Sequence[Line]


def differences(old: LetterSource | None, new: LetterSource) -> list[Difference]:
    """In the order of the form; ``old`` is None where nothing was before."""
    before, after = _fields(old), _fields(new)
    return [
        Difference(field, list(_lines(before.get(field, ""), after[field])))
        for field in after
        if before.get(field, "") != after[field]
    ]


def _fields(source: LetterSource | None) -> dict[str, str]:
    if source is None:
        return {}
    typed = as_typed(source)
    return {**{field: typed[field] for field in FIELDS}, REVIEWED_BY: source.reviewed_by}


def _lines(old: str, new: str) -> Iterator[Line]:
    before, after = old.split("\n") if old else [], new.split("\n") if new else []
    matcher = SequenceMatcher(None, before, after)
    for number, group in enumerate(matcher.get_grouped_opcodes(_AROUND)):
        if number or group[0][3] > 0:
            yield Line(0, ())
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from _whole("same", after[c:d], c)
            else:
                yield from _changed(before[a:b], after[c:d], c)


def _changed(before: Sequence[str], after: Sequence[str], start: int) -> Iterator[Line]:
    """Beside each other the lines that are alike; else those that are gone, then the new ones."""
    at, waiting = 0, start  # the first line of either that is not told yet
    for place, new in enumerate(after, start):
        reach = range(at, min(len(before), at + _REACH))
        found = next((other for other in reach if _is_alike(before[other], new)), None)
        if found is not None:
            yield from _whole("gone", before[at:found], waiting)
            yield from _whole("new", after[waiting - start : place - start], waiting)
            yield Line(place + 1, list(_pieces(before[found], new)))
            at, waiting = found + 1, place + 1
    yield from _whole("gone", before[at:], waiting)
    yield from _whole("new", after[waiting - start :], waiting)


def _whole(kind: Kind, lines: Sequence[str], start: int) -> Iterator[Line]:
    for number, text in enumerate(lines, start + 1):
        yield Line(number, [Piece(kind, text)])


def _is_alike(old: str, new: str) -> bool:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > _MOST_WORDS:
        return False
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(after[c:d]))
            continue
        if b > a:
            yield Piece("gone", "".join(before[a:b]))
        if d > c:
            yield Piece("new", "".join(after[c:d]))
