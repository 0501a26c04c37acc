"""Test copies: what one contact is to get, sent by an organizer to themself."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import col

from outreach.delivery.tables import Delivery


def trial_of(copy: Delivery, organizer_id: int | None, now: datetime) -> str:
    """The identity of a test copy: once a second at most, and by whose values it is made."""
    made_by = f"copy:{copy.id}:{organizer_id}:{int(now.timestamp())}"
    return f"{_made_of(copy.contact_id)}{made_by}"


def trials_of(contacts: Iterable[int | None]) -> ColumnElement[bool]:
    """The test copies that hold these contacts' values."""
    theirs = (col(Delivery.identity).startswith(_made_of(each)) for each in contacts)
    # By that an index finds them among all copies.
    return col(Delivery.step).is_(None) & or_(false(), *theirs)


def _made_of(contact_id: int | None) -> str:
    return f"test:contact:{contact_id}:"
