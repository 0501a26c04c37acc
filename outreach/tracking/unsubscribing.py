"""Unsubscribing: one act, whichever of the doors it comes through."""

from datetime import datetime

from sqlmodel import Session, select

from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, SuppressionReason
from outreach.tracking.events import record
from outreach.tracking.tables import EventKind


def unsubscribe(
    session: Session, key: str, source: str, now: datetime, *, source_key: str = ""
) -> bool:
    """Send nothing more to the address that the copy ``key`` went to.

    True when the address is unsubscribed now, also when it was before or has been erased; False
    when no such copy exists. ``source`` is the door: "page", "one-click", "inbox";
    ``source_key`` names the mail that asked, so that it can be overruled and a click still stands.
    """
    delivery = session.exec(select(Delivery).where(Delivery.key == key)).one_or_none()
    if delivery is None:
        return False
    told_now = record(
        session,
        delivery,
        EventKind.unsubscribed,
        happened_at=now,
        source=source,
        source_key=source_key or f"unsubscribe:{key}",
        now=now,
    )
    if not told_now:
        # Asked again, perhaps after an organizer lifted the first one by mistake.
        suppression.suppress_recipient(session, delivery, SuppressionReason.unsubscribed, now=now)
    return True
