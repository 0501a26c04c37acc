"""Who is writing an answer in which thread, so that no two organizers answer the same mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from outreach.accounts.tables import Organizer
from outreach.contacts.tables import Mission
from outreach.db import insertion
from outreach.inbox.tables import Thread, Writing

SILENT = timedelta(seconds=70)  # after the last sign that somebody is still at it


@dataclass(frozen=True)
class Writer:
    """``state`` is the code of the member state that is answered."""

    thread_id: int
    organizer_id: int
    name: str
    state: str
    since: datetime


def beat(session: Session, thread_id: int, organizer_id: int, now: datetime) -> None:
    """They are writing there, from now on or still. Nothing where there is no such thread."""
    session.execute(delete(Writing).where(col(Writing.seen_at) < now - SILENT))
    if session.get(Thread, thread_id) is None:
        return
    insert = insertion(session, Writing).values(
        thread_id=thread_id, organizer_id=organizer_id, since=now, seen_at=now
    )
    keys = ["thread_id", "organizer_id"]
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_={"seen_at": now}))


def is_writing(session: Session, thread_id: int, organizer_id: int) -> bool:
    return session.get(Writing, (thread_id, organizer_id)) is not None


def stop(session: Session, thread_id: int, organizer_id: int) -> None:
    theirs = (col(Writing.thread_id) == thread_id) & (col(Writing.organizer_id) == organizer_id)
    session.execute(delete(Writing).where(theirs))


def others(
    session: Session, organizer_id: int | None, now: datetime, thread_id: int | None = None
) -> list[Writer]:
    """Whoever else is writing, in the thread or in any; the first to begin comes first."""
    query = (
        select(Writing, Organizer, Mission.state)
        .join(Organizer, col(Organizer.id) == col(Writing.organizer_id))
        .join(Thread, col(Thread.id) == col(Writing.thread_id))
        .join(Mission, col(Mission.id) == col(Thread.mission_id))
        .where(col(Writing.seen_at) >= now - SILENT, Writing.organizer_id != organizer_id)
    )
    if thread_id is not None:
        query = query.where(Writing.thread_id == thread_id)
    return [
        Writer(row.thread_id, row.organizer_id, who.name or who.address, state, row.since)
        for row, who, state in session.exec(query.order_by(col(Writing.since)))
    ]
