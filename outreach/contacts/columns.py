"""Which column of a file is which field of a contact, told by its header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from outreach.contacts.folding import fold
from outreach.contacts.headers import HEADERS, PART_BESIDE
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark

OWN = "own."  # before the name of an organizer's own column, as letters write it
LEFT_OUT = "-"  # for a column that a person says is not to be read
WHAT_IS_WRONG = "Outreach: what is wrong"  # our own remarks in a file that is brought in again

_MOST_OWN = 100
_LONGEST_OWN = 60

NOT_THESE = mark("These columns are not those of the file: load the page anew.")

_REQUIRED = ("address", "state")
_ONE_COLUMN = mark(
    "it is all one column: between cells there must be commas, semicolons, tabs or |"
)


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
        raise InvalidInput(_(NOT_THESE))
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
        raise InvalidInput(
            _("%(file)s has more than %(most)s columns of its own.", file=filename, most=_MOST_OWN)
        )
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
            _(
                "%(file)s: the header %(header)s cannot be made a name for letters; "
                "write it in at most %(most)s letters and digits.",
                file=filename,
                header=_shown(header),
                most=_LONGEST_OWN,
            )
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
            _(
                "%(file)s has no column for %(fields)s. Its headers are: %(headers)s.",
                file=filename,
                fields=_both(missing),
                headers=found or _("none"),
            ),
            [*([_(_ONE_COLUMN)] if len(headers) == 1 else []), *map(_choices, missing)],
        )


def _both(fields: Sequence[str]) -> str:
    if len(fields) == 1:
        return label(fields[0])
    return _("%(one)s and none for %(other)s", one=label(fields[0]), other=label(fields[1]))


def _choices(field: str) -> str:
    several = ", ".join(HEADERS[field])
    return _("for %(field)s it may be: %(headers)s", field=label(field), headers=several)


def _forbid_twice(fields: Sequence[str], headers: Sequence[str], filename: str) -> None:
    for field in fields:
        if field not in {"", LEFT_OUT} and fields.count(field) > 1:
            same = [_shown(h) for h, f in zip(headers, fields, strict=True) if f == field]
            raise InvalidInput(
                _(
                    "%(file)s: the columns %(some)s and %(last)s are both for %(field)s; "
                    "leave one of them out, or rename it.",
                    file=filename,
                    some=", ".join(same[:-1]),
                    last=same[-1],
                    field=label(field),
                )
            )


def label(field: str) -> str:
    """A field as people call it, in the reader's language; an own column as letters name it."""
    return _(HEADERS[field][0]) if field in HEADERS else field


def _shown(header: str) -> str:
    """A file without a header begins with somebody's address: that is not repeated."""
    return _("(an address)") if "@" in header else f'"{header[:60]}"'


@cache
def _known() -> Mapping[str, str]:
    known = {fold(words): field for field, every in HEADERS.items() for words in every}
    return {**known, fold(WHAT_IS_WRONG): LEFT_OUT}
