"""What a mail's effects did to other rows: noted as they happen, so that they can be taken back.

The rows that a mail can touch are few: the copies of its mission and of the addresses concerned,
these addresses' suppressions, the events that it tells of, and its thread. They are looked at
before and after, and what differs is kept.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, SQLModel, col, select

from outreach.delivery.addresses import canonical
from outreach.delivery.tables import Delivery, Suppression, SuppressionReason
from outreach.errors import InvalidInput
from outreach.inbox.tables import Change, IncomingMail, Thread
from outreach.tracking.tables import Event

Columns = dict[str, str | int | None]
Rows = dict[tuple[str, int], Columns]

MOMENTS = frozenset(
    {
        "not_before", "due_at", "open_until", "expires_at", "sent_at", "settled_at", "last_mail_at",
        "suppressed_at",
    }
)  # fmt: skip

# By the name of the table what an effect may change of a row; rows of the others come and go.
WATCHED: Mapping[str, tuple[type[SQLModel], tuple[str, ...]]] = {
    "delivery": (
        Delivery,
        (
            "state", "reason", "not_before", "due_at", "open_until", "expires_at", "sent_at",
            "settled_at",
        ),
    ),
    # SQLite gives the id of a row that was deleted to another: these tell which one it is.
    "suppression": (Suppression, ("reason", "suppressed_at")),
    "event": (Event, ()),
    "thread": (Thread, ("state", "last_mail_at")),
}  # fmt: skip


@contextmanager
def noted(session: Session, mail: IncomingMail, delivery: Delivery) -> Iterator[None]:
    """What happens in the block to rows that the mail can touch belongs to this mail."""
    assert mail.id is not None
    before = _look(session, mail, delivery)
    yield
    after = _look(session, mail, delivery)
    for key in [*after, *(key for key in before if key not in after)]:
        was, became = before.get(key), after.get(key)
        if was != became:
            session.add(_change(mail.id, key, was, became))
    session.flush()


def of_mail(session: Session, mail: IncomingMail) -> list[Change]:
    """The latest first, which is the order to take them back in."""
    query = select(Change).where(Change.mail_id == mail.id)
    return list(session.exec(query.order_by(col(Change.id).desc())))


def addresses(mail: IncomingMail, delivery: Delivery) -> set[str]:
    """Whom the mail may concern: the one who was written to, and the one who wrote."""
    try:
        return {delivery.recipient_address, canonical(mail.from_address)}
    except InvalidInput:
        return {delivery.recipient_address}


def event_key(mail: IncomingMail) -> str:
    """The source key of whatever event the mail tells of."""
    return f"inbox:{mail.message_key}"


def copies(delivery: Delivery, addresses: set[str]) -> ColumnElement[bool]:
    """Those of the same mission, and those to the addresses."""
    to_them = or_(col(Delivery.id) == delivery.id, col(Delivery.recipient_address).in_(addresses))
    if delivery.mission_id is None:
        return to_them
    return or_(to_them, col(Delivery.mission_id) == delivery.mission_id)


def _look(session: Session, mail: IncomingMail, delivery: Delivery) -> Rows:
    session.flush()
    return {
        (of, row): columns
        for of, criteria in _criteria(mail, delivery).items()
        for row, columns in _rows(session, of, criteria)
    }


def _criteria(mail: IncomingMail, delivery: Delivery) -> dict[str, ColumnElement[bool]]:
    theirs = addresses(mail, delivery)
    return {
        "delivery": copies(delivery, theirs),
        # Neither what an organizer does at the same moment nor what a provider tells then is its.
        "suppression": col(Suppression.address).in_(theirs)
        & (col(Suppression.reason) != SuppressionReason.by_hand),
        "event": col(Event.source_key) == event_key(mail),
        "thread": (col(Thread.campaign_id) == delivery.campaign_id)
        & (col(Thread.mission_id) == delivery.mission_id),
    }


def _rows(
    session: Session, of: str, criteria: ColumnElement[bool]
) -> Iterator[tuple[int, Columns]]:
    table, names = WATCHED[of]
    attributes: list[Any] = [getattr(table, name) for name in ("id", *names)]
    for number, *values in session.execute(select(*attributes).where(criteria)):
        yield number, dict(zip(names, map(_stored, values), strict=True))


def _stored(value: Any) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    stored: str | int | None = value.value if isinstance(value, StrEnum) else value
    return stored


def _change(
    mail_id: int, key: tuple[str, int], before: Columns | None, after: Columns | None
) -> Change:
    """Of a row that was there and still is, only the columns that differ."""
    if before is not None and after is not None:
        differ = [name for name in after if before[name] != after[name]]
        before = {name: before[name] for name in differ}
        after = {name: after[name] for name in differ}
    return Change(mail_id=mail_id, of=key[0], row=key[1], before=before, after=after)
