"""What the worker does with files of contacts: looks through them, and stores them in portions.

Each portion is a short transaction that also notes how far it came. So a page can tell, nobody
waits long for the database, and a worker that was stopped goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, delete, select

from outreach.accounts import audit
from outreach.contacts import uploads
from outreach.contacts.columns import as_chosen
from outreach.contacts.erasing import ErasedAddresses
from outreach.contacts.importing import ImportResult, check_rows, first_row
from outreach.contacts.inspecting import Findings, inspect
from outreach.contacts.reading import read_rows
from outreach.contacts.rows import ContactRow, RowReader
from outreach.contacts.staging import Staging
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Store, Stored
from outreach.contacts.tables import ContactUpload, ContactUploadFile, UploadStage
from outreach.db import Clock, Database
from outreach.errors import InvalidInput
from outreach.texts import mark
from outreach.tokens import Tokens

LEASE = timedelta(minutes=1)  # after which another worker may go on with it
_PORTION = 2_000  # rows: of a second at most, on SQLite nobody else writes meanwhile
CHANGED = mark(
    "Contacts were changed after you looked, so nothing was stored. This is what storing the file "
    "would do now."
)
_TOLD = mark("%(new)s new, %(updated)s updated")
BROKEN = mark("Something broke on our side, and it was written to the log.")


class _OutOfHand(Exception):
    """The file was deleted, or another worker has it."""


@dataclass(frozen=True)
class Loader:
    """What the work needs; ``stop`` says when to leave the rest to the next pass."""

    database: Database
    states: MemberStates
    tokens: Tokens
    clock: Clock
    stop: Callable[[], bool] = lambda: False

    def work(self) -> int:
        """Do all that waits; how many files came on."""
        done = 0
        while not self.stop() and (upload := self._take()):
            try:
                self._bring_on(upload)
            except _OutOfHand:
                break
            done += 1
        return done

    def _take(self) -> ContactUpload | None:
        """The one that waits longest, for nobody else to take while its lease lasts."""
        now = self.clock()
        free = or_(col(ContactUpload.leased_until).is_(None), col(ContactUpload.leased_until) < now)
        waits = col(ContactUpload.stage).in_(uploads.AT_WORK)
        good = col(ContactUpload.problem) == ""
        query = select(ContactUpload).where(waits, good, free).order_by(col(ContactUpload.id))
        with self.database.reading() as session:
            if session.exec(query.limit(1)).first() is None:
                return None
        with self.database.transaction() as session:
            upload = session.exec(query.limit(1).with_for_update(skip_locked=True)).first()
            if upload is not None:
                upload.leased_until = now + LEASE
        return upload

    def _bring_on(self, upload: ContactUpload) -> None:
        """A file that cannot be used says so itself and goes; a mistake of ours is told and raised,
        and the file waits for a person to have it gone on with.
        """
        try:
            with self.database.reading() as session:
                file = session.get(ContactUploadFile, upload.id)
            if file is None:
                raise _OutOfHand
            with uploads.as_file(file.content) as path:
                work = self._check if upload.stage is UploadStage.to_check else self._store
                work(upload, path)
        except InvalidInput as problem:
            self._break_off(upload, str(problem))
        except (OperationalError, _OutOfHand):  # the database is away: the lease runs out
            raise
        except Exception:
            with self.database.transaction() as session:
                self._note(session, upload, problem=BROKEN, leased_until=None)
            raise

    def _check(self, upload: ContactUpload, path: Path) -> None:
        found = self._inspect(upload, path, self._note_progress(upload))
        self._end_check(upload, found)

    def _inspect(
        self, upload: ContactUpload, path: Path, progress: Callable[[int, int | None], None]
    ) -> Findings:
        with self.database.reading() as session:
            return inspect(
                session,
                path,
                upload.fields,
                self.states,
                tokens=self.tokens,
                now=self.clock(),
                progress=progress,
            )

    def _store(self, upload: ContactUpload, path: Path) -> None:
        seen = uploads.findings(upload)
        assert seen  # nobody can say "store" before
        if not upload.done:
            now = self._inspect(upload, path, self._note_life(upload))
            if now.seen != seen.seen:
                return self._end_check(upload, now, CHANGED)
        with Staging() as staging:
            _stage_good_rows(path, upload.fields or (), self.states, staging)
            done = 0
            for rows in staging.chunks(_PORTION):
                done += len(rows)
                if done > upload.done:
                    if self.stop():
                        return self._let_go(upload)
                    self._store_portion(upload, rows, done)
        self._end_storing(upload)

    def _store_portion(self, upload: ContactUpload, rows: Sequence[ContactRow], done: int) -> None:
        now = self.clock()
        with self.database.transaction() as session:
            erased = ErasedAddresses(session, self.tokens)
            slug = upload.list_slug or None
            store = Store(session, erased, list_slug=slug, now=now, dry_run=False)
            store.write(rows)
            sums = _add_up(upload.stored, store.stored)
            self._note(session, upload, done=done, stored=sums, leased_until=now + LEASE)
        upload.done, upload.stored = done, sums

    def _end_check(self, upload: ContactUpload, found: Findings, problem: str = "") -> None:
        with self.database.transaction() as session:
            self._note(
                session,
                upload,
                stage=UploadStage.checked,
                fields=found.fields,
                findings=found.model_dump(),
                problem=problem,
                leased_until=None,
            )

    def _end_storing(self, upload: ContactUpload) -> None:
        stored, now = upload.stored, self.clock()
        told = _TOLD % {"new": stored.get("added", 0), "updated": stored.get("updated", 0)}
        with self.database.transaction() as session:
            self._note(session, upload, stage=UploadStage.stored, leased_until=None)
            _delete_file(session, upload)
            audit.note(
                session,
                actor=upload.by,
                act=mark("contacts imported"),
                subject=upload.list_slug,
                detail=told,
                now=now,
            )

    def _break_off(self, upload: ContactUpload, problem: str) -> None:
        with self.database.transaction() as session:
            end = {"stage": UploadStage.broken, "findings": None, "leased_until": None}
            self._note(session, upload, problem=problem, **end)
            _delete_file(session, upload)

    def _let_go(self, upload: ContactUpload) -> None:
        with self.database.transaction() as session:
            self._note(session, upload, leased_until=None)

    def _note_progress(self, upload: ContactUpload) -> Callable[[int, int | None], None]:
        def note(done: int, total: int | None) -> None:
            if done % _PORTION == 0:
                with self.database.transaction() as session:
                    lease = self.clock() + LEASE
                    self._note(session, upload, done=done, total=total, leased_until=lease)
                upload.done = done

        return note

    def _note_life(self, upload: ContactUpload) -> Callable[[int, int | None], None]:
        def note(done: int, _total: int | None) -> None:
            if done % _PORTION == 0:
                with self.database.transaction() as session:
                    self._note(session, upload, leased_until=self.clock() + LEASE)

        return note

    def _note(self, session: Session, upload: ContactUpload, **values: Any) -> None:
        """Raises _OutOfHand where the row is gone, or further on by another's doing."""
        as_known = (
            col(ContactUpload.id) == upload.id,
            col(ContactUpload.stage) == upload.stage,
            col(ContactUpload.done) == upload.done,
        )
        changed = session.execute(update(ContactUpload).where(*as_known).values(**values))
        if not changed.rowcount:  # type: ignore[attr-defined]
            raise _OutOfHand


def _stage_good_rows(
    path: Path, fields: Sequence[str], states: MemberStates, staging: Staging
) -> None:
    rows = read_rows(path)
    reader = RowReader(as_chosen(first_row(rows, path.name), fields), states)
    check_rows(rows, reader, staging, ImportResult())


def _add_up(before: dict[str, int], more: Stored) -> dict[str, int]:
    counts = {"added": more.added, "updated": more.updated, "unchanged": more.unchanged}
    return {name: before.get(name, 0) + count for name, count in counts.items()}


def _delete_file(session: Session, upload: ContactUpload) -> None:
    session.exec(delete(ContactUploadFile).where(col(ContactUploadFile.upload_id) == upload.id))
