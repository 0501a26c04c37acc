"""The Markdown of letters: CommonMark and footnotes; no HTML, no pictures, no code blocks."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from outreach.letters.grammar import Problem
from outreach.letters.markers import SLOT, UNSUBSCRIBE
from outreach.texts import gettext as _
from outreach.texts import mark

_NOTE_IN_NOTE = "note_in_note"
_GOOD_LINK = re.compile(rf"(?:https?://|mailto:)\S|{UNSUBSCRIBE}$", re.IGNORECASE)
_BARE_UNSUBSCRIBE = re.compile(rf"(?<!\]\()(?:<{UNSUBSCRIBE}>|(?<![\[<]){UNSUBSCRIBE})")
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)

# What stays behind in the text when markup did not come to be.
_LEFTOVERS = (
    (
        re.compile(r"\*\*"),
        mark("** has no partner: it must touch the words, not punctuation or spaces"),
    ),
    (
        re.compile(r"\]\("),
        mark("this link has no address beginning with https://, http:// or mailto:"),
    ),
    (re.compile(r"\[\^[^\]\s]+\]"), mark("this footnote has no note: write a line [^1]: ...")),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), mark("HTML may not stand in a letter")),
)


class _LetterMarkdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return _GOOD_LINK.match(url) is not None

    def normalizeLinkText(self, link: str) -> str:
        return link  # an address is shown as it was written


def letter_markdown() -> MarkdownIt:
    # What is nested deeper than maxNesting is silently dropped: no letter comes near it.
    markdown = _LetterMarkdown("commonmark", {"html": False, "xhtmlOut": False, "maxNesting": 100})
    # Indented paragraphs and lines of hyphens are common in letters, code and setext headings not.
    # Without text_join, what was escaped stays apart from what was not.
    markdown.disable(["code", "fence", "lheading", "text_join"])
    markdown.use(footnote_plugin, inline=False)
    markdown.core.ruler.after("inline", "join_wide_lines", _join_wide_lines)
    markdown.core.ruler.before("footnote_tail", _NOTE_IN_NOTE, _mark_notes_in_notes)
    return markdown


def parse(markdown: MarkdownIt, text: str) -> tuple[list[Token], list[Token]]:
    """The tokens of the text, and those of its footnotes in the order of their marks."""
    tokens = markdown.parse(_with_link(text))
    types = [token.type for token in tokens]
    notes = types.index("footnote_block_open") if "footnote_block_open" in types else len(types)
    return tokens[:notes], tokens[notes:]


def numbers(ordered_list: SyntaxTreeNode) -> list[int]:
    """The items' numbers as they were written: they may begin anew. All the same says: count."""
    written = [int(item.info) for item in ordered_list.children]
    counted = list(range(written[0], written[0] + len(written)))
    return written if len(set(written)) > 1 else counted


def refusals(tokens: Sequence[Token]) -> Iterator[Problem]:
    """What can never be sent, with the lines of the Markdown (from 0)."""
    for token in tokens:
        if token.type == _NOTE_IN_NOTE:
            yield Problem(token.map[0] if token.map else 0, _("a note cannot stand within a note"))
    for line, token in _inline(tokens):
        if token.type == "image":
            yield Problem(line, _("a letter holds no pictures"))
        elif any(SLOT.search(str(value)) for value in token.attrs.values()):
            yield Problem(line, _("a value cannot stand in the address or title of a link"))


def oddities(markdown: MarkdownIt, text: str) -> Iterator[Problem]:
    """What was probably meant otherwise, with the lines of the Markdown (from 0)."""
    env: dict[str, Any] = {}
    for line, token in _inline(markdown.parse(_with_link(text), env)):
        for pattern, problem in _LEFTOVERS if token.type == "text" else ():
            if pattern.search(token.content):
                yield Problem(line, _(problem))
    marked = env.get("footnotes", {}).get("refs", {})
    notes = [(text.count("\n", 0, note.start()), note[1]) for note in _NOTE.finditer(text)]
    times = Counter(label for __, label in notes)
    for line, label in notes:
        if marked.get(f":{label}") == -1:
            lost = _(
                "the note [^%(label)s] has no mark in the text, so it is not shown", label=label
            )
            yield Problem(line, lost)
        elif times[label] > 1:
            yield Problem(line, _too_many(label, times[label]))


def _too_many(label: str, times: int) -> str:
    return _("there are %(times)s notes [^%(label)s]; only one is shown", times=times, label=label)


def _with_link(text: str) -> str:
    return _BARE_UNSUBSCRIBE.sub(f"[{UNSUBSCRIBE}]({UNSUBSCRIBE})", text)


def _inline(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Every inline token with its line, counted inside its block by the line breaks before it."""
    for block in tokens:
        line = block.map[0] if block.map else 0
        for token in block.children or ():
            yield line, token
            line += token.type in ("softbreak", "hardbreak")


def _mark_notes_in_notes(state: StateCore) -> None:
    """The plugin would lose the text around a note that is written inside of another."""
    depth, line = 0, 0
    for token in state.tokens:
        line = token.map[0] if token.map else line
        if token.type in ("footnote_reference_open", "footnote_reference_close"):
            inner = min(depth, depth + token.nesting) > 0
            depth += token.nesting
            if inner:
                token.type, token.nesting, token.map = _NOTE_IN_NOTE, 0, [line, line]


def _join_wide_lines(state: StateCore) -> None:
    """Chinese and Japanese have no spaces: a line break between their characters is none either."""
    for block in state.tokens:
        children = block.children or []
        for number, token in enumerate(children):
            if token.type == "softbreak" and _is_wide(children, number):
                token.hidden = True


def _is_wide(tokens: Sequence[Token], place: int) -> bool:
    before = next((one.content for one in reversed(tokens[:place]) if one.content), "")
    after = next((one.content for one in tokens[place:] if one.content), "")
    neighbours = before[-1:] + after[:1]
    return len(neighbours) == 2 and all(
        unicodedata.east_asian_width(character) in "WF" for character in neighbours
    )
