"""What the bundled fonts can show; the rest becomes a box, so that nothing vanishes unseen."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
BOX = "\N{WHITE SQUARE}"
_IN_OTHER_WORDS = {"\n": "\n", "\t": "    ", "\N{ZERO WIDTH NO-BREAK SPACE}": ""}


def shown(text: str) -> str:
    """The text as it can be set: LF between lines, a box for what has no glyph."""
    return "\n".join(text.splitlines()).translate(_glyphs())


def has_all_glyphs(text: str) -> bool:
    return shown(text).count(BOX) == text.count(BOX)


class _Glyphs(dict[int, str]):
    """For ``str.translate``; each character is looked up once."""

    def __init__(self, covered: frozenset[int]) -> None:
        super().__init__({ord(one): other for one, other in _IN_OTHER_WORDS.items()})
        self._covered = covered

    def __missing__(self, point: int) -> str:
        self[point] = chr(point) if point in self._covered else BOX
        return self[point]


@lru_cache(maxsize=1)
def _glyphs() -> _Glyphs:
    return _Glyphs(frozenset(_covered()))


def _covered() -> Iterator[int]:
    """``coverage.txt``: a line holds a code point or a range of them, in hexadecimal."""
    for line in (FONTS / "coverage.txt").read_text().split():
        first, _, last = line.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)
