"""Files of contacts on their way in: kept for a day, looked at, and stored as they were seen."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlalchemy import delete
from sqlmodel import Session, col

from outreach.contacts.columns import Columns, as_chosen, checked, guess
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.importing import (
    ImportResult,
    check_rows,
    first_row,
    import_contacts,
    write_rows,
)
from outreach.contacts.reading import read_rows
from outreach.contacts.rows import RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Change, Store
from outreach.contacts.tables import ContactUpload
from outreach.delivery.suppression import suppressed
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.tokens import Tokens

LARGEST = 10_000_000  # bytes
MOST_ROWS = 20_000
KEPT = timedelta(days=1)
_SHOWN = 10
_CHUNK = 1_000
_FILE = "Your file"  # so it is called in what goes back to whoever brought it


@dataclass
class Preview:
    """What storing a file would do; nothing but ``columns`` where ``problem`` is against them.

    ``first`` are the first good rows, ``stopped`` the addresses that nothing is sent to, and
    ``seen`` names all of it: only what was seen is stored.
    """

    columns: Columns
    problem: str = ""
    result: ImportResult = field(default_factory=ImportResult)
    first: Sequence[Change] = ()
    stopped: int = 0
    seen: str = ""

    @property
    def good_rows(self) -> int:
        return self.result.added + self.result.updated + self.result.unchanged


def keep(session: Session, name: str, content: bytes, now: datetime) -> ContactUpload:
    """Raises InvalidInput for what is no table, or has more rows than the desk takes."""
    forget_old(session, now)
    upload = ContactUpload(name=name[-200:], content=content, uploaded_at=now)
    with _as_file(upload) as path:
        rows = read_rows(path)
        upload.fields = list(guess(first_row(rows, _FILE)).fields)
        if next(islice(rows, MOST_ROWS, None), None):
            raise InvalidInput(
                f"{_FILE} has more than {MOST_ROWS:,} rows. Cut it into smaller ones, or ask "
                "whoever runs this server: outreach contacts import FILE takes any number."
            )
    session.add(upload)
    session.flush()
    return upload


def get(session: Session, number: int) -> ContactUpload:
    upload = session.get(ContactUpload, number)
    if upload is None:
        raise NotFound("That file is not here any more: it is kept for a day. Upload it again.")
    return upload


def choose(session: Session, upload: ContactUpload, fields: Sequence[str]) -> None:
    """What each column is. Raises InvalidInput for what cannot be said of these columns."""
    with _as_file(upload) as path:
        as_chosen(first_row(read_rows(path), _FILE), fields)
    upload.fields = list(fields)
    session.add(upload)


def preview(
    session: Session, upload: ContactUpload, states: MemberStates, *, tokens: Tokens, now: datetime
) -> Preview:
    with _as_file(upload) as path, Staging() as staging:
        rows = read_rows(path)
        shown = Preview(as_chosen(first_row(rows, _FILE), upload.fields or ()))
        try:
            reader = RowReader(checked(shown.columns, _FILE), states)
        except InvalidInput as problem:
            shown.problem = str(problem)
            return shown
        check_rows(rows, reader, staging, shown.result)
        erased = ErasedAddresses(session, tokens)
        store = Store(session, erased, list_slug=None, now=now, dry_run=True)
        write_rows(store, staging, shown.result)
        shown.first = store.compare(next(staging.chunks(_SHOWN), []))
        shown.stopped = _count_stopped(session, staging)
        shown.seen = _fingerprint(upload, shown.result)
    return shown


def store(
    session: Session,
    upload: ContactUpload,
    states: MemberStates,
    *,
    tokens: Tokens,
    now: datetime,
    list_slug: str | None,
    skip_bad: bool,
    seen: str,
) -> ImportResult:
    """Exactly what a preview showed. Raises NotAllowed where it would be anything else."""
    with _as_file(upload) as path:
        result = import_contacts(
            session,
            path,
            states,
            tokens=tokens,
            now=now,
            list_slug=list_slug,
            fields=upload.fields,
            skip_bad=True,
        )
    if _fingerprint(upload, result) != seen:
        raise NotAllowed(
            "Contacts, or the columns of this file, were changed after you looked. Nothing was "
            "stored: go back, reload the page and look once more."
        )
    if result.bad_rows and not skip_bad:
        raise NotAllowed("Nothing was stored: say first that the rows with errors are left out.")
    session.delete(upload)
    return result


def forget(session: Session, upload: ContactUpload) -> None:
    session.delete(upload)


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(ContactUpload).where(col(ContactUpload.uploaded_at) <= now - KEPT))


@contextmanager
def _as_file(upload: ContactUpload) -> Iterator[Path]:
    with TemporaryDirectory(prefix="outreach-") as folder:
        path = Path(folder) / _FILE
        path.write_bytes(upload.content)
        yield path


def _count_stopped(session: Session, staging: Staging) -> int:
    chunks = staging.chunks(_CHUNK)
    return sum(len(suppressed(session, [row.address for row in chunk])) for chunk in chunks)


def _fingerprint(upload: ContactUpload, result: ImportResult) -> str:
    counts = [result.added, result.updated, result.unchanged, result.problem_count]
    left_out = [result.erased_rows, result.merged_rows]
    about = hashlib.sha256(upload.content)
    about.update(orjson.dumps([upload.fields, counts, left_out]))
    return about.hexdigest()
