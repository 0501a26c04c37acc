"""The one queue of outgoing mail: putting rows in, claiming them, and those left in doubt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from outreach.db import insertion
from outreach.delivery.addresses import domain
from outreach.delivery.states import move, move_where, still_in_time, transition
from outreach.delivery.tables import Delivery, Purpose, State, Suppression
from outreach.errors import NotAllowed, NotFound
from outreach.tokens import Tokens

LEASE = timedelta(minutes=10)
_CHUNK = 1_000
_COUNT = {"preserve_rowcount": True}  # by itself SQLAlchemy forgets it for inserts


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A copy to be queued; the fields are the columns. Addresses are in canonical form."""

    identity: str
    purpose: Purpose
    sender_address: str
    recipient_address: str
    skeleton_id: str | None
    sender_name: str = ""
    recipient_name: str = ""
    slots: Sequence[str] = ()
    enclosures: Sequence[str] = ()
    language: str = "en"
    campaign_id: int | None = None
    step: int | None = None
    contact_id: int | None = None
    mission_id: int | None = None
    state: Literal[State.queued, State.skipped] = State.queued
    reason: str | None = None
    planned_at: datetime | None = None
    not_before: datetime | None = None
    due_at: datetime | None = None
    open_until: datetime | None = None
    expires_at: datetime | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    tracks_opens: bool = False


def enqueue(session: Session, rows: Iterable[NewDelivery], *, tokens: Tokens, now: datetime) -> int:
    """Put copies in the queue; one whose identity is there already is left out. The number added.

    Goes through the rows once, so a generator of a million needs no memory.
    """
    insert = insertion(session, Delivery).on_conflict_do_nothing(index_elements=["identity"])
    values = (_values(row, tokens, now) for row in rows)
    added = 0
    while chunk := list(islice(values, _CHUNK)):
        added += session.connection().execute(insert, chunk, execution_options=_COUNT).rowcount
    return added


def _values(row: NewDelivery, tokens: Tokens, now: datetime) -> dict[str, Any]:
    return {
        **vars(row),
        "slots": list(row.slots),
        "enclosures": list(row.enclosures),
        "references": list(row.references),
        "key": tokens.key(row.identity),
        "recipient_domain": domain(row.recipient_address),
        "attempts": 0,
        "created_at": now,
    }


def claim(
    session: Session, *, worker: str, limit: int, now: datetime, lease: timedelta = LEASE
) -> list[Delivery]:
    """Take up to ``limit`` due copies for ``worker``, the longest due first.

    One statement, so that no two workers take the same row. Commit before handing over.
    """
    # A CTE, since Postgres may run a plain subquery again for each row and then go past LIMIT.
    due = (
        select(col(Delivery.id))
        .where(_may_go(now))
        .order_by(col(Delivery.due_at))  # as the index has them: nothing to sort
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = transition(
        col(Delivery.id).in_(select(due.c.id)),
        State.sending,
        now=now,
        claimed_by=worker,
        lease_until=now + lease,
        attempts=col(Delivery.attempts) + 1,
    ).returning(Delivery)
    rows = session.exec(taken, execution_options={"populate_existing": True}).scalars()
    return sorted(rows, key=lambda delivery: (delivery.due_at, delivery.id))


def _may_go(now: datetime) -> ColumnElement[bool]:
    opens = col(Delivery.open_until)
    suppressed = exists().where(col(Suppression.address) == col(Delivery.recipient_address))
    return (
        (col(Delivery.state) == State.queued)
        & (col(Delivery.due_at) <= now)
        & or_(opens.is_(None), opens > now)
        & still_in_time(now)
        & ~suppressed
    )


def expire_leases(session: Session, *, now: datetime) -> int:
    """Bring to doubt what a worker took and never reported on: it may or may not have gone."""
    overdue = (col(Delivery.state) == State.sending) & (col(Delivery.lease_until) <= now)
    reason = "the worker that was sending it did not report back"
    return len(move_where(session, overdue, State.unknown, now=now, reason=reason))


def skip_expired(session: Session, *, now: datetime) -> int:
    """Skip what is later than it may be."""
    late = (col(Delivery.state) == State.queued) & (col(Delivery.expires_at) <= now)
    reason = "it could not go before its latest time"
    return len(move_where(session, late, State.skipped, now=now, reason=reason))


def settle(
    session: Session, delivery_id: int, to: Literal["sent", "queued"], *, now: datetime, by: str
) -> Delivery:
    """A person decides on a copy in doubt: it did go, or it is to go again."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id}; `outreach delivery list` shows all.")
    columns = _afresh(delivery, now) if to == "queued" else {}
    moved = move(
        session,
        [delivery_id],
        State(to),
        now=now,
        reason=f"settled as {to} by {by}",
        only_from={State.unknown},
        **columns,
    )
    if not moved:
        raise NotAllowed(
            f"Delivery {delivery_id} is {delivery.state}; only one that is unknown can be settled."
        )
    session.refresh(delivery)
    return delivery


def _afresh(delivery: Delivery, now: datetime) -> dict[str, Any]:
    # A campaign gives its rows their time: in its window, at its pace, and not while it is paused.
    due_at = now if delivery.campaign_id is None else None
    return {"attempts": 0, "due_at": due_at, "open_until": None, "expires_at": None}
