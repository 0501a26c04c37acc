"""Which column of a file is which field of a contact, told by its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from outreach.contacts.folding import fold
from outreach.contacts.headers import HEADERS, PART_BESIDE
from outreach.errors import InvalidInput

OWN = "own."  # before the name of an organizer's own column, as letters write it
LEFT_OUT = "-"  # for a column that a person says is not to be read

_MOST_OWN = 100
_LONGEST_OWN = 60

_REQUIRED = ("address", "state")
_ONE_COLUMN = "it is all one column: between cells there must be commas, semicolons, tabs or |"


@dataclass(frozen=True)
class Columns:
    """What stands in each column: a field, ``own.<name>``, LEFT_OUT, or "" without a header."""

    headers: tuple[str, ...]
    fields: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.fields)

    def header(self, field: str) -> str:
        return self.headers[self.fields.index(field)]


def read_header(cells: Sequence[str], filename: str) -> Columns:
    """Raises InvalidInput where e-mail or state are missing, or a field is there twice."""
    headers = _headers(cells)
    fields = _part_names([_field(header, filename) for header in headers], headers)
    return checked(Columns(headers, tuple(fields)), filename)


def guess(cells: Sequence[str]) -> Columns:
    """As ``read_header``, for somebody to put right: what no letter could name is left out."""
    headers = _headers(cells)
    fields = [_known().get(fold(h)) or own_field(h) or LEFT_OUT if h else "" for h in headers]
    return Columns(headers, tuple(_part_names(fields, headers)))


def as_chosen(cells: Sequence[str], fields: Sequence[str]) -> Columns:
    """As a person says. Raises InvalidInput for what cannot be said of these columns."""
    columns = Columns(_headers(cells), tuple(fields))
    if not allows(columns):
        raise InvalidInput("These columns are not those of the file: load the page anew.")
    return columns


def allows(columns: Columns) -> bool:
    """That each field is one that a column with such a header may be."""
    headers, fields = columns.headers, columns.fields
    return len(headers) == len(fields) and all(map(_may_be, headers, fields))


def own_field(header: str) -> str | None:
    """The column as the organizer's own, where its header makes a name for letters."""
    name = fold(header).replace(" ", "_")
    name = f"column_{name}" if name[:1].isdigit() else name
    return OWN + name if name.isidentifier() and len(name) <= _LONGEST_OWN else None


def checked(columns: Columns, filename: str) -> Columns:
    fields = columns.fields
    _require(fields, columns.headers, filename)
    _forbid_twice(fields, columns.headers, filename)
    if sum(field.startswith(OWN) for field in fields) > _MOST_OWN:
        raise InvalidInput(f"{filename} has more than {_MOST_OWN} columns of its own.")
    return columns


def _headers(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in cells)


def _may_be(header: str, field: str) -> bool:
    known = {*HEADERS, LEFT_OUT, own_field(header)}
    return field in known if header else field in {*HEADERS, LEFT_OUT, ""}


def _field(header: str, filename: str) -> str:
    found = _known().get(fold(header)) or own_field(header) if header else ""
    if found is None:
        raise InvalidInput(
            f"{filename}: the header {_shown(header)} cannot be made a name for letters; "
            f"write it in at most {_LONGEST_OWN} letters and digits."
        )
    return found


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
            [
                *([_ONE_COLUMN] if len(headers) == 1 else []),
                *(
                    f"for {_label(field)} it may be: {', '.join(HEADERS[field])}"
                    for field in missing
                ),
            ],
        )


def _forbid_twice(fields: Sequence[str], headers: Sequence[str], filename: str) -> None:
    for field in fields:
        if field not in {"", LEFT_OUT} and fields.count(field) > 1:
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
