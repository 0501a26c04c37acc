"""Which column of a file is which field of a contact, told by its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from outreach.contacts.folding import fold
from outreach.contacts.headers import HEADERS, PART_BESIDE
from outreach.errors import InvalidInput

OWN = "own."  # before the name of an organizer's own column, as letters write it

_MOST_OWN = 100
_LONGEST_OWN = 60

_REQUIRED = ("address", "state")


@dataclass(frozen=True)
class Columns:
    """What stands in each column: a field, ``own.<name>``, or "" where there is no header."""

    headers: tuple[str, ...]
    fields: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.fields)

    def header(self, field: str) -> str:
        return self.headers[self.fields.index(field)]


def read_header(cells: Sequence[str], filename: str) -> Columns:
    """Raises InvalidInput where e-mail or state are missing, or a field is there twice."""
    headers = tuple(" ".join(cell.split()) for cell in cells)
    fields = _part_names([_field(header, filename) for header in headers], headers)
    _require(fields, headers, filename)
    _forbid_twice(fields, headers, filename)
    if sum(field.startswith(OWN) for field in fields) > _MOST_OWN:
        raise InvalidInput(f"{filename} has more than {_MOST_OWN} columns of its own.")
    return Columns(headers, tuple(fields))


def _field(header: str, filename: str) -> str:
    if not header:
        return ""
    folded = fold(header)
    return _known().get(folded) or OWN + _own_name(folded, header, filename)


def _own_name(folded: str, header: str, filename: str) -> str:
    """A name that can stand in a letter behind ``own.``"""
    name = folded.replace(" ", "_")
    name = f"column_{name}" if name[:1].isdigit() else name
    if not name.isidentifier() or len(name) > _LONGEST_OWN:
        raise InvalidInput(
            f"{filename}: the header {_shown(header)} cannot be made a name for letters; "
            f"write it in at most {_LONGEST_OWN} letters and digits."
        )
    return name


def _part_names(fields: list[str], headers: Sequence[str]) -> list[str]:
    for place, header in enumerate(headers):
        part, other = PART_BESIDE.get(header.casefold(), ("", ""))
        if part and part not in fields and other in fields:
            fields[place] = part
    return fields


def _require(fields: Sequence[str], headers: Sequence[str], filename: str) -> None:
    missing = [field for field in _REQUIRED if field not in fields]
    if missing:
        found = ", ".join(_shown(header) for header in headers if header)
        raise InvalidInput(
            f"{filename} has no column for {' and none for '.join(_label(f) for f in missing)}. "
            f"Its headers are: {found or 'none'}.",
            [f"for {_label(field)} it may be: {', '.join(HEADERS[field])}" for field in missing],
        )


def _forbid_twice(fields: Sequence[str], headers: Sequence[str], filename: str) -> None:
    for field in fields:
        if field and fields.count(field) > 1:
            same = [_shown(h) for h, f in zip(headers, fields, strict=True) if f == field]
            raise InvalidInput(
                f"{filename}: the columns {' and '.join(same)} are both for {_label(field)}; "
                "leave one of them out, or rename it."
            )


def _label(field: str) -> str:
    return field if field.startswith(OWN) else HEADERS[field][0]


def _shown(header: str) -> str:
    """A file without a header begins with somebody's address: that is not repeated."""
    return "(an address)" if "@" in header else f'"{header[:60]}"'


@cache
def _known() -> Mapping[str, str]:
    return {fold(words): field for field, every in HEADERS.items() for words in every}
