"""Words for what is wrong in an organizer's TOML file: its line, its key, and what is expected."""

import difflib
import re
import typing
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from outreach.texts import gettext as _
from outreach.texts import mark, retold

Path = tuple[int | str, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
_SYNTAX = re.compile(r"(?P<what>.*?) \(at line (?P<line>\d+), column \d+\)", re.DOTALL)


class Mistake(NamedTuple):
    """What is wrong at a line (0: it is not known at which) and a key, "steps[2].after"."""

    line: int
    key: str
    what: str

    def told_of(self, filename: str) -> str:
        where = filename
        if self.line:
            where = _("%(file)s, line %(line)s", file=filename, line=self.line)
        return f"{where}, {self.key}: {self.what}" if self.key else f"{where}: {self.what}"


def syntax_mistake(error: Exception) -> Mistake:
    match = _SYNTAX.fullmatch(str(error))
    what = _("this is not TOML: %(what)s", what=retold(match["what"] if match else str(error)))
    return Mistake(int(match["line"]) if match else 0, "", what)


def model_mistakes(error: ValidationError, model: type[BaseModel], text: str) -> list[Mistake]:
    """Every mistake in ``text``, in the order of the file's lines."""
    lines = key_lines(text)
    return sorted(_mistake(details, model, lines) for details in error.errors())


def _mistake(details: ErrorDetails, model: type[BaseModel], lines: dict[Path, int]) -> Mistake:
    path = details["loc"]
    keys = tuple(part for part in path if isinstance(part, str))
    fields = _fields_of(model, keys[:-1])
    sentence = _what(details, list(fields)).rstrip(".")
    if keys and keys[-1] in fields:
        expected = _(str(fields[keys[-1]].description))
        sentence = _("%(wrong)s; expected: %(expected)s", wrong=sentence, expected=expected)
    return Mistake(_line_of(path, lines), _dotted(path), sentence)


def _what(details: ErrorDetails, known: Sequence[str]) -> str:
    match details["type"]:
        case "extra_forbidden":
            return _not_known(str(details["loc"][-1]), known)
        case "missing":
            return _("this key is missing")
        case "model_type":
            return _("this must be a table")
        case "string_pattern_mismatch":
            return _('"%(text)s" will not do', text=str(details["input"])[:40])
        case "value_error":
            return str(details["ctx"]["error"])
        case _:
            return retold(details["msg"][:1].lower() + details["msg"][1:])


def _not_known(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, 1, 0.5)
    if close:
        return _('this key is not known; did you mean "%(key)s"?', key=close[0])
    return _("this key is not known; known are %(keys)s", keys=", ".join(known))


# As pydantic and tomllib say them, of what people get wrong.
_THEIRS = (
    mark("input should be a valid string"),
    mark("input should be a valid integer"),
    mark("input should be a valid boolean"),
    mark("input should be a valid list"),
    mark("input should be a valid datetime"),
    mark("input should be a valid time"),
    mark("input should be greater than or equal to %(least)s"),
    mark("input should be less than or equal to %(most)s"),
    mark("input should be %(either)s or %(other)s"),
    mark("string should have at most %(most)s characters"),
    mark("list should have at least %(least)s item after validation, not %(number)s"),
    mark("list should have at most %(most)s items after validation, not %(number)s"),
    mark("Invalid statement"),
    mark("Invalid value"),
    mark("Expected '=' after a key in a key/value pair"),
    mark("Expected newline or end of document after a statement"),
    mark("Cannot overwrite a value"),
    mark("Cannot declare %(key)s twice"),
    mark("Unclosed array"),
    mark("Unclosed inline table"),
    mark("Unterminated string"),
    mark("Illegal character %(letter)s"),
)


def _fields_of(model: type[BaseModel], keys: Sequence[str]) -> dict[str, FieldInfo]:
    """The fields, as they are written, of the table that ``keys`` lead to."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if not keys:
        return fields
    inner = _model_in(fields[keys[0]].annotation) if keys[0] in fields else None
    return _fields_of(inner, keys[1:]) if inner else {}


def _model_in(annotation: object) -> type[BaseModel] | None:
    candidates = [annotation, *typing.get_args(annotation)]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _dotted(path: Path) -> str:
    """("steps", 1, "after") as "steps[2].after": people count from one."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the file"


def _line_of(path: Path, lines: dict[Path, int]) -> int:
    """Where ``path`` is written, or the nearest table around it."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


def key_lines(text: str) -> dict[Path, int]:
    """The line on which each table and key of a valid TOML file begins.

    ``tomllib`` tells no lines. What stands within an inline table or an array is found at the
    line of its key.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in _statements(text):
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a statement: not those within a text or an array of several lines."""
    inside, depth = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not inside and depth == 0:
            yield number, line
        inside, depth = _after(line, inside, depth)


def _after(line: str, inside: str, depth: int) -> tuple[str, int]:
    """Which long quotes and how many brackets are still open at the end of a line."""
    for quotes in re.findall(r'"""|\'\'\'', line):
        inside = "" if inside == quotes else inside or quotes
    if inside or '"""' in line or "'''" in line or (depth == 0 and _HEADER.match(line)):
        return inside, depth
    bare = _STRING.sub("", line).partition("#")[0]
    return inside, depth + bare.count("[") - bare.count("]")
