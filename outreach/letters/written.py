"""A mail that somebody writes by hand, with the mail that it answers quoted below it.

Every line goes into a slot. So whatever is written or quoted is data and becomes no markup, and
what is stored as the skeleton holds nothing of a person.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from outreach.letters.hypertext import document
from outreach.letters.markers import one_line, slot
from outreach.letters.tables import Skeleton

_BLOCK = '<blockquote class="quoted">\n{}</blockquote>\n'


class Quotation(NamedTuple):
    """``attribution`` is the line that says who wrote the text, and when."""

    attribution: str
    text: str


class Written(NamedTuple):
    """A letter for one reader: its skeleton, and what stands in its places."""

    skeleton: Skeleton
    slots: list[str]


def write(subject: str, text: str, language: str, quotation: Quotation | None) -> Written:
    """An empty line ends a paragraph, as in any mail."""
    slots = [one_line(subject)]
    title, own = slot(0), _places(text, slots)
    plain, html = "\n".join(own) + "\n", _paragraphs(own)
    if quotation:
        said = _places(one_line(quotation.attribution), slots)
        quoted = _places(quotation.text, slots)
        plain += "\n".join(["", *said, *(f"> {line}".rstrip() for line in quoted)]) + "\n"
        html += _paragraphs(said) + _BLOCK.format(_paragraphs(quoted))
    return Written(Skeleton.of(language, title, plain, document(title, html, language)), slots)


def parted(skeleton: Skeleton, text: str) -> tuple[str, str]:
    """The filled text of such a mail: what was written, and the quotation with its attribution."""
    marked, lines = skeleton.text.split("\n"), text.split("\n")
    below = next((at - 1 for at, line in enumerate(marked) if line[:1] == ">"), len(marked))
    return "\n".join(lines[:below]).strip(), "\n".join(lines[below:]).strip()


def _places(text: str, slots: list[str]) -> list[str]:
    """The marks that stand for the lines of ``text``, which are added to ``slots``."""
    marks = []
    for line in text.strip("\r\n").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        value = one_line(line)
        marks.append(slot(len(slots)) if value else "")
        if value:
            slots.append(" " * (len(line) - len(line.lstrip(" "))) + value)
    return marks


def _paragraphs(marks: Sequence[str]) -> str:
    blocks = (list(lines) for filled, lines in groupby(marks, key=bool) if filled)
    return "".join(f'<p dir="auto">{"<br>".join(lines)}</p>\n' for lines in blocks)
