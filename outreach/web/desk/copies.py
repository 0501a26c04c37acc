"""A copy as it was, or will be, handed over."""

from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import default

from sqlmodel import Session, col, select

from outreach.delivery.tables import Delivery


def headers(mail: bytes) -> list[tuple[str, str]]:
    """Read back from the message itself, so that what is shown is what is sent."""
    head = BytesHeaderParser(policy=default).parsebytes(mail)
    return [(name, str(value)) for name, value in head.items()]


def others(session: Session, delivery: Delivery) -> Sequence[Delivery]:
    """All that goes to the same contact for the same campaign, this one among them."""
    if delivery.campaign_id is None or delivery.contact_id is None:
        return []
    query = select(Delivery).where(
        Delivery.campaign_id == delivery.campaign_id, Delivery.contact_id == delivery.contact_id
    )
    return session.exec(query.order_by(col(Delivery.step).nulls_last(), col(Delivery.id))).all()
