"""The head of a letter's file: TOML between two lines ``+++``, read and written."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

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
            _(
                '%(path)s: a letter begins with a head: a line +++, then subject = "...", '
                "then a line +++, then the text.",
                path=where,
            )
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
        raise InvalidInput(
            _("%(path)s: the head is not TOML: %(why)s", path=where, why=reason)
        ) from None
    if problems := list(_problems(values, head)):
        raise InvalidInput(_("%(path)s: the head cannot be used:", path=where), problems)
    return values


def write_head(values: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_string(values[key])}" for key in TEXT_KEYS]
    if names := values["signatories"]:
        lines += ["signatories = [", *(f"    {_string(name)}," for name in names), "]"]
    return "\n".join([FENCE, *lines, FENCE])


def _problems(values: Mapping[str, Any], head: str) -> Iterator[str]:
    if not str(values.get("subject", "")).strip():
        yield _('a subject is needed: subject = "..."')
    for key, value in values.items():
        if problem := _key_problem(key, value):
            line = _line_of(key, head)
            yield _("line %(line)s: %(problem)s", line=line, problem=problem)


def _key_problem(key: str, value: object) -> str | None:
    if key not in _KEYS:
        if close := get_close_matches(key, _KEYS, 1):
            return _("%(name)s is not known; did you mean %(close)s?", name=key, close=close[0])
        there = ", ".join(_KEYS)
        return _("%(name)s is not known; there are %(others)s", name=key, others=there)
    if key == "signatories":
        good = isinstance(value, list) and all(isinstance(name, str) for name in value)
        return None if good else _('%(name)s is a list: ["First Name", "Second Name"]', name=key)
    if not isinstance(value, str):
        return _('%(name)s is a text: %(name)s = "%(value)s"', name=key, value=value)
    has_lines = key == "subject" and "\n" in value.strip()
    return _("%(name)s is one line", name=key) if has_lines else None


def _line_of(key: str, head: str) -> int:
    found = re.search(rf'^[ \t]*\[?"?{re.escape(key)}\b', head, re.MULTILINE)
    return head.count("\n", 0, found.start()) + 1 if found else 1


def _string(text: str) -> str:
    """A TOML string: on lines of its own if the text has several."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    lines = (json.dumps(line, ensure_ascii=False)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'
