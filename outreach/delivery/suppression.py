"""Addresses that nothing is sent to any more."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from outreach.db import insert_once
from outreach.delivery.addresses import canonical, is_erased
from outreach.delivery.states import move, move_where
from outreach.delivery.tables import Delivery, State, Suppression, SuppressionReason
from outreach.texts import mark

_CHUNK = 5_000  # addresses a statement; both databases limit the parameters of one

WORDS: Mapping[SuppressionReason, str] = {
    SuppressionReason.unsubscribed: mark("the recipient opted out"),
    SuppressionReason.bounced: mark("mail to this address came back for good"),
    SuppressionReason.complained: mark("the recipient complained"),
    SuppressionReason.by_hand: mark("an organizer stopped this address"),
}


def suppress(
    session: Session,
    address: str,
    reason: SuppressionReason,
    *,
    now: datetime,
    detail: str = "",
) -> bool:
    """Send nothing to this address any more, and cancel all that is queued for it.

    True when it is new; an address that is suppressed already keeps its first reason.
    """
    address = canonical(address)
    row = Suppression(address=address, reason=reason, detail=detail, suppressed_at=now)
    stored = insert_once(session, row)
    # By their ids: told the state too, SQLite may rather go through all that is queued.
    theirs = select(col(Delivery.id)).where(col(Delivery.recipient_address) == address)
    ids = list(session.execute(theirs).scalars())
    move(session, ids, State.cancelled, now=now, reason=WORDS[reason])
    return stored is not None


def suppress_recipient(
    session: Session, delivery: Delivery, reason: SuppressionReason, *, now: datetime
) -> None:
    """``suppress`` the address that a copy went to, unless it was erased: then none is known."""
    if not is_erased(delivery.recipient_address):
        suppress(session, delivery.recipient_address, reason, now=now)


def suppressed(session: Session, addresses: Collection[str]) -> dict[str, Suppression]:
    """Those of the addresses, given in canonical form, that are suppressed."""
    every = list(addresses)
    found: dict[str, Suppression] = {}
    for start in range(0, len(every), _CHUNK):
        these = col(Suppression.address).in_(every[start : start + _CHUNK])
        rows = session.exec(select_rows(Suppression).where(these))
        found.update({row.address: row for row in rows})
    return found


def unsuppress(session: Session, address: str) -> bool:
    """True when it was suppressed. What was cancelled stays cancelled."""
    rows = delete(Suppression).where(col(Suppression.address) == canonical(address))
    return bool(session.exec(rows).rowcount)


def cancel_suppressed(session: Session, *, now: datetime) -> int:
    """Cancel what is due for an address suppressed before it was queued: it is never claimed."""
    due = (col(Delivery.state) == State.queued) & (col(Delivery.due_at) <= now)
    cancelled = 0
    for reason in SuppressionReason:
        addresses = select(col(Suppression.address)).where(col(Suppression.reason) == reason)
        theirs = col(Delivery.recipient_address).in_(addresses)
        cancelled += _cancel(session, due & theirs, reason, now)
    return cancelled


def _cancel(
    session: Session, criteria: ColumnElement[bool], reason: SuppressionReason, now: datetime
) -> int:
    return len(move_where(session, criteria, State.cancelled, now=now, reason=WORDS[reason]))
