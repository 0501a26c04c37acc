"""A copy's HTML read back as blocks of text, for a medium that has no HTML.

The HTML is what ``hypertext`` and ``written`` make, so each tag has its meaning here, and one that
they do not make is an error: nothing of an approved letter may be lost unseen.

A block is a dict with its ``kind``: paragraph, heading, list, quote or rule, and the lines of a
letter's head: addressee, date, reference, signatory. What stands in a line is a list of texts and
of such dicts: strong, emphasis, code, link, apart (from the direction of what is around it),
break and note.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

Block = dict[str, Any]
Line = list[Any]

_SPACE = re.compile(r"[ \t\n\f\r]+")  # what HTML takes for white space; no-break spaces are none
_ADDRESS = re.compile(r"https?:|mailto:", re.IGNORECASE)
_NOTE = "note-"  # and its number: the name of a note
_EMPTY = frozenset({"br", "hr", "img", "meta"})
_NOT_READ = frozenset({"head", "img"})  # the picture counts who opens the mail
_AROUND = frozenset({"html", "body"})
# What belongs to the mail: how to get no more of them, and the way back from a note to its mark.
_OF_THE_MAIL = frozenset({("div", "footer"), ("a", "back")})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_OF_THE_HEAD = frozenset({"addressee", "date", "reference", "signatory"})


@dataclass
class _Element:
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: "list[_Element | str]" = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The class, of which our renderer gives one at most."""
        return self.attributes.get("class", "")

    def all(self, tag: str) -> "Iterator[_Element]":
        return (one for one in self.children if isinstance(one, _Element) and one.tag == tag)


def blocks(html: str) -> list[Block]:
    """InvalidInput names a tag that no letter of ours has."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return _Reading(parser.root).blocks()


class _Parser(HTMLParser):
    """Text and elements as a tree; every element but the empty ones is closed by its own tag."""

    def __init__(self) -> None:
        super().__init__()
        self.root = _Element("html")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) < 2 or self._open.pop().tag != tag:
            raise InvalidInput(
                _("This copy's HTML cannot be read: </%(tag)s> closes nothing.", tag=tag)
            )

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


class _Reading:
    """One pass through a letter. A note stands at its first mark; later marks only name it."""

    def __init__(self, root: _Element) -> None:
        self._root = root
        self._notes = {note.attributes["id"]: note for note in _notes(root)}
        self._told: set[str] = set()
        self._level = 0  # of the last heading

    def blocks(self) -> list[Block]:
        return self._blocks([self._root])

    def _blocks(self, nodes: Sequence[_Element | str]) -> list[Block]:
        """Text that stands bare among blocks, as in the items of a tight list, is a paragraph."""
        found: list[Block] = []
        bare: Line = []
        for node in nodes:
            if isinstance(node, str) or node.tag in _LINE:
                bare += self._line([node])
            else:
                found += [*_paragraph(bare), *self._block(node)]
                bare = []
        return [*found, *_paragraph(bare)]

    def _block(self, node: _Element) -> list[Block]:
        if node.tag in _NOT_READ or _is_of_the_mail(node):
            return []
        if node.tag in _AROUND or (node.tag, node.kind) == ("div", "letter"):
            return self._blocks(node.children)
        if node.tag in _HEADINGS:
            return self._heading(node)
        if read := _BLOCKS.get(node.tag):
            return read(self, node)
        raise InvalidInput(
            _("No letter of ours holds <%(tag)s>, so it cannot be put on paper.", tag=node.tag)
        )

    def _text(self, node: _Element) -> list[Block]:
        kind = node.kind if node.kind in _OF_THE_HEAD else "paragraph"
        return [{**block, "kind": kind} for block in _paragraph(self._line(node.children))]

    def _heading(self, node: _Element) -> list[Block]:
        """Levels go down one at a time, and a heading says something, as PDF/UA wants it."""
        body = _trimmed(self._line(node.children))
        if not body:
            return []
        self._level = min(_HEADINGS[node.tag], self._level + 1)
        return [{"kind": "heading", "level": self._level, "body": body}]

    def _list(self, node: _Element) -> list[Block]:
        if node.kind == "notes":
            return self._other_notes(node)
        items = list(node.all("li"))
        numbers = _numbers(items) if node.tag == "ol" else [None] * len(items)
        bodies = [self._blocks(item.children) for item in items]
        pairs = zip(numbers, bodies, strict=True)
        return [{"kind": "list", "items": [{"number": n, "body": body} for n, body in pairs]}]

    def _other_notes(self, node: _Element) -> list[Block]:
        """Those that no mark in the text leads to, only their own or each other's, as a list."""
        items = [
            {"number": int(_number(note)), "body": self._blocks(note.children)}
            for note in node.all("li")
            if self._notes.pop(note.attributes["id"], None)
        ]
        return [{"kind": "list", "items": items}] if items else []

    def _quote(self, node: _Element) -> list[Block]:
        return [{"kind": "quote", "body": self._blocks(node.children)}]

    def _line(self, nodes: Sequence[_Element | str]) -> Line:
        shown = [node for node in nodes if isinstance(node, str) or not _is_of_the_mail(node)]
        return _joined(map(self._inline, shown))

    def _inline(self, node: _Element | str) -> Block | str:
        if isinstance(node, str):
            return node
        if read := _LINE.get(node.tag):
            return read(self, node)
        raise InvalidInput(
            _("No line of ours holds <%(tag)s>, so it cannot be put on paper.", tag=node.tag)
        )

    def _marked(self, kind: str, node: _Element) -> Block:
        return {"kind": kind, "body": self._line(node.children)}

    def _link(self, node: _Element) -> Block:
        """``written`` is what a reader of paper needs beside the words, if they do not say it."""
        address = node.attributes["href"]
        written = address.removeprefix("mailto:")
        if not _ADDRESS.match(address):  # the place of a link that is the mail's alone
            return self._marked("apart", node)
        says_it = "dir" in node.attributes or _words(node) == written
        return {
            **self._marked("link", node),
            "address": address,
            "written": "" if says_it else written,
        }

    def _mark(self, node: _Element) -> Block | str:
        """A note that has several marks is told with the first of them."""
        (mark,) = node.all("a")
        name = mark.attributes["href"].removeprefix("#")
        if note := self._notes.pop(name, None):
            self._told.add(name)
            return {"kind": "note", "number": _number(note), "body": self._blocks(note.children)}
        number = name.removeprefix(_NOTE)
        return {"kind": "note", "number": number} if name in self._told else f"[{number}]"


