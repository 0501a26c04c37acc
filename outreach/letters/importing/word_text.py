"""The text of one Word paragraph as Markdown that says the same words, whatever they are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from docx.oxml.ns import qn

from outreach.letters.importing.footnotes import SUPERSCRIPTS
from outreach.letters.importing.plain_text import with_links
from outreach.letters.markdown import letter_markdown
from outreach.letters.plain import inline_text

_SPECIAL = re.compile(r"[\\`*_\[\]<]|&(?=#?\w+;)")
_LINE_START = re.compile(r"^(\s*)(?:(?=[-+>#])|(\d{1,9})(?=[.)](?:\s|$)))", re.MULTILINE)

_SIMPLE = re.compile(r"[^\s()<>]+")

# What stays outside of emphasis at its two ends: spaces, or if need be punctuation too.
_SPACE = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_PUNCTUATION = re.compile(r"(\W*)(.*?)(\W*)", re.DOTALL)

_CONTAINERS = frozenset(
    qn(f"w:{tag}")
    for tag in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "bdo")
)
_NOTES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}
_SIGNS = {qn("w:tab"): " ", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011"}
_OFF = ("0", "false", "off", "none")


class _Format(NamedTuple):
    bold: bool = False
    italic: bool = False
    link: str = ""
    is_mark: bool = False  # the mark of a note, Markdown already


class _Piece(NamedTuple):
    text: str
    format: _Format


class ParagraphText:
    def __init__(self, links: Mapping[str, str]) -> None:
        self._links = links  # of the part of the file, by relation
        self._markdown = letter_markdown()

    def markdown(self, paragraph: Any) -> str:
        """Emphasis that Markdown cannot set where Word has it is given up, words never."""
        pieces = _joined(self._pieces(paragraph, ""))
        words = "".join(map(_words, pieces)).split()
        for outside in (_SPACE, _PUNCTUATION):
            text = _written(pieces, outside)
            if inline_text(self._markdown.parseInline(text)).split() == words:
                return text
        bare = [_Format(link=form.link, is_mark=form.is_mark) for _, form in pieces]
        return _written([_Piece(text, form) for (text, _), form in zip(pieces, bare, strict=True)])

    def _pieces(self, element: Any, link: str) -> Iterator[_Piece]:
        for child in element:
            if child.tag == qn("w:r"):
                yield from _run(child, link)
            elif child.tag == qn("w:hyperlink"):
                yield from self._pieces(child, self._links.get(child.get(qn("r:id")), ""))
            elif child.tag in _CONTAINERS:
                yield from self._pieces(child, link)


def note_label(note: Any, kind: str) -> str:
    return ("e" if kind == "endnote" else "") + str(note.get(qn("w:id")))


def _run(run: Any, link: str) -> Iterator[_Piece]:
    form = _Format(_is_on(run, "b", "Strong"), _is_on(run, "i", "Emphasis"), link)
    raised = _property(run, "vertAlign") == "superscript"
    for part in run:
        if part.tag in _NOTES:
            yield _Piece(f"[^{note_label(part, _NOTES[part.tag])}]", _Format(is_mark=True))
        elif text := _text(part):
            yield _Piece(text.translate(SUPERSCRIPTS) if raised else text, form)


def _text(part: Any) -> str:
    if part.tag == qn("w:t"):
        return part.text or ""
    if part.tag == qn("w:br"):
        return "" if part.get(qn("w:type")) in ("page", "column") else "\n"
    return _SIGNS.get(part.tag, "")


def _is_on(run: Any, name: str, style: str) -> bool:
    value = _property(run, name)
    return _property(run, "rStyle") == style if value is None else value not in _OFF


def _property(run: Any, name: str) -> str | None:
    """Its value; empty if it is there without one."""
    found = run.find(f"{qn('w:rPr')}/{qn(f'w:{name}')}")
    return None if found is None else found.get(qn("w:val"), "")


def _joined(pieces: Iterator[_Piece]) -> list[_Piece]:
    """Word cuts a sentence into runs anywhere; pieces of one format belong together."""
    return [
        _Piece("".join(text for text, _ in same), form)
        for form, same in groupby(pieces, lambda piece: piece.format)
    ]


def _words(piece: _Piece) -> str:
    link = piece.format.link.removeprefix("mailto:")
    return piece.text if not link or link == piece.text else f"{piece.text} <{link}>"


def _written(pieces: Sequence[_Piece], outside: re.Pattern[str] = _SPACE) -> str:
    text = "".join(_piece(piece, outside) for piece in pieces).strip()
    return _LINE_START.sub(r"\1\2\\", text).replace("\n", "\\\n")


def _piece(piece: _Piece, outside: re.Pattern[str]) -> str:
    text, form = piece
    sign = "**" * form.bold + "*" * form.italic
    parts = outside.fullmatch(text)
    if form.is_mark or not parts or not parts[2]:
        return text
    inner = _linked(parts[2], form.link) if form.link else with_links(parts[2], _escaped)
    return f"{_escaped(parts[1])}{sign}{inner}{sign}{_escaped(parts[3])}"


def _linked(text: str, address: str) -> str:
    is_address = text in (address, address.removeprefix("mailto:"))
    if is_address:
        return f"<{text}>"
    return f"[{_escaped(text)}]({address if _SIMPLE.fullmatch(address) else f'<{address}>'})"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
