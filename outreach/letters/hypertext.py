"""A letter as an HTML document that mail clients show well: sober, inlined, readable anywhere."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from css_inline import CSSInliner
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from outreach.letters.languages import direction
from outreach.letters.markdown import numbers
from outreach.letters.markers import OPEN_IMAGE, SLOT

# In a letter from right to left, names in Latin letters stand apart: they must not pull the
# punctuation around them to their own side. Values side by side, a title and a name, stay together.
_VALUES = re.compile(rf"(?:{SLOT.pattern})(?:[ \u00a0]{SLOT.pattern})*")

_DOCUMENT = """\
<!DOCTYPE html>
<html lang="{language}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
{kept_css}</style>
</head>
<body>
<div class="letter" lang="{language}" dir="{direction}">
{letter}</div>
{open_image}
</body>
</html>
"""


def render_html(tokens: Sequence[Token]) -> str:
    return _children(SyntaxTreeNode(tokens))


def lines_html(kind: str, text: str) -> str:
    """Plain lines, an addressee or a signatory, as a paragraph of that class."""
    return f'<p class="{kind}">{escape(text).replace(chr(10), "<br>")}</p>\n' if text else ""


def document(subject: str, letter: str, language: str) -> str:
    way = direction(language)
    if way == "rtl":
        letter = _VALUES.sub(r"<bdi>\g<0></bdi>", letter)
    html = _DOCUMENT.format(
        language=escape(language),
        direction=way,
        subject=escape(subject),
        kept_css=_css("kept.css"),
        letter=letter,
        open_image=OPEN_IMAGE,
    )
    return _inliner().inline(html)


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=_css("letter.css"),
    )


def _css(name: str) -> str:
    return files("outreach.letters").joinpath(name).read_text("utf-8")


def _html(node: SyntaxTreeNode) -> str:
    if node.type in _SPECIAL:
        return _SPECIAL[node.type](node)
    inner = _children(node)
    if node.hidden or not node.tag:
        return inner
    return f"<{node.tag}>{inner}</{node.tag}>" + "\n" * node.block


def _children(node: SyntaxTreeNode) -> str:
    return "".join(map(_html, node.children))


def _ordered_list(node: SyntaxTreeNode) -> str:
    items, expected = "", 1
    for number, item in zip(numbers(node), node.children, strict=True):
        value = f' value="{number}"' if number != expected else ""
        items += f"<li{value}>{_children(item)}</li>\n"
        expected = number + 1
    return f"<ol>\n{items}</ol>\n"


def _link(node: SyntaxTreeNode) -> str:
    words, address = _children(node), escape(str(node.attrs["href"]))
    # A written-out address runs from left to right in any letter.
    way = ' dir="ltr"' if node.info == "auto" or words == address else ""
    return f'<a href="{address}"{way}>{words}</a>'


def _mark(node: SyntaxTreeNode) -> str:
    number, here = node.meta["id"] + 1, _mark_name(node)
    return f'<sup class="mark"><a id="{here}" href="#note-{number}">[{number}]</a></sup>'


def _back(node: SyntaxTreeNode) -> str:
    # U+FE0E: an arrow as text, not as a picture.
    return f' <a class="back" href="#{_mark_name(node)}">↩\ufe0e</a>'


def _mark_name(node: SyntaxTreeNode) -> str:
    """A note may have several marks; each has its name."""
    again = node.meta["subId"]
    return f"mark-{node.meta['id'] + 1}" + (f"-{again + 1}" if again else "")


def _note(node: SyntaxTreeNode) -> str:
    return f'<li id="note-{node.meta["id"] + 1}">{_children(node)}</li>\n'


_SPECIAL: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "text": lambda node: escape(node.content),
    "text_special": lambda node: escape(node.content),
    "code_inline": lambda node: f"<code>{escape(node.content)}</code>",
    "softbreak": lambda node: "" if node.hidden else "\n",
    "hardbreak": lambda node: "<br>\n",
    "ordered_list": _ordered_list,
    "hr": lambda node: "<hr>\n",
    "link": _link,
    "footnote_ref": _mark,
    "footnote_anchor": _back,
    "footnote_block": lambda node: f'<ol class="notes">\n{_children(node)}</ol>\n',
    "footnote": _note,
}
