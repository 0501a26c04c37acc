"""The digest of a plan: it names everything that approval fixes, so that a change shows."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import attrgetter

import orjson
from sqlalchemy import Row, select
from sqlmodel import Session, col

from outreach.delivery.queue import NewDelivery
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery

# What a copy is, from whom and for whom, its content, the thread it stands in, and its moment.
_FIXED = (
    "identity",
    "sender_name",
    "sender_address",
    "recipient_name",
    "recipient_address",
    "skeleton_id",
    "slots",
    "enclosures",
    "tracks_opens",
    "in_reply_to",
    "references",
    "planned_at",
)
_fixed_of = attrgetter(*_FIXED)


def copy_digest(copy: NewDelivery | Row[tuple[object, ...]]) -> bytes:
    """Over what is fixed of one copy, before it is stored or as its row has it."""
    fixed = orjson.dumps(_fixed_of(copy), default=_in_utc, option=orjson.OPT_PASSTHROUGH_DATETIME)
    return hashlib.sha256(fixed).digest()


def plan_digest(copies: Iterable[bytes]) -> str:
    """Over the digests of all copies, in whatever order they come."""
    return hashlib.sha256(b"".join(sorted(copies))).hexdigest()


def stored_digests(session: Session, campaign_id: int | None) -> list[bytes]:
    """Of the copies as their rows have them now; those that were held back have no content."""
    query = select(*(getattr(Delivery, name) for name in _FIXED)).where(
        plan_of(campaign_id), col(Delivery.skeleton_id).is_not(None)
    )
    return [copy_digest(row) for row in session.execute(query)]


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
