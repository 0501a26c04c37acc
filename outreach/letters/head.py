"""The head of a letter's file: TOML between two lines ``+++``, read and written."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from outreach.errors import InvalidInput

FENCE = "+++"
TEXT_KEYS = ("subject", "reviewed_by", "addressee", "date", "reference")

_KEYS = (*TEXT_KEYS, "signatories")


def split_head(text: str, where: object) -> tuple[str, str, int]:
    """The head, the body, and the line on which the body starts.

    The head comes with empty lines in place of what stands above it, so that lines count as in
    the file.
    """
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.strip() == FENCE][:2]
    if len(fences) < 2 or any(line.strip() for line in lines[: fences[0]]):
        raise InvalidInput(
            f'{where}: a letter begins with a head: a line {FENCE}, then subject = "...", '
            f"then a line {FENCE}, then the text."
        )
    first, last = fences
    start = next((n for n in range(last + 1, len(lines)) if lines[n].strip()), last + 1)
    head = "\n" * (first + 1) + "\n".join(lines[first + 1 : last])
    return head, "\n".join(lines[start:]).rstrip(), start + 1


def read_head(head: str, where: object) -> dict[str, Any]:
    """The values as they stand; InvalidInput names the lines of all that is wrong."""
    try:
        values = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        reason = re.sub(r"\(at (.*)\)", r"(\1)", str(error))
        raise InvalidInput(f"{where}: the head is not TOML: {reason}") from None
    if problems := list(_problems(values, head)):
        raise InvalidInput(f"{where}: the head cannot be used:", problems)
    return values


def write_head(values: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_string(values[key])}" for key in TEXT_KEYS]
    if names := values["signatories"]:
        lines += ["signatories = [", *(f"    {_string(name)}," for name in names), "]"]
    return "\n".join([FENCE, *lines, FENCE])


def _problems(values: Mapping[str, Any], head: str) -> Iterator[str]:
    if not str(values.get("subject", "")).strip():
        yield 'a subject is needed: subject = "..."'
    for key, value in values.items():
        if problem := _key_problem(key, value):
            yield f"line {_line_of(key, head)}: {problem}"


def _key_problem(key: str, value: object) -> str | None:
    if key not in _KEYS:
        close = get_close_matches(key, _KEYS, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(_KEYS)}"
        return f"{key} is not known; {hint}"
    if key == "signatories":
        good = isinstance(value, list) and all(isinstance(name, str) for name in value)
        return None if good else f'{key} is a list: ["First Name", "Second Name"]'
    if not isinstance(value, str):
        return f'{key} is a text: {key} = "{value}"'
    return f"{key} is one line" if key == "subject" and "\n" in value.strip() else None


def _line_of(key: str, head: str) -> int:
    found = re.search(rf'^[ \t]*\[?"?{re.escape(key)}\b', head, re.MULTILINE)
    return head.count("\n", 0, found.start()) + 1 if found else 1


def _string(text: str) -> str:
    """A TOML string: on lines of its own if the text has several."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    lines = (json.dumps(line, ensure_ascii=False)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'
