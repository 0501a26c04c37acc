"""A row of a file, read into the fields of a contact, or what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from outreach.contacts import fields
from outreach.contacts.columns import LEFT_OUT, OWN, Columns
from outreach.contacts.formulas import restore
from outreach.contacts.languages import read_languages
from outreach.contacts.roles import read_role
from outreach.contacts.states import MemberStates
from outreach.contacts.time_zones import read_time_zone
from outreach.errors import InvalidInput
from outreach.texts import gettext as _

Reader = Callable[[str], Any]

_SEVERAL = frozenset({"languages", "tags", "lists"})  # fields of several words, each on its own


@dataclass(frozen=True)
class Problem:
    """What is wrong in a row, never with the words that stand there."""

    row: int  # as a spreadsheet numbers it
    field: str  # the column's header; empty where the whole row is meant
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}{self.field and ', '}{self.field}: {self.reason}"


@dataclass(frozen=True)
class ContactRow:
    """A contact as a file has it: the fields that the file has columns for, and no other."""

    number: int
    address: str
    values: Mapping[str, Any]


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, columns: Columns, states: MemberStates) -> None:
        self._columns = columns
        self._places = [
            (place, field, _reader(field, states))
            for place, field in enumerate(columns.fields)
            if field != LEFT_OUT
        ]
        self._limits = [fields.limit_of(field) for field in columns.fields]
        self._breaks = ["; " if field in _SEVERAL else " " for field in columns.fields]

    @property
    def address_header(self) -> str:
        return self._columns.header("address")

    def read(self, number: int, cells: Sequence[str]) -> ContactRow | list[Problem]:
        width = len(self._columns)
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            told = {"columns": len(cells), "width": width}
            reason = _("has %(columns)s columns where the header has %(width)s", **told)
            return [Problem(number, "", reason)]
        values, problems = self._read_cells(number, cells)
        if problems:
            return problems
        return ContactRow(number, values.pop("address"), _with_name(values))

    def _read_cells(
        self, number: int, cells: Sequence[str]
    ) -> tuple[dict[str, Any], list[Problem]]:
        values: dict[str, Any] = {"extra": {}}
        problems = []
        for place, field, read in self._places:
            try:
                value = read(self._text(cells[place], place))
            except InvalidInput as wrong:
                header = self._columns.headers[place] or _("column %(number)s", number=place + 1)
                problems.append(Problem(number, header, str(wrong)))
                continue
            if field.startswith(OWN):
                values["extra"][field.removeprefix(OWN)] = value
            elif field:
                values[field] = value
        return values, problems

    def _text(self, cell: str, place: int) -> str:
        """The cell as one line; where it may hold several things, a line is one of them."""
        if not cell:
            return cell
        if "\n" in cell:
            cell = cell.replace("\n", self._breaks[place])
        return fields.one_line(restore(cell), self._limits[place])


def _reader(field: str, states: MemberStates) -> Reader:
    """How a column is read; what repeats in most rows is read once."""
    readers: Mapping[str, Reader] = {
        "address": fields.read_address,
        "state": lru_cache(1_000)(lambda text: _read_state(text, states)),
        "organization": fields.read_organization,
        "role": lru_cache(1_000)(read_role),
        "languages": lru_cache(1_000)(read_languages),
        "time_zone": lru_cache(1_000)(read_time_zone),
        "tags": fields.read_tags,
        "lists": fields.read_lists,
        "": _read_nothing,
    }
    return readers.get(field, str)


def _read_state(text: str, states: MemberStates) -> str:
    code = states.find(text)
    if code is None:
        if not text:
            raise InvalidInput(_("is empty"))
        raise InvalidInput(
            _("is no member state, or could be more than one; write its name or ISO code")
        )
    return code


def _read_nothing(text: str) -> None:
    if text:
        raise InvalidInput(_("holds something, but the column has no header"))


def _with_name(values: dict[str, Any]) -> dict[str, Any]:
    """Where no full name is written it is put together from its parts."""
    parts = [values.get("given_name"), values.get("family_name")]
    if any(parts) and not values.get("name"):
        values["name"] = " ".join(part for part in parts if part)
    return values