_BLOCKS: Mapping[str, Callable[[_Reading, _Element], list[Block]]] = {
    "p": _Reading._text,
    "ul": _Reading._list,
    "ol": _Reading._list,
    "blockquote": _Reading._quote,
    "hr": lambda _reading, _node: [{"kind": "rule"}],
}

_LINE: Mapping[str, Callable[[_Reading, _Element], Block | str]] = {
    "strong": lambda reading, node: reading._marked("strong", node),
    "em": lambda reading, node: reading._marked("emphasis", node),
    "code": lambda reading, node: reading._marked("code", node),
    "bdi": lambda reading, node: reading._marked("apart", node),
    "a": _Reading._link,
    "sup": _Reading._mark,
    "br": lambda _reading, _node: {"kind": "break"},
}


def _number(note: _Element) -> str:
    return note.attributes["id"].removeprefix(_NOTE)


def _notes(element: _Element) -> Iterator[_Element]:
    for child in element.children:
        if isinstance(child, _Element):
            is_list = (child.tag, child.kind) == ("ol", "notes")
            yield from child.all("li") if is_list else _notes(child)


def _numbers(items: Sequence[_Element]) -> list[int]:
    numbers: list[int] = []
    for item in items:
        following = numbers[-1] + 1 if numbers else 1
        numbers.append(int(item.attributes.get("value", following)))
    return numbers


def _is_of_the_mail(node: _Element) -> bool:
    return (node.tag, node.kind) in _OF_THE_MAIL


def _words(node: _Element | str) -> str:
    return node if isinstance(node, str) else "".join(map(_words, node.children))


def _paragraph(line: Line) -> list[Block]:
    body = _trimmed(line)
    return [{"kind": "paragraph", "body": body}] if body else []


def _joined(pieces: Iterable[Block | str]) -> Line:
    """Texts side by side as one, in which white space of any length is one space."""
    found: Line = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] = _SPACE.sub(" ", found[-1] + piece)
        else:
            found.append(_SPACE.sub(" ", piece) if isinstance(piece, str) else piece)
    return found


def _trimmed(line: Line) -> Line:
    """Without the white space at the ends and beside the breaks, where HTML shows none."""
    pieces = _joined(line)
    for at, piece in enumerate(pieces):
        if isinstance(piece, str):
            piece = piece.lstrip(" ") if at == 0 or _is_break(pieces[at - 1]) else piece
            last = at == len(pieces) - 1 or _is_break(pieces[at + 1])
            pieces[at] = piece.rstrip(" ") if last else piece
    return [piece for piece in pieces if piece]


def _is_break(piece: Any) -> bool:
    return isinstance(piece, dict) and piece["kind"] == "break"
