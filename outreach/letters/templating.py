"""Runs a letter's expressions: what is printed becomes a numbered marker, its value a slot."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from outreach.errors import InvalidInput
from outreach.letters import grammar
from outreach.letters.grammar import Known, Problem
from outreach.letters.markers import UNSUBSCRIBE, one_line, slot
from outreach.letters.source import Field
from outreach.letters.syntax import said
from outreach.texts import gettext as _
from outreach.texts import mark

BETWEEN = "\x1e"  # stands between the fields of one rendering; no source may contain it

# A tag alone on its line leaves no empty line behind, which to Markdown would end a paragraph.
# Its line end moves into the tag, so that lines count as before.
_ALONE = re.compile(r"^[ \t]*(\{%(?:(?!%\}).)*)%\}[ \t]*\n", re.MULTILINE)

_EMPTY = mark("an empty text")
_SYSTEM_MARKERS = {"unsubscribe_url": UNSUBSCRIBE}


class MissingValue(InvalidInput):
    """A printed expression came out empty for this contact."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has no value", name=_(_EMPTY) if name == _EMPTY else name))
        self.name = name


class Templating:
    """One Jinja environment. Not for several threads: a rendering gathers its slots in it."""

    def __init__(self) -> None:
        self._slots: list[str] = []
        self._environment = _Environment(undefined=StrictUndefined, keep_trailing_newline=True)
        self._environment.globals = {}
        self._environment.filters = {**_FILTERS, "put_aside": self._put_aside, "listed": _listed}

    def problems(self, field: Field, known: Known) -> Iterator[Problem]:
        try:
            yield from grammar.problems(self._parse(field), known)
        except TemplateSyntaxError as error:
            yield Problem(error.lineno, said(str(error.message)))
        except (RecursionError, ValueError):
            yield Problem(field.line, _("an expression is too long"))

    def compile(self, fields: Iterable[Field]) -> Template:
        """All fields as one template, so that a contact costs one rendering; check them before."""
        between = nodes.Output([nodes.TemplateData(BETWEEN)])
        body: list[nodes.Node] = []
        for field in fields:
            body += [*_Marking().visit(self._parse(field)).body, between]
        template = nodes.Template(body[:-1], lineno=1)
        template.set_environment(self._environment)
        return Template.from_code(
            self._environment, self._environment.compile(template), globals={}
        )

    def render(self, template: Template, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        """The rendering with markers, and the slots; MissingValue names what is empty."""
        self._slots = []
        try:
            return template.render(values), self._slots
        except (TemplateError, TypeError) as error:
            why = _("An expression cannot be worked out: %(why)s", why=error)
            raise InvalidInput(why) from None

    def every_branch(self, field: Field) -> tuple[str, list[int]]:
        """The text with all branches taken and each value a marker; for each line, its line."""
        text, lines, printed = [""], [field.line], ""
        for line, kind, value in self._environment.lex(_alone(field.text)):
            if kind == "variable_end":
                value = _SYSTEM_MARKERS.get(printed.strip(), slot(0))
            if kind in ("data", "variable_end"):
                here = field.line + line - 1
                lines[-1] = here if text[-1].endswith("\n") else lines[-1]
                lines += range(here + 1, here + 1 + value.count("\n"))
                text.append(value)
                printed = ""
            elif kind in ("name", "operator"):
                printed += value
        return "".join(text), lines

    def _parse(self, field: Field) -> nodes.Template:
        # Empty lines in front, so that Jinja counts lines as the file does.
        return self._environment.parse("\n" * (field.line - 1) + _alone(field.text))

    # A filter that takes the context is never worked out at compile time, as "{{ 'x' }}" would be.
    @pass_context
    def _put_aside(self, _context: Context, value: object, name: str) -> str:
        text = "" if value is None or value is False else one_line(value)
        if not text:
            raise MissingValue(name)
        self._slots.append(text)
        return slot(len(self._slots) - 1)


class _Environment(SandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        """Parts of a group are keys of a mapping: no attribute of any object can be reached."""
        value = obj.get(attribute) if isinstance(obj, Mapping) else None
        return None if isinstance(value, str) and value.isspace() else value


class _Marking(NodeTransformer):
    """Puts every printed expression aside, and lets ``for`` go over lists only."""

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        node.nodes = [_marked(child) for child in node.nodes]
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:
        node.iter = _filtered(node.iter, "listed", _names(node.iter))
        return self.generic_visit(node)


def _marked(node: nodes.Expr) -> nodes.Expr:
    if isinstance(node, nodes.TemplateData):
        return node
    if isinstance(node, nodes.Name) and node.name in _SYSTEM_MARKERS:
        return nodes.TemplateData(_SYSTEM_MARKERS[node.name])
    return _filtered(node, "put_aside", _names(node))


def _filtered(node: nodes.Node, name: str, argument: str) -> nodes.Expr:
    return nodes.Filter(node, name, [nodes.Const(argument)], [], None, None, lineno=node.lineno)


def _names(node: nodes.Node) -> str:
    """What an expression prints, for a person: "contact.title or contact.name"."""
    parts = [node, *node.find_all((nodes.Getattr, nodes.Name))]
    groups = {id(part.node) for part in parts if isinstance(part, nodes.Getattr)}
    names = [_dotted(part) for part in parts if id(part) not in groups]
    return " or ".join(dict.fromkeys(name for name in names if name)) or _EMPTY


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _alone(text: str) -> str:
    return _ALONE.sub(r"\1\n%}", text)


def _listed(value: object, name: str) -> list[Any]:
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple):
        raise InvalidInput(_("%(name)s is one value: for goes over a list", name=name))
    return list(value)


def _on_text(change: Callable[[str], str]) -> Callable[[object], str]:
    return lambda value: change("" if value is None else str(value))


_FILTERS: dict[str, Callable[..., Any]] = {
    "upper": _on_text(str.upper),
    "lower": _on_text(str.lower),
    "capitalize": _on_text(lambda text: text[:1].upper() + text[1:]),
    "trim": _on_text(str.strip),
    "default": lambda value, alternative: value or alternative,
}
