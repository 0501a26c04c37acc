"""Contacts out of a file of an organizer: all of it, or nothing and every reason why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from outreach.contacts.columns import Columns, as_chosen, checked, read_header
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.fields import read_slug
from outreach.contacts.reading import Row, read_rows
from outreach.contacts.rows import ContactRow, Problem, RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Store
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
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
    merged_rows: tuple[int, ...] = ()  # left out: other addresses of contacts that are there
    doubles: int = 0  # rows whose address stands in the file before
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
    fields: Sequence[str] | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Add or update the contacts of a CSV or .xlsx file by their canonical addresses.

    One bad row keeps the whole file out, unless ``skip_bad``. The file is checked before the
    database is touched; all is written in the caller's transaction. ``progress`` gets the rows
    read so far and None, then the rows written so far and how many there are. ``fields`` says
    what the columns are where their headers do not.
    Raises InvalidInput for a file that cannot be read as a table of contacts.
    """
    list_slug = _checked_slug(list_slug)
    result = ImportResult()
    with Staging() as staging:
        rows = read_rows(path)
        columns = _columns(rows, path.name, fields)
        check_rows(rows, RowReader(columns, states), staging, result, progress)
        if skip_bad or not result.bad_rows:
            erased = ErasedAddresses(session, tokens)
            store = Store(session, erased, list_slug=list_slug, now=now, dry_run=dry_run)
            write_rows(store, staging, result, progress)
            result.stored = not dry_run
    return result


def _checked_slug(slug: str | None) -> str | None:
    try:
        return read_slug(slug) if slug else None
    except InvalidInput as wrong:
        raise InvalidInput(_('"%(name)s" %(wrong)s.', name=slug, wrong=wrong)) from None


def first_row(rows: Iterable[Row], filename: str) -> list[str]:
    for __, cells in rows:
        return cells
    raise InvalidInput(_("%(file)s is empty.", file=filename))


def _columns(rows: Iterable[Row], filename: str, fields: Sequence[str] | None) -> Columns:
    header = first_row(rows, filename)
    if fields is None:
        return read_header(header, filename)
    return checked(as_chosen(header, fields), filename)


def check_rows(
    rows: Iterable[Row],
    reader: RowReader,
    staging: Staging,
    result: ImportResult,
    progress: Progress | None = None,
) -> None:
    """Puts the good rows aside, and notes of the others what is wrong with them."""
    for done, (number, cells) in enumerate(rows, start=1):
        is_double, problems = wrong_with(number, cells, reader, staging)
        if problems:
            result.note(problems)
            result.doubles += is_double
        if progress and done % _CHUNK == 0:
            progress(done, None)


def wrong_with(
    number: int, cells: Sequence[str], reader: RowReader, staging: Staging
) -> tuple[bool, list[Problem]]:
    """Whether it is a double, and what is wrong with a row; a good one is put aside."""
    row = reader.read(number, cells)
    if isinstance(row, list):
        return False, row
    problems = _stage(row, staging, reader)
    return bool(problems), problems


def _stage(row: ContactRow, staging: Staging, reader: RowReader) -> list[Problem]:
    first = staging.add(row)
    if first == row.number:
        return []
    reason = _("is the same address as in row %(row)s", row=first)
    return [Problem(row.number, reader.address_header, reason)]


def write_rows(
    store: Store, staging: Staging, result: ImportResult, progress: Progress | None = None
) -> None:
    done, total = 0, len(staging)
    for chunk in staging.chunks(_CHUNK):
        store.write(chunk)
        done += len(chunk)
        if progress:
            progress(done, total)
    for name, value in vars(store.stored).items():
        setattr(result, name, value)
