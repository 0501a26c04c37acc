"""A letter as plain text: one line a paragraph, links written out, footnotes at the end."""

import textwrap
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from outreach.letters.markdown import numbers

RULE = "* * *"


def render_text(tokens: Sequence[Token]) -> str:
    return _blocks(SyntaxTreeNode(tokens).children)


def inline_text(tokens: Sequence[Token]) -> str:
    """The bare words of what ``MarkdownIt.parseInline`` gave."""
    return "".join(_inline(node) for node in SyntaxTreeNode(tokens).children)


def _blocks(nodes: Sequence[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    return _BLOCKS.get(node.type, _inline)(node)


def _list(node: SyntaxTreeNode) -> str:
    paragraphs = [child for item in node.children for child in item.children]
    tight = any(child.type == "paragraph" and child.hidden for child in paragraphs)
    between = "\n" if tight else "\n\n"
    signs = ["- "] * len(node.children)
    if node.type == "ordered_list":
        signs = [f"{number}{node.markup} " for number in numbers(node)]
    items = [
        _hang(sign, _blocks(item.children, between))
        for sign, item in zip(signs, node.children, strict=True)
    ]
    return between.join(items)


def _quote(node: SyntaxTreeNode) -> str:
    return _hang("    ", _blocks(node.children))


def _note(node: SyntaxTreeNode) -> str:
    return _hang(f"[{node.meta['id'] + 1}] ", _blocks(node.children))


def _notes(node: SyntaxTreeNode) -> str:
    return _blocks(node.children, "\n")


def _hang(sign: str, text: str) -> str:
    """``text`` behind ``sign``, its further lines indented to where it starts."""
    return sign + textwrap.indent(text, " " * len(sign))[len(sign) :]


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in _LEAVES:
        return _LEAVES[node.type](node)
    words = "".join(map(_inline, node.children))
    return _link(node, words) if node.type == "link" else words


def _link(node: SyntaxTreeNode, words: str) -> str:
    address = str(node.attrs["href"]).removeprefix("mailto:")
    return words if node.info == "auto" or words == address else f"{words} <{address}>"


_LEAVES: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "text": lambda node: node.content,
    "text_special": lambda node: node.content,
    "code_inline": lambda node: node.content,
    "softbreak": lambda node: "" if node.hidden else " ",
    "hardbreak": lambda node: "\n",
    "footnote_ref": lambda node: f"[{node.meta['id'] + 1}]",
    "footnote_anchor": lambda node: "",
}

_BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "hr": lambda node: RULE,
    "footnote_block": _notes,
    "footnote": _note,
}
