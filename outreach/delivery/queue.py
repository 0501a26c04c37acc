"""The one queue of outgoing mail: putting rows in, claiming them, and those left in doubt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Integer, UpdateBase, and_, bindparam, exists, or_, select
from sqlmodel import Session, col

from outreach.bulk import insert_new
from outreach.delivery.addresses import domain
from outreach.delivery.states import move, move_where, still_in_time, transition
from outreach.delivery.tables import OF_A_PLAN, Delivery, Purpose, State, Suppression
from outreach.errors import NotAllowed, NotFound
from outreach.texts import gettext as _
from outreach.texts import mark
from outreach.tokens import Tokens

LEASE = timedelta(minutes=10)
TOO_LATE = mark("it could not go before its latest time")
_SETTLED = mark("settled as %(state)s by %(by)s")
_CHUNK = 1_000


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
    values = (_values(row, tokens, now) for row in rows)
    added = 0
    while chunk := list(islice(values, _CHUNK)):
        added += len(insert_new(session, Delivery, chunk, by="identity"))
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


class Claimed(NamedTuple):
    """What is needed of a copy to send it and to record what became of it: columns of its row."""

    due_at: datetime
    id: int
    key: str
    purpose: Purpose
    campaign_id: int | None
    attempts: int
    skeleton_id: str | None
    slots: list[str]
    enclosures: list[str]
    sender_name: str
    sender_address: str
    recipient_name: str
    recipient_address: str
    tracks_opens: bool
    in_reply_to: str | None
    references: list[str]


def claim(
    session: Session, *, worker: str, limit: int, now: datetime, lease: timedelta = LEASE
) -> list[Claimed]:
    """Take up to ``limit`` due copies for ``worker``, the longest due first.

    One statement, so that no two workers take the same row. Commit before handing over.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # The index has the longest due first. A planner that does not know how full the queue is
        # rather sorts all that is due, for every group.
        connection.exec_driver_sql("SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    values = {"worker": worker, "group": limit, "now": now, "lease_until": now + lease}
    rows = connection.execute(_claiming(), values).all()
    return sorted(map(Claimed._make, rows))


@cache
def _claiming() -> UpdateBase:
    """The statement of ``claim``; its parameters are worker, group, now and lease_until."""
    due_at: Any = col(Delivery.due_at)
    now: Any = bindparam("now", type_=due_at.type)
    # A CTE, since Postgres may run a plain subquery again for each row and then go past LIMIT.
    due = (
        select(col(Delivery.id))
        .where(_may_go(now))
        .order_by(due_at)
        .limit(bindparam("group", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return transition(
        col(Delivery.id).in_(select(due.c.id)),
        State.sending,
        now=now,
        claimed_by=bindparam("worker"),
        lease_until=bindparam("lease_until"),
        attempts=col(Delivery.attempts) + 1,
    ).returning(*(getattr(Delivery, name) for name in Claimed._fields))


def _may_go(now: Any) -> ColumnElement[bool]:
    opens = col(Delivery.open_until)
    suppressed = exists().where(col(Suppression.address) == col(Delivery.recipient_address))
    return and_(
        col(Delivery.state) == State.queued,
        col(Delivery.due_at) <= now,
        or_(opens.is_(None), opens > now),
        still_in_time(now),
        ~suppressed,
    )


def expire_leases(session: Session, *, now: datetime) -> int:
    """Bring to doubt what a worker took and never reported on: it may or may not have gone."""
    overdue = (col(Delivery.state) == State.sending) & (col(Delivery.lease_until) <= now)
    reason = mark("the worker that was sending it did not report back")
    return len(move_where(session, overdue, State.unknown, now=now, reason=reason))


def skip_expired(session: Session, *, now: datetime) -> int:
    """Skip what is due and later than it may be."""
    due = (col(Delivery.state) == State.queued) & (col(Delivery.due_at) <= now)
    late = due & (col(Delivery.expires_at) <= now)
    return len(move_where(session, late, State.skipped, now=now, reason=TOO_LATE))


def settle(
    session: Session, delivery_id: int, to: Literal["sent", "queued"], *, now: datetime, by: str
) -> Delivery:
    """A person decides on a copy in doubt: it did go, or it is to go again."""
    delivery = session.get(Delivery, delivery_id, populate_existing=True)
    if delivery is None:
        said = _("There is no delivery %(id)s; `outreach delivery list` shows all.", id=delivery_id)
        raise NotFound(said)
    columns = _afresh(delivery, now) if to == "queued" else {}
    moved = move(
        session,
        [delivery_id],
        State(to),
        now=now,
        reason=_SETTLED % {"state": to, "by": by},
        only_from={State.unknown},
        **columns,
    )
    if not moved:
        said = _(
            "Delivery %(id)s is %(state)s; only one that is unknown can be settled.",
            id=delivery_id,
            state=_(delivery.state),
        )
        raise NotAllowed(said)
    session.refresh(delivery)
    return delivery


def _afresh(delivery: Delivery, now: datetime) -> dict[str, Any]:
    # A campaign gives its rows their time: in its window, at its pace, and not while it is paused.
    planned = delivery.campaign_id is not None and delivery.purpose in OF_A_PLAN
    due_at = None if planned else now
    return {"attempts": 0, "due_at": due_at, "open_until": None, "expires_at": None}
