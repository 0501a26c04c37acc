"""How long mail is kept: each pass of the worker deletes a small portion of what is over its time.

What still waits for a person (the holding pen, unreadable mail) is kept for twice the time, and
what nobody has read yet until somebody has. Of a closed thread only texts, names and addresses go.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, literal, select, update
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.db import Database
from outreach.delivery.addresses import erased
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox import emptying
from outreach.inbox.filing import is_held
from outreach.inbox.tables import (
    IncomingMail,
    RawMail,
    RawState,
    Thread,
    ThreadNote,
    ThreadState,
)

# Of a kind in one pass: each may have 30 MB, and all else waits while SQLite wipes them.
PORTION = 5

Forget = Callable[[Session, Sequence[int], datetime], object]


@dataclass
class Tally:
    """What was deleted: the bytes of mails, texts of mails, notes and texts of our answers."""

    raw_mails: int = 0
    held_mails: int = 0
    texts: int = 0
    notes: int = 0
    answers: int = 0

    @property
    def total(self) -> int:
        return sum(vars(self).values())


def delete_old(database: Database, *, raw_mail_days: int, thread_days: int, now: datetime) -> Tally:
    """Up to ``PORTION`` of each kind, each in a transaction of its own; 0 days: kept for ever."""
    done = Tally()
    for name, due, forget in _due(raw_mail_days, thread_days, now):
        with database.reading() as session:
            if session.execute(due.limit(1)).first() is None:
                continue
        with database.transaction() as session:
            # Not what somebody is just filing: then it is another portion's.
            rows = due.limit(PORTION).with_for_update(skip_locked=True)
            ids = session.execute(rows).scalars().all()
            forget(session, ids, now)
            setattr(done, name, getattr(done, name) + len(ids))
    return done


def _due(
    raw_mail_days: int, thread_days: int, now: datetime
) -> Iterator[tuple[str, Select[Any], Forget]]:
    """By the name of what is counted: the ids of what is over its time, and what is done then."""
    if raw_mail_days:
        before, long_before = (now - timedelta(days=times * raw_mail_days) for times in (1, 2))
        yield "raw_mails", _read_before(before), _delete_bytes
        yield "raw_mails", _unreadable_before(long_before), _delete_bytes
        yield "held_mails", _held_before(long_before), _delete_held
    if thread_days:
        before = now - timedelta(days=thread_days)
        yield "texts", _mails_of_old_threads(before), _empty
        yield "texts", _mails_beside_threads(before), _empty
        yield "notes", _notes_of_old_threads(before), _delete_notes
        yield "answers", _answers_of_old_threads(before), _empty_answers


def _read_before(moment: datetime) -> Select[Any]:
    held = exists().where(col(IncomingMail.id) == col(RawMail.mail_id), is_held())
    return _raw_mails(RawState.done, moment).where(~held)


def _unreadable_before(moment: datetime) -> Select[Any]:
    return _raw_mails(RawState.unreadable, moment)


def _raw_mails(state: RawState, before: datetime) -> Select[Any]:
    received_at = col(RawMail.received_at)
    query = select(col(RawMail.id)).where(col(RawMail.state) == state, received_at < before)
    return query.order_by(received_at)


def _held_before(moment: datetime) -> Select[Any]:
    return _mails(is_held(), col(IncomingMail.received_at) < moment)


def _mails_of_old_threads(before: datetime) -> Select[Any]:
    threads = select(col(Thread.id)).where(_is_over(before))
    return _mails(
        col(IncomingMail.thread_id).in_(threads),
        col(IncomingMail.received_at) < before,
        col(IncomingMail.emptied_at).is_(None),
    )


def _mails_beside_threads(before: datetime) -> Select[Any]:
    """Filed to a copy that no person has answered, so that no thread was begun."""
    return _mails(
        col(IncomingMail.thread_id).is_(None),
        col(IncomingMail.delivery_id).is_not(None),
        col(IncomingMail.received_at) < before,
        col(IncomingMail.emptied_at).is_(None),
    )


def _mails(*criteria: ColumnElement[bool]) -> Select[Any]:
    query = select(col(IncomingMail.id)).where(*criteria)
    return query.order_by(col(IncomingMail.received_at))


def _notes_of_old_threads(before: datetime) -> Select[Any]:
    threads = select(col(Thread.id)).where(_is_over(before))
    return select(col(ThreadNote.id)).where(
        col(ThreadNote.thread_id).in_(threads), col(ThreadNote.written_at) < before
    )


def _answers_of_old_threads(before: datetime) -> Select[Any]:
    of_thread = exists().where(
        col(Thread.campaign_id) == col(Delivery.campaign_id),
        col(Thread.mission_id) == col(Delivery.mission_id),
        _is_over(before),
    )
    return select(col(Delivery.id)).where(
        col(Delivery.purpose) == Purpose.answer,
        col(Delivery.state).not_in((State.queued, State.sending)),
        col(Delivery.created_at) < before,
        col(Delivery.recipient_domain) != "",
        of_thread,
    )


def _is_over(before: datetime) -> ColumnElement[bool]:
    return and_(col(Thread.state) == ThreadState.closed, col(Thread.last_mail_at) < before)


def _delete_bytes(session: Session, ids: Sequence[int], _: datetime) -> None:
    emptying.delete_bytes(session, among(session, col(RawMail.id), ids))


def _delete_held(session: Session, ids: Sequence[int], _: datetime) -> None:
    emptying.delete_held(session, ids)


def _empty(session: Session, ids: Sequence[int], now: datetime) -> None:
    emptying.empty(session, ids, now=now)


def _delete_notes(session: Session, ids: Sequence[int], _: datetime) -> None:
    session.execute(delete(ThreadNote).where(among(session, col(ThreadNote.id), ids)))


def _empty_answers(session: Session, ids: Sequence[int], _: datetime) -> None:
    """What stands for the address is none, as after erasing, so that nothing goes there."""
    emptying.empty_answers(session, ids)
    blank: dict[str, Any] = {
        "recipient_name": "",
        "recipient_address": literal(erased("")) + col(Delivery.key),
        "recipient_domain": "",
        "in_reply_to": None,
        "references": [],
    }
    session.execute(update(Delivery).where(among(session, col(Delivery.id), ids)).values(blank))
