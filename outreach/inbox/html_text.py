"""HTML as plain text, good enough to read and to tell the answer from what it quotes.

Own and small, because it has to take what strangers send in linear time: html.parser needs 38
seconds for 60 kB of unclosed tags, nh3 more than 20 for a megabyte of nested ones.
"""

import re
from html import unescape

_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")

_UNSEEN = frozenset({"style", "script", "title", "template"})
_LINES = frozenset({"br", "div", "tr", "li", "dt", "dd", "ul", "ol", "table", "section", "pre"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"})
# All others change nothing and are cut at once.
_OTHERS = re.compile(
    rf"</?(?!(?:{'|'.join(sorted(_UNSEEN | _LINES | _PARAGRAPHS | {'td'}))})[\s/>])[a-z][^<>]*>",
    re.I,
)
_RULE = "_" * 32  # Outlook sets one above what it quotes


def to_text(html: str) -> str:
    """The text that a reader sees; quotations get the ``>`` that plain mail has."""
    page = _Page()
    for piece in _TAG.split(_OTHERS.sub("", _without_comments(html))):
        page.add(piece)
    return page.text()


def _without_comments(html: str) -> str:
    """Cut comments: Outlook keeps whole stylesheets in them."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return "".join([*kept, html[at:]])


class _Page:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quoted = 0
        self._unseen = ""

    def add(self, piece: str) -> None:
        tag = _NAME.match(piece)
        if tag:
            self._tag(tag[2].lower(), closes=bool(tag[1]))
        elif not self._unseen and not piece.startswith(("<!", "<?")):
            self._line.append(piece)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _tag(self, name: str, *, closes: bool) -> None:
        if name in _UNSEEN:
            self._hide(name, closes=closes)
        elif name in _PARAGRAPHS:
            self._end_line()
            self._end_paragraph()
            self._mark(name, closes=closes)
        elif name in _LINES:
            self._end_line(forced=name == "br")
            if name == "li" and not closes:
                self._line.append("- ")
        elif name == "td" and closes:
            self._line.append(" ")

    def _hide(self, name: str, *, closes: bool) -> None:
        if closes and self._unseen == name:
            self._unseen = ""
        elif not closes and not self._unseen:
            self._unseen = name

    def _mark(self, name: str, *, closes: bool) -> None:
        if name == "hr":
            self._lines.append(_RULE)
        elif name == "blockquote":
            self._quoted = max(0, min(20, self._quoted + (-1 if closes else 1)))

    def _end_line(self, *, forced: bool = False) -> None:
        line = _SPACES.sub(" ", unescape("".join(self._line))).strip()
        self._line.clear()
        if line or forced:
            self._lines.append(f"{'>' * self._quoted} {line}".strip() if self._quoted else line)

    def _end_paragraph(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(">" * self._quoted)
