"""Contacts out of a file of an organizer: all of it, or nothing and every reason why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from outreach.contacts.columns import read_header
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.fields import read_slug
from outreach.contacts.reading import read_rows
from outreach.contacts.rows import ContactRow, Problem, RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Store
from outreach.errors import InvalidInput
from outreach.tokens import Tokens

Progress = Callable[[int, int | None], None]

MOST_PROBLEMS = 100
_CHUNK = 1_000


@dataclass
class ImportResult:
    """What an import did, or in a dry run would do.

    ``problems`` are the first MOST_PROBLEMS; ``problem_count`` counts all of them. ``stored`` is
    false where nothing was written: a dry run, or a file with bad rows.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    erased_rows: tuple[int, ...] = ()  # left out: their contacts asked to be erased
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    bad_rows: int = 0
    stored: bool = False

    def note(self, problems: list[Problem]) -> None:
        """Bad rows are noted one at a time."""
        self.bad_rows += 1
        self.problem_count += len(problems)
        self.problems += problems[: MOST_PROBLEMS - len(self.problems)]


def import_contacts(
    session: Session,
    path: Path,
    states: MemberStates,
    *,
    tokens: Tokens,
    now: datetime,
    list_slug: str | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Add or update the contacts of a CSV or .xlsx file by their canonical addresses.

    One bad row keeps the whole file out, unless ``skip_bad``. The file is checked before the
    database is touched; all is written in the caller's transaction. ``progress`` gets the rows
    read so far and None, then the rows written so far and how many there are.
    Raises InvalidInput for a file that cannot be read as a table of contacts.
    """
    list_slug = _checked_slug(list_slug)
    result = ImportResult()
    with Staging() as staging:
        _check(path, states, staging, result, progress)
        if skip_bad or not result.bad_rows:
            erased = ErasedAddresses(session, tokens)
            store = Store(session, erased, list_slug=list_slug, now=now, dry_run=dry_run)
            _store(store, staging, result, progress)
            result.stored = not dry_run
    return result


def _checked_slug(slug: str | None) -> str | None:
    try:
        return read_slug(slug) if slug else None
    except InvalidInput as wrong:
        raise InvalidInput(f'"{slug}" {wrong}.') from None


def _check(
    path: Path,
    states: MemberStates,
    staging: Staging,
    result: ImportResult,
    progress: Progress | None,
) -> None:
    rows = read_rows(path)
    _, header = next(rows, (0, None))
    if header is None:
        raise InvalidInput(f"{path.name} is empty.")
    reader = RowReader(read_header(header, path.name), states)
    for done, (number, cells) in enumerate(rows, start=1):
        row = reader.read(number, cells)
        problems = row if isinstance(row, list) else _stage(row, staging, reader)
        if problems:
            result.note(problems)
        if progress and done % _CHUNK == 0:
            progress(done, None)


def _stage(row: ContactRow, staging: Staging, reader: RowReader) -> list[Problem]:
    first = staging.add(row)
    if first == row.number:
        return []
    return [Problem(row.number, reader.address_header, f"is the same address as in row {first}")]


def _store(store: Store, staging: Staging, result: ImportResult, progress: Progress | None) -> None:
    done, total = 0, len(staging)
    for chunk in staging.chunks(_CHUNK):
        store.write(chunk)
        done += len(chunk)
        if progress:
            progress(done, total)
    result.added, result.updated = store.stored.added, store.stored.updated
    result.unchanged, result.erased_rows = store.stored.unchanged, store.stored.erased_rows
