"""The digest of a plan: it names everything that approval fixes, so that a change shows."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from outreach.delivery.tables import Delivery


def copy_digest(
    identity: str,
    address: str,
    skeleton_id: str | None,
    slots: Sequence[str],
    planned_at: datetime | None,
) -> bytes:
    """Over what is fixed of one copy: what it is, for whom, its content and its moment."""
    moment = planned_at.astimezone(UTC) if planned_at else None
    fixed = orjson.dumps([identity, address, skeleton_id, slots, moment])
    return hashlib.sha256(fixed).digest()


def plan_digest(copies: Iterable[bytes]) -> str:
    """Over the digests of all copies, in whatever order they come."""
    return hashlib.sha256(b"".join(sorted(copies))).hexdigest()


def stored_digests(session: Session, campaign_id: int | None) -> list[bytes]:
    """Of the copies as their rows have them now; those that were held back have no content."""
    query = select(
        col(Delivery.identity),
        col(Delivery.recipient_address),
        col(Delivery.skeleton_id),
        col(Delivery.slots),
        col(Delivery.planned_at),
    ).where(col(Delivery.campaign_id) == campaign_id, col(Delivery.skeleton_id).is_not(None))
    return [copy_digest(*row) for row in session.execute(query)]
