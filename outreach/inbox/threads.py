"""The conversation with a mission about a campaign: what is in it, and how it stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select, update

from outreach.accounts.people import who_can_act
from outreach.db import insert_once
from outreach.delivery.states import NOT_LEFT
from outreach.delivery.tables import Delivery, Purpose
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.inbox.tables import IncomingMail, Outcome, Thread, ThreadNote, ThreadState
from outreach.texts import count
from outreach.texts import gettext as _

LONGEST_NOTE = 10_000  # characters


@dataclass(frozen=True)
class Standing:
    """What organizers say of a thread: whose turn it is, what came of it, who sees to it by when.

    ``due_on`` is a day in the organization's zone.
    """

    state: ThreadState
    outcome: Outcome | None = None
    owner_id: int | None = None
    due_on: date | None = None


def find_thread(session: Session, delivery: Delivery) -> int | None:
    """The id of the thread that the copy belongs to, if somebody has begun one.

    Nobody deletes it until this transaction ends.
    """
    query = select(Thread.id).where(
        Thread.campaign_id == delivery.campaign_id, Thread.mission_id == delivery.mission_id
    )
    return session.exec(query.with_for_update(read=True, key_share=True)).one_or_none()


def waits_for_us(session: Session, delivery: Delivery, now: datetime) -> int | None:
    """Begin or take up the copy's thread, since a person wrote; None for mail of no campaign."""
    if delivery.campaign_id is None or delivery.mission_id is None:
        return None
    thread = Thread(
        campaign_id=delivery.campaign_id,
        mission_id=delivery.mission_id,
        state=ThreadState.waiting_for_us,
        opened_at=now,
        last_mail_at=now,
    )
    begun: int | None = insert_once(session, thread)
    if begun is not None:
        return begun
    found = find_thread(session, delivery)
    session.execute(
        update(Thread)
        .where(col(Thread.id) == found)
        .values(state=ThreadState.waiting_for_us, last_mail_at=now)
    )
    return found


def hold(session: Session, thread_id: int) -> Thread:
    """The thread, which nobody else changes until this transaction ends."""
    found = session.get(Thread, thread_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no thread %(number)s.", number=thread_id))
    return found


def require_seen(session: Session, thread: Thread, seen: Collection[str]) -> None:
    """NotAllowed where the thread has in it what was not ``seen``, as ``contents`` names it."""
    if not set(contents(session, thread)) <= set(seen):
        raise NotAllowed(
            _(
                "Something new has come or gone in this thread since you opened the page, so "
                "nothing was done. Read it, then decide once more."
            )
        )


def change(
    session: Session, thread_id: int, standing: Standing, *, seen: Collection[str]
) -> Thread:
    thread = hold(session, thread_id)
    require_seen(session, thread, seen)
    able = {organizer.id for organizer in who_can_act(session)}
    if standing.owner_id not in {None, thread.owner_id, *able}:
        raise InvalidInput(_("The owner must be an organizer who may act; choose one of the list."))
    thread.state, thread.outcome = standing.state, standing.outcome
    thread.owner_id, thread.due_on = standing.owner_id, standing.due_on
    session.add(thread)
    return thread


def write_note(
    session: Session, thread_id: int, text: str, *, author_id: int, now: datetime
) -> ThreadNote:
    if session.get(Thread, thread_id) is None:
        raise NotFound(_("There is no thread %(number)s.", number=thread_id))
    text = text.replace("\0", "").strip()  # Postgres stores none of these
    if not text:
        raise InvalidInput(_("The note is empty; write what the others should know."))
    if len(text) > LONGEST_NOTE:
        raise InvalidInput(
            _("The note is longer than %(most)s characters; shorten it.", most=count(LONGEST_NOTE))
        )
    note = ThreadNote(thread_id=thread_id, author_id=author_id, text=text, written_at=now)
    session.add(note)
    return note


def is_due(thread: Thread, today: date) -> bool:
    return (
        thread.due_on is not None
        and thread.due_on <= today
        and thread.state is not ThreadState.closed
    )


def copies_of(session: Session, thread: Thread) -> Sequence[Delivery]:
    """What went out, and answers from the moment they are written."""
    query = select(Delivery).where(_went_into(thread))
    return session.exec(query.order_by(col(Delivery.id))).all()


def mails_of(session: Session, thread: Thread) -> Sequence[IncomingMail]:
    query = select(IncomingMail).where(IncomingMail.thread_id == thread.id)
    return session.exec(query.order_by(col(IncomingMail.id))).all()


def notes_of(session: Session, thread: Thread) -> Sequence[ThreadNote]:
    query = select(ThreadNote).where(ThreadNote.thread_id == thread.id)
    return session.exec(query.order_by(col(ThreadNote.id))).all()


def contents(session: Session, thread: Thread) -> list[str]:
    """All that came and went, each by a name of its own: "mail-7", "copy-3"."""
    mails = select(IncomingMail.id).where(IncomingMail.thread_id == thread.id)
    copies = select(Delivery.id).where(_went_into(thread))
    return [
        *(f"mail-{number}" for number in session.exec(mails)),
        *(f"copy-{number}" for number in session.exec(copies)),
    ]


def _went_into(thread: Thread) -> ColumnElement[bool]:
    its = (col(Delivery.campaign_id) == thread.campaign_id) & (
        col(Delivery.mission_id) == thread.mission_id
    )
    answer = col(Delivery.purpose) == Purpose.answer
    return its & or_(col(Delivery.state).not_in(NOT_LEFT), answer)
