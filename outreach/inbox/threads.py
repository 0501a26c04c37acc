"""The conversation with a mission about a campaign: who began it, and whose turn it is."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from outreach.db import insert_once
from outreach.delivery.tables import Delivery
from outreach.errors import NotAllowed, NotFound
from outreach.inbox.tables import Thread, ThreadState


def find_thread(session: Session, delivery: Delivery) -> int | None:
    """The id of the thread that the copy belongs to, if somebody has begun one."""
    return session.exec(
        select(Thread.id).where(
            Thread.campaign_id == delivery.campaign_id, Thread.mission_id == delivery.mission_id
        )
    ).one_or_none()


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


def close(session: Session, thread_id: int) -> None:
    """It is nobody's turn, until a person writes again or somebody reopens it."""
    thread = _thread(session, thread_id)
    if thread.state is ThreadState.closed:
        raise NotAllowed(f"Thread {thread_id} is closed already.")
    thread.state = ThreadState.closed
    session.add(thread)


def reopen(session: Session, thread_id: int) -> None:
    thread = _thread(session, thread_id)
    if thread.state is not ThreadState.closed:
        raise NotAllowed(f"Thread {thread_id} is not closed.")
    thread.state = ThreadState.waiting_for_us
    session.add(thread)


def _thread(session: Session, thread_id: int) -> Thread:
    found = session.get(Thread, thread_id, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no thread {thread_id}.")
    return found
