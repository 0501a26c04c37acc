"""The file of member states, checked row by row."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from outreach.contacts.reading import read_rows
from outreach.contacts.time_zones import zones
from outreach.errors import InvalidInput

SHIPPED = Path(__file__).with_name("member_states.csv")

_Rule = tuple[Callable[[str], object], str]


def _is_zones(text: str) -> bool:
    return bool(text) and set(text.split()) <= set(zones().values())


_YES_OR_NO: _Rule = (re.compile("yes|no").fullmatch, "yes or no")
_COLUMNS: Mapping[str, _Rule] = {
    "alpha2": (re.compile(r"[A-Z]{2}").fullmatch, "two capital letters (ISO 3166-1)"),
    "alpha3": (re.compile(r"[A-Z]{3}").fullmatch, "three capital letters (ISO 3166-1)"),
    "name": (bool, "a name"),
    "un_member": _YES_OR_NO,
    "region": (bool, "a region"),
    "subregion": (bool, "a part of the region"),
    "official_languages": (
        re.compile(r"[a-z]{2,3}( [a-z]{2,3})*").fullmatch,
        "language codes with a space between them",
    ),
    "time_zones": (_is_zones, "IANA time zones with a space between them"),
}
_DATED_COLUMNS: Mapping[str, _Rule] = {"member": _YES_OR_NO, "coordination_committee": _YES_OR_NO}
_RULES = {**_COLUMNS, **_DATED_COLUMNS}
_DATED_HEADER = re.compile(r"(?P<column>[a-z_]+?)_(?P<date>\d{4}(?:_\d\d){0,2})")


@dataclass(frozen=True)
class StateFile:
    """The rows by column name, and the dates (ISO 8601) in the names of the dated columns."""

    rows: Sequence[Mapping[str, str]]
    dates: Mapping[str, str]


def read_state_file(path: Path) -> StateFile:
    """Raises InvalidInput with every problem, by row."""
    rows = read_rows(path)
    columns, dates = _read_header(path, next(rows, (1, []))[1])
    check = _Check(columns)
    good = [row for row in (check.row(number, cells) for number, cells in rows) if row]
    if not good and not check.problems:
        check.problems.append("there is no state in it")
    if check.problems:
        raise InvalidInput(f"{path} cannot be used as the file of member states:", check.problems)
    return StateFile(good, dates)


def _read_header(path: Path, header: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    columns, dates = [], {}
    for cell in (cell.strip().lower() for cell in header):
        dated = _DATED_HEADER.fullmatch(cell)
        if dated and dated["column"] in _DATED_COLUMNS:
            dates[dated["column"]] = _iso_date(path, cell, dated["date"])
        columns.append(dated["column"] if dated else cell)
    problems = _header_problems(columns, dates)
    if problems:
        message = f"{path} cannot be used; start from a copy of {SHIPPED}:"
        raise InvalidInput(message, problems)
    return columns, dates


def _iso_date(path: Path, header: str, text: str) -> str:
    try:
        date.fromisoformat((text + "_01_01")[:10].replace("_", "-"))
    except ValueError:
        raise InvalidInput(f"{path}: the column {header} does not end in a date.") from None
    return text.replace("_", "-")


def _header_problems(columns: Sequence[str], dates: Mapping[str, str]) -> list[str]:
    missing = [f"there is no column {name}" for name in _COLUMNS if name not in columns]
    undated = [
        f"there is no column {name}_YYYY_MM_DD, whose name says the day it speaks of"
        for name in _DATED_COLUMNS
        if name not in dates
    ]
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    return missing + undated + [f"the column {name} is there twice" for name in twice]


@dataclass
class _Check:
    """Reads rows one after the other and collects what is wrong with them."""

    columns: Sequence[str]
    problems: list[str] = field(default_factory=list)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def row(self, number: int, cells: Sequence[str]) -> Mapping[str, str] | None:
        if len(cells) != len(self.columns):
            found = [f"there are {len(cells)} columns, the header has {len(self.columns)}"]
        else:
            row = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True))
            found = _wrong(row) or self._repeated(row, number)
        self.problems += [f"row {number}: {problem}" for problem in found]
        return None if found else row

    def _repeated(self, row: Mapping[str, str], number: int) -> list[str]:
        problems = []
        for column in ("alpha2", "alpha3", "name"):
            first = self._seen.setdefault((column, row[column].casefold()), number)
            if first != number:
                problems.append(f"{column} {row[column]!r} is in row {first} already")
        return problems


def _wrong(row: Mapping[str, str]) -> list[str]:
    return [
        f"{column} should be {expected}, not {row[column][:60]!r}"
        for column, (fits, expected) in _RULES.items()
        if not fits(row[column])
    ]
