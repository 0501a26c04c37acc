"""Word's lists and headings: the sign in front of a paragraph, counted as Word counts."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from docx.oxml.ns import qn

_MARKDOWN_NUMBER = re.compile(r"\d{1,9}[.)]")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_INDENT = "    "  # of a level: more than any sign in front of it is wide


class _Level(NamedTuple):
    format: str = "bullet"
    pattern: str = ""  # "%1.", "(%2)"
    start: int = 1


class Styles:
    def __init__(self, root: Any) -> None:
        found = [] if root is None else root.iter(qn("w:style"))
        self._styles = {style.get(qn("w:styleId")): style for style in found}

    def prefix(self, paragraph: Any) -> str:
        """What Markdown puts before a heading or a quotation."""
        for style in self.chain(paragraph):
            name = _value(style, "w:name").casefold()
            if heading := re.fullmatch(r"heading (\d)", name):
                return "#" * min(int(heading[1]), 6) + " "
            if name in ("title", "quote", "intense quote"):
                return "# " if name == "title" else "> "
        return ""

    def depth(self, paragraph: Any) -> int:
        """How deep a style like "List Bullet 2" lies, which for Word is a list of its own."""
        names = (_value(style, "w:name") for style in self.chain(paragraph))
        found = (re.fullmatch(r"list (?:bullet|number) ([2-5])", name, re.I) for name in names)
        return next((int(match[1]) - 1 for match in found if match), 0)

    def chain(self, paragraph: Any) -> Iterator[Any]:
        """The paragraph's style and those it is based on."""
        name, seen = _value(paragraph, "w:pPr", "w:pStyle"), set[str]()
        while name in self._styles and name not in seen:
            seen.add(name)
            yield self._styles[name]
            name = _value(self._styles[name], "w:basedOn")


class Lists:
    def __init__(self, root: Any, styles: Styles) -> None:
        self._styles = styles
        self._levels = {} if root is None else _read_levels(root)
        self._counts: dict[tuple[str, int], int] = {}

    def sign(self, paragraph: Any) -> str:
        """The indented sign of a list item, or nothing for a paragraph that is none.

        Labels that Markdown has no list for, "(a)" or "1.2", come as words.
        """
        number, depth = self._place(paragraph)
        if not number or number == "0":
            return ""
        level = self._levels.get((number, depth), _Level())
        indent = _INDENT * (depth or self._styles.depth(paragraph))
        if level.format in ("bullet", "none"):
            return indent + "- "
        label = self._label(number, depth, level)
        return (indent if _MARKDOWN_NUMBER.fullmatch(label) else "") + label + " "

    def _place(self, paragraph: Any) -> tuple[str, int]:
        for bearer in (paragraph, *self._styles.chain(paragraph)):
            if number := _value(bearer, "w:pPr", "w:numPr", "w:numId"):
                return number, int(_value(bearer, "w:pPr", "w:numPr", "w:ilvl") or 0)
        return "", 0

    def _label(self, number: str, depth: int, level: _Level) -> str:
        """Counts this item, and begins the deeper levels anew."""
        for key in [key for key in self._counts if key[0] == number and key[1] > depth]:
            del self._counts[key]
        self._counts[number, depth] = self._counts.get((number, depth), level.start - 1) + 1

        def counted(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            one = self._levels.get((number, at), _Level("decimal"))
            return _numeral(self._counts.get((number, at), one.start), one.format)

        return re.sub(r"%(\d)", counted, level.pattern)


def _read_levels(root: Any) -> dict[tuple[str, int], _Level]:
    """Each list's levels, with the starts that a list overrides."""
    abstract = {one.get(qn("w:abstractNumId")): one for one in root.iter(qn("w:abstractNum"))}
    levels: dict[tuple[str, int], _Level] = {}
    for one in root.iter(qn("w:num")):
        number = one.get(qn("w:numId"))
        for level in abstract[_value(one, "w:abstractNumId")].iter(qn("w:lvl")):
            levels[number, int(level.get(qn("w:ilvl")))] = _level(level)
        for override in one.iter(qn("w:lvlOverride")):
            key = number, int(override.get(qn("w:ilvl")))
            if start := _value(override, "w:startOverride"):
                levels[key] = levels.get(key, _Level())._replace(start=int(start))
    return levels


def _level(level: Any) -> _Level:
    start = _value(level, "w:start") or "1"
    return _Level(_value(level, "w:numFmt") or "decimal", _value(level, "w:lvlText"), int(start))


def _numeral(number: int, form: str) -> str:
    if "Letter" in form:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form.startswith("upper") else letter
    if "Roman" in form:
        return _roman(number).upper() if form.startswith("upper") else _roman(number)
    return str(number)


def _roman(number: int) -> str:
    numeral = ""
    for value, letters in _ROMAN:
        numeral += letters * (number // value)
        number %= value
    return numeral


def _value(element: Any, *path: str) -> str:
    found = element.find("/".join(map(qn, path)))
    return "" if found is None else str(found.get(qn("w:val"), ""))
