"""Erasing a person from everything that is kept, and saying what still names them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.contacts.erasing import find_person
from outreach.db import Database
from outreach.delivery.forgetting import forget_texts
from outreach.delivery.suppression import suppressed
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.errors import NotFound
from outreach.inbox import erasing
from outreach.reports.tables import WeeklyReport
from outreach.reports.traces import traces
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.tokens import Tokens

Told = set[tuple[int | None, datetime]]


@dataclass(frozen=True)
class Erased:
    """What was erased, what a person must look at, and what is left.

    ``reports`` are the weeks whose report quoted the person; ``remains`` counts the rows that name
    the address still, by "table.column", where that was asked for.
    """

    inbox: erasing.Erased
    reports: list[str]
    is_suppressed: bool
    remains: Mapping[str, int]

    def as_facts(self) -> dict[str, Any]:
        """Counts and ids under the names that organizers see."""
        inbox = self.inbox
        return {
            "contacts": inbox.contacts,
            "copies_withdrawn": inbox.copies.cancelled,
            "copies_blanked": inbox.copies.blanked,
            "answers_deleted": inbox.copies.answers,
            "mails": len(inbox.mails),
            "raw_mails": inbox.raw_mails,
            "others_recipients": inbox.recipients,
            "events": inbox.events,
            "reports": self.reports,
            "others_mails_to_look_at": inbox.others_mails,
            "threads_with_notes_to_look_at": inbox.threads,
            "remains": self.remains,
        }

    def advice(self) -> Iterator[str]:
        """What a person has to do now, a sentence a line."""
        if mails := self.inbox.others_mails:
            found = _list(mails)
            yield _("Mails of other people name this person; look at them: %(ids)s.", ids=found)
        if threads := self.inbox.threads:
            found = _list(threads)
            yield _("Notes may tell of this person; look at the threads %(ids)s.", ids=found)
        if self.is_suppressed:
            yield _("The address stays among those that nothing is sent to, so that nothing is.")
        yield _("Backups, the outbox folder and mail servers hold what they held.")


def erase(
    database: Database,
    address: str,
    *,
    tokens: Tokens,
    by: str,
    now: datetime,
    dry_run: bool = False,
    search: bool = True,
) -> Erased:
    """In one transaction; a second time it finds what has come since.

    ``search`` looks through all tables for what remains, which takes too long for a page. Raises
    InvalidInput, and NotFound where nothing is kept of such a person.
    """
    with database.transaction() as session:
        _overwrite_what_goes(session)
        person = find_person(session, address, tokens)
        was_erased = person.contact is not None and not person.is_known
        done = erasing.erase(session, person, now=now)
        if not (done.anything or was_erased):
            raise NotFound(_("Nothing is kept of that address: no contact, no copy and no mail."))
        reports = _forget_quotations(session, {(m.thread_id, m.received_at) for m in done.mails})
        session.flush()
        is_suppressed = person.address in suppressed(session, [person.address])
        remains = traces(session, person.address) if search else {}
        found = Erased(done, reports, is_suppressed, remains)
        if dry_run:
            session.rollback()
        else:
            # The trail says that somebody was erased, and not who.
            audit.note(session, actor=by, act=mark("contact erased"), now=now)
    if not dry_run:
        _empty_the_log(database)
    return found


def _list(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


def _overwrite_what_goes(session: Session) -> None:
    """Some builds of SQLite only mark deleted bytes as free, and they can be read in the file."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def _empty_the_log(database: Database) -> None:
    """SQLite's write-ahead log holds pages as they were, until it is begun anew."""
    if database.is_sqlite:
        with closing(database.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _forget_quotations(session: Session, told: Told) -> list[str]:
    """The weeks whose stored report quotes one of these mails; its figures stay as they are."""
    weeks = []
    for report in session.exec(select(WeeklyReport)):
        answers = [_without_quotation(answer, told) for answer in report.figures["answers"]]
        if answers != report.figures["answers"]:
            report.figures = {**report.figures, "answers": answers}
            session.add(report)
            _forget_mailed(session, report.week)
            weeks.append(report.week)
    return weeks


def _without_quotation(answer: dict[str, Any], told: Collection[Any]) -> dict[str, Any]:
    key = (answer["thread_id"], datetime.fromisoformat(answer["received_at"]))
    return {**answer, "first_lines": ""} if key in told else answer


def _forget_mailed(session: Session, week: str) -> None:
    """Our copies of what the organizers were mailed; theirs are in their own mailboxes."""
    ids = select(Delivery.id).where(
        Delivery.purpose == Purpose.report,
        col(Delivery.identity).startswith(f"report:{week}:"),
        col(Delivery.state).not_in((State.queued, State.sending)),
    )
    forget_texts(session, [number for number in session.exec(ids) if number])
