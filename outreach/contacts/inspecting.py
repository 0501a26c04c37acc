"""What storing a file of contacts would do, found out without storing anything."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import BaseModel
from sqlmodel import Session

from outreach.contacts.columns import LEFT_OUT, OWN, Columns, as_chosen, checked, guess
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.importing import (
    ImportResult,
    Progress,
    check_rows,
    first_row,
    write_rows,
)
from outreach.contacts.reading import Row, read_rows
from outreach.contacts.rows import RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Change, Store
from outreach.delivery.suppression import suppressed
from outreach.errors import InvalidInput
from outreach.texts import count
from outreach.texts import gettext as _
from outreach.tokens import Tokens

MOST_ROWS = 100_000
SHOWN = 10  # of the first good rows
_NAMED = 20  # of the rows that are left out
_CHUNK = 1_000


class Wrong(BaseModel):
    """An error by row, as a spreadsheet numbers it, and header; never with what stands there."""

    row: int
    header: str
    reason: str


class First(BaseModel):
    """One of the first good rows as it would be stored, by field."""

    row: int
    becomes: str  # new, changed or unchanged
    cells: dict[str, str]


class Findings(BaseModel):
    """Nothing but the columns where ``problem`` is against them.

    ``stopped`` counts addresses that nothing is sent to; ``erased`` and ``merged`` rows that are
    left out, some of them named by ``left_out``. ``seen`` names all of it.
    """

    headers: list[str]
    fields: list[str]
    problem: str = ""
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    bad_rows: int = 0
    doubles: int = 0
    problem_count: int = 0
    problems: list[Wrong] = []
    erased: int = 0
    merged: int = 0
    left_out: list[int] = []
    stopped: int = 0
    first: list[First] = []
    seen: str = ""

    @property
    def good_rows(self) -> int:
        return self.added + self.updated + self.unchanged


def inspect(
    session: Session,
    path: Path,
    fields: Sequence[str] | None,
    states: MemberStates,
    *,
    tokens: Tokens,
    now: datetime,
    progress: Progress | None = None,
) -> Findings:
    """``fields`` are what a person says that the columns are; without, their headers tell.

    ``progress`` is told the rows so far and of how many. Raises InvalidInput for what is no table.
    """
    rows = _limited(read_rows(path), path.name)
    header = first_row(rows, path.name)
    columns = guess(header) if fields is None else as_chosen(header, fields)
    found = Findings(headers=list(columns.headers), fields=list(columns.fields))
    try:
        reader = RowReader(checked(columns, path.name), states)
    except InvalidInput as problem:
        return found.model_copy(update={"problem": str(problem)})
    result = ImportResult()
    with Staging() as staging:
        check_rows(rows, reader, staging, result, progress)
        erased = ErasedAddresses(session, tokens)
        store = Store(session, erased, list_slug=None, now=now, dry_run=True)
        write_rows(store, staging, result, progress)
        first = store.compare(next(staging.chunks(SHOWN), []))
        stopped = _count_stopped(session, staging)
    about = {"stopped": stopped, "first": [_as_shown(each, columns) for each in first]}
    return found.model_copy(update={**_counts(result), **about, "seen": _name(columns, result)})


def _limited(rows: Iterable[Row], filename: str) -> Iterator[Row]:
    for place, row in enumerate(rows):
        if place > MOST_ROWS:
            raise InvalidInput(
                _(
                    "%(file)s has more than %(most)s rows. Cut it into smaller ones, or ask "
                    "whoever runs this server: outreach contacts import FILE takes any number.",
                    file=filename,
                    most=count(MOST_ROWS),
                )
            )
        yield row


def _counts(result: ImportResult) -> dict[str, object]:
    left_out = sorted((*result.erased_rows, *result.merged_rows))
    return {
        "added": result.added,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "bad_rows": result.bad_rows,
        "doubles": result.doubles,
        "problem_count": result.problem_count,
        "problems": [
            Wrong(row=each.row, header=each.field, reason=each.reason) for each in result.problems
        ],
        "erased": len(result.erased_rows),
        "merged": len(result.merged_rows),
        "left_out": left_out[:_NAMED],
    }


def _as_shown(change: Change, columns: Columns) -> First:
    becomes = "new" if change.is_new else "changed" if change.is_change else "unchanged"
    fields = [field for field in columns.fields if field and field != LEFT_OUT]
    return First(
        row=change.row.number,
        becomes=becomes,
        cells={field: _cell(change, field) for field in fields},
    )


def _cell(change: Change, field: str) -> str:
    if field.startswith(OWN):
        return str(change.after["extra"].get(field.removeprefix(OWN), ""))
    values = {**change.after, "address": change.row.address, **_lists(change)}
    value = values[field]
    return "; ".join(value) if isinstance(value, list) else str(value)


def _lists(change: Change) -> dict[str, list[str]]:
    return {"lists": change.row.values.get("lists", [])}


def _count_stopped(session: Session, staging: Staging) -> int:
    chunks = staging.chunks(_CHUNK)
    return sum(len(suppressed(session, [row.address for row in chunk])) for chunk in chunks)


def _name(columns: Columns, result: ImportResult) -> str:
    counts = [result.added, result.updated, result.unchanged, result.problem_count]
    left_out = [result.erased_rows, result.merged_rows]
    about = orjson.dumps([columns.fields, counts, left_out])
    return hashlib.sha256(about).hexdigest()
