"""A copy as it was, or will be, handed over."""

from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from email.policy import default

from sqlmodel import Session, col, select

from outreach.delivery.composing import Composer, Outgoing
from outreach.delivery.tables import Delivery
from outreach.letters.tables import Skeleton


def composed(
    session: Session, delivery: Delivery, composer: Composer, now: datetime
) -> Outgoing | None:
    """None for one that has no content because a rule held it back."""
    skeleton = session.get(Skeleton, delivery.skeleton_id) if delivery.skeleton_id else None
    if skeleton is None:
        return None
    return composer.compose(delivery, skeleton, delivery.sent_at or delivery.due_at or now)


def headers(mail: bytes) -> list[tuple[str, str]]:
    """Read back from the message itself, so that what is shown is what is sent."""
    return [(name, str(value)) for name, value in message_from_bytes(mail, policy=default).items()]


def others(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """All that goes to the same contact for the same campaign, this one among them."""
    if delivery.campaign_id is None or delivery.contact_id is None:
        return []
    query = select(Delivery).where(
        Delivery.campaign_id == delivery.campaign_id, Delivery.contact_id == delivery.contact_id
    )
    return session.exec(query.order_by(col(Delivery.step), col(Delivery.id))).all()
