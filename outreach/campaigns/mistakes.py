"""Words for what is wrong in an organizer's TOML file: its line, its key, and what is expected."""

import difflib
import re
import typing
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

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
        where = f"{filename}, line {self.line}" if self.line else filename
        return f"{where}, {self.key}: {self.what}" if self.key else f"{where}: {self.what}"


def syntax_mistake(error: Exception) -> Mistake:
    match = _SYNTAX.fullmatch(str(error))
    what = f"this is not TOML: {match['what'] if match else error}"
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
        sentence += f"; expected: {fields[keys[-1]].description}"
    return Mistake(_line_of(path, lines), _dotted(path), sentence)


def _what(details: ErrorDetails, known: Sequence[str]) -> str:
    match details["type"]:
        case "extra_forbidden":
            key = str(details["loc"][-1])
            close = difflib.get_close_matches(key, known, 1, 0.5)
            hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
            return f"this key is not known; {hint}"
        case "missing":
            return "this key is missing"
        case "model_type":
            return "this must be a table"
        case "string_pattern_mismatch":
            return f'"{str(details["input"])[:40]}" will not do'
        case "value_error":
            return str(details["ctx"]["error"])
        case _:
            return details["msg"][:1].lower() + details["msg"][1:]


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
