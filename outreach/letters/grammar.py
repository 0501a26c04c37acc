"""What may be written in a letter's expressions: a small part of Jinja, checked before it runs.

An allow-list of syntax, so that no letter can call, loop without end, grow without bound or reach
into an object: only names of known values, conditions on them, and one level of ``for``.
"""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from jinja2 import nodes

from outreach.texts import gettext as _
from outreach.texts import mark

Known = Mapping[str, Collection[str]]  # each name with its parts; a plain value has none

FILTERS = {"upper": 0, "lower": 0, "capitalize": 0, "trim": 0, "default": 1}  # and their arguments
SYSTEM_NAMES = frozenset({"unsubscribe_url"})

_OPEN_GROUP = "own"  # the organizer's own columns: any part of it is known
_DEEPEST = 40
_OPERATORS = frozenset({"eq", "ne", "in", "notin"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Filter,
)
_WORDS: dict[type[nodes.Node], str] = {
    nodes.Call: mark("a call"),
    nodes.Macro: mark("a macro"),
    nodes.CallBlock: mark("a macro"),
    nodes.Include: mark("an include"),
    nodes.Import: mark("an import"),
    nodes.FromImport: mark("an import"),
    nodes.Extends: mark("an extends"),
    nodes.Block: mark("a block"),
    nodes.Getitem: mark("a subscript [...]"),
    nodes.Test: mark("a test with is"),
    nodes.AssignBlock: mark("a block set"),
    nodes.Concat: mark("~ (write two expressions side by side)"),
}


class Problem(NamedTuple):
    line: int
    text: str


def problems(template: nodes.Template, known: Known) -> Iterator[Problem]:
    names = template.find_all(nodes.Name)
    local = {node.name for node in names if node.ctx == "store"}
    yield from _Check(known, local).walk(template)


class _Check:
    def __init__(self, known: Known, local: set[str]) -> None:
        self._known = known
        self._local = local - set(known)

    def walk(self, node: nodes.Node, depth: int = 0, loops: int = 0) -> Iterator[Problem]:
        loops += isinstance(node, nodes.For)
        if refusal := _syntax(node) or _nesting(depth, loops) or self._name(node):
            yield Problem(node.lineno, refusal)
            return
        for child in _parts(node):
            yield from self.walk(child, depth + 1, loops)

    def _name(self, node: nodes.Node) -> str | None:
        if isinstance(node, nodes.Getattr):
            return self._part(node)
        if not isinstance(node, nodes.Name):
            return None
        if node.ctx == "store":
            taken = node.name in self._known or node.name in SYSTEM_NAMES
            return _("%(name)s is taken: give it another name", name=node.name) if taken else None
        return self._plain(node.name)

    def _plain(self, name: str) -> str | None:
        if name in SYSTEM_NAMES:
            return _("%(name)s can only be printed: {{ %(name)s }}", name=name)
        if parts := self._known.get(name):
            there = _dotted(name, parts)
            return _("%(name)s is no value; print a part of it: %(parts)s", name=name, parts=there)
        if name == _OPEN_GROUP:
            return _(
                "%(name)s is no value; print a column of your list: %(name)s.column", name=name
            )
        return None if name in self._known or name in self._local else self._unknown(name)

    def _part(self, node: nodes.Getattr) -> str | None:
        if not isinstance(node.node, nodes.Name) or node.node.name in self._local:
            return _(".%(name)s has nothing to stand on; write group.name", name=node.attr)
        group = node.node.name
        if group == _OPEN_GROUP or node.attr in self._known.get(group, ()):
            return None
        return self._unknown(f"{group}.{node.attr}")

    def _unknown(self, name: str) -> str:
        there = [*self._local, *SYSTEM_NAMES]
        for group, parts in self._known.items():
            there += [f"{group}.{part}" for part in parts] or [group]
        if close := get_close_matches(name, there, 1):
            return _("%(name)s is not known; did you mean %(close)s?", name=name, close=close[0])
        return _("%(name)s is not known", name=name)


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    """What is still to be checked below a node that is good in itself."""
    if isinstance(node, nodes.Getattr):
        return
    for child in node.iter_child_nodes():
        is_name = isinstance(child, nodes.Name) and child.name in SYSTEM_NAMES
        if not (is_name and isinstance(node, nodes.Output)):
            yield child


def _syntax(node: nodes.Node) -> str | None:
    """Why this node may not stand in a letter, whatever its names."""
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), type(node).__name__.lower())
        return _("%(what)s may not be used in a letter", what=_(word))
    if isinstance(node, nodes.For) and (node.recursive or node.test):
        return _("for goes over a list and no more: no if, no recursive")
    if isinstance(node, nodes.Compare) and any(one.op not in _OPERATORS for one in node.ops):
        return _("only ==, !=, in and not in compare values")
    if isinstance(node, nodes.Filter):
        return _filter(node)
    name = getattr(node, "attr", None) or getattr(node, "name", None) or ""
    if str(name).startswith("_"):
        return _("%(name)s begins with an underscore", name=name)
    return None


def _nesting(depth: int, loops: int) -> str | None:
    if loops > 1:
        return _("a for inside a for may not be used in a letter")
    return _("this is nested too deeply") if depth > _DEEPEST else None


def _filter(node: nodes.Filter) -> str | None:
    if node.name not in FILTERS:
        there = ", ".join(FILTERS)
        return _(
            "the filter %(name)s is not known; there are %(others)s", name=node.name, others=there
        )
    if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != FILTERS[node.name]:
        if FILTERS[node.name]:
            return _("the filter %(name)s takes 1 value", name=node.name)
        return _("the filter %(name)s takes no value", name=node.name)
    return None


def _dotted(group: str, parts: Collection[str]) -> str:
    return ", ".join(f"{group}.{part}" for part in parts)
