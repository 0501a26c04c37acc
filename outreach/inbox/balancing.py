"""HTML written anew with every tag closed and none nested without end, for a real parser to read.

A browser's parser, and nh3 has one, takes quadratic time for tags that are never closed, eight
seconds for 200 kB, and may write open formatting again in each paragraph, gigabytes of it. This
keeps nothing out: that is the matter of ``cleaning``.
"""

import re
from typing import NamedTuple

LONGEST = 400_000  # characters that are read; Outlook writes a hundred thousand around a sentence
DEEPEST = 100  # tags; what lies deeper stands beside it
_MOST_WORK = 10_000_000  # characters that a parser may come to write
_LONGEST_TAG = 10_000

_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_ATTRIBUTE = re.compile(
    r"""(?<=[\s"'/])([a-zA-Z][a-zA-Z\-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))"""
)
_WITHOUT_END = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
)
# A parser that closes a paragraph opens these once more in the next one.
_CARRIED = frozenset(
    {
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    }
)


class Balanced(NamedTuple):
    html: str
    is_whole: bool


def balance(html: str) -> Balanced:
    read = _without_comments(html)
    page = _Page()
    is_whole = all(map(page.take, _TAG.split(read[:LONGEST]))) and len(read) <= LONGEST
    return Balanced(page.finished(), is_whole)


class _Page:
    def __init__(self) -> None:
        self._written: list[str] = []
        self._open: list[tuple[str, int]] = []  # with the length of what is carried
        self._work = 0

    def take(self, piece: str) -> bool:
        """Whether there is room for it."""
        self._work += len(piece) + sum(length for _, length in self._open)
        if self._work > _MOST_WORK:
            return False
        self._written.append(self._tag(piece) if piece.startswith("<") else _escaped(piece))
        return True

    def finished(self) -> str:
        return "".join([*self._written, self._close_to(0)])

    def _tag(self, piece: str) -> str:
        found = _NAME.match(piece)
        if found is None:  # a declaration, or no tag at all
            return "" if piece[1:2] in ("!", "?", "/") else _escaped(piece)
        name = found[2].lower()
        return self._end(name) if found[1] else self._begin(name, piece)

    def _begin(self, name: str, piece: str) -> str:
        """A link in a link would leave the outer one's words unjudged."""
        written = _rewritten(name, piece)
        if name in _WITHOUT_END:
            return written
        if len(self._open) >= DEEPEST or (name == "a" and name in dict(self._open)):
            return ""
        self._open.append((name, len(written) if name in _CARRIED else 0))
        return written

    def _end(self, name: str) -> str:
        """With all that was opened in it; the end of what was never opened is dropped."""
        places = [at for at, (each, _) in enumerate(self._open) if each == name]
        return self._close_to(places[-1]) if places else ""

    def _close_to(self, depth: int) -> str:
        ends = "".join(f"</{name}>" for name, _ in reversed(self._open[depth:]))
        del self._open[depth:]
        return ends


def _rewritten(name: str, piece: str) -> str:
    """With all values in quotes: one that is open would take in what follows."""
    found = _ATTRIBUTE.findall(piece) if len(piece) < _LONGEST_TAG else []
    values = ((key, double or single or bare) for key, double, single, bare in found)
    safe = ((key, value.replace('"', "&quot;")) for key, value in values)
    return "".join([f"<{name}", *(f' {key}="{value}"' for key, value in safe), ">"])


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _without_comments(html: str) -> str:
    """Outlook keeps whole stylesheets in them; one without an end hides the rest."""
    first, *others = html.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)
