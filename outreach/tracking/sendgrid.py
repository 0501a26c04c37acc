"""SendGrid's event webhook: verified, put into the field's words, and recorded."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook
from sqlmodel import Session, col, select

from outreach.delivery.tables import Delivery
from outreach.errors import InvalidInput, Misconfigured
from outreach.tracking import opens
from outreach.tracking.agents import classify
from outreach.tracking.events import record
from outreach.tracking.tables import Agent, EventKind

Told = Mapping[str, Any]

# SendGrid's words and ours. `group_resubscribe` is missing on purpose: only an organizer lifts
# a suppression.
_KINDS = {
    "processed": EventKind.sent,
    "delivered": EventKind.delivered,
    "deferred": EventKind.deferred,
    "bounce": EventKind.bounced,
    "dropped": EventKind.rejected,
    "open": EventKind.opened,
    "click": EventKind.clicked,
    "spamreport": EventKind.complained,
    "unsubscribe": EventKind.unsubscribed,
    "group_unsubscribe": EventKind.unsubscribed,
}

# What is kept of an event beside its kind and time; the address stands in the delivery already.
_DETAILS = {
    "reason": "answer",
    "response": "answer",
    "status": "status",
    "type": "type",
    "bounce_classification": "classification",
    "attempt": "attempt",
}
_LONGEST_DETAIL = 1000


@dataclass
class Tally:
    """What became of a request's events. ``strange``: of copies we do not know, or not readable."""

    new: int = 0
    repeated: int = 0
    ignored: int = 0
    strange: int = 0


def verify(public_key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Whether SendGrid signed these very bytes (ECDSA P-256 over timestamp and body).

    The package's own check takes text only, and a mail that Inbound Parse posts need be none.
    """
    try:
        key = EventWebhook(public_key).public_key
    except ValueError as error:
        raise Misconfigured(
            "The key for SendGrid's signatures (OUTREACH_SENDGRID_EVENTS_KEY or "
            "OUTREACH_SENDGRID_INBOUND_KEY) is no public key; copy the verification key from "
            "SendGrid's settings, it begins with MFkw."
        ) from error
    try:
        signed = base64.b64decode(signature)
        key.verify(signed, timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except Exception:  # what is malformed raises whatever the layers below raise
        return False
    return True


def apply_events(session: Session, body: bytes, now: datetime) -> Tally:
    """Record every event of one request; told again, nothing changes."""
    events = _events(body)
    deliveries = _deliveries(session, events)
    return Tally(**Counter(_apply(session, told, deliveries, now) for told in events))


def _events(body: bytes) -> list[Told]:
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("The events are not JSON.") from error
    if not isinstance(events, list):
        raise InvalidInput("The events are not a JSON list.")
    return [told if isinstance(told, dict) else {} for told in events]


def _deliveries(session: Session, events: Sequence[Told]) -> dict[str, Delivery]:
    keys = {_text(told, "delivery") for told in events}
    found = session.exec(select(Delivery).where(col(Delivery.key).in_(keys)))
    return {delivery.key: delivery for delivery in found}


def _apply(session: Session, told: Told, deliveries: Mapping[str, Delivery], now: datetime) -> str:
    """The field of the tally that the event counts in."""
    delivery = deliveries.get(_text(told, "delivery"))
    kind = _KINDS.get(_text(told, "event"))
    if delivery is None:
        return "strange"
    if kind is None:
        return "ignored"
    if kind is EventKind.opened:
        return "new" if _record_open(session, told, delivery, now) else "ignored"
    new = record(
        session,
        delivery,
        kind,
        happened_at=_moment(told, now),
        source="sendgrid",
        source_key=_source_key(told),
        detail=_detail(told),
        permanent=_permanent(told),
        now=now,
    )
    return "new" if new else "repeated"


def _record_open(session: Session, told: Told, delivery: Delivery, now: datetime) -> bool:
    at = _moment(told, now)
    since_sent = at - delivery.sent_at if delivery.sent_at else None
    by_machine = told.get("sg_machine_open") is True
    agent = (
        Agent.machine if by_machine else classify(_text(told, "useragent"), since_sent=since_sent)
    )
    key = _source_key(told)
    return opens.record_load(session, delivery, agent, "sendgrid", key, happened_at=at, now=now)


def _permanent(told: Told) -> bool:
    """A "blocked" bounce or a 4xx answer is about the moment or the content, not the address."""
    if told.get("event") != "bounce" or told.get("type") == "blocked":
        return False
    return not _text(told, "status").startswith("4")


def _source_key(told: Told) -> str:
    """SendGrid repeats events; their own id tells, and without one their content does."""
    given = _text(told, "sg_event_id")[:100]
    content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return f"sendgrid:{given or hashlib.sha256(content).hexdigest()}"


def _moment(told: Told, now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(float(told["timestamp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now
    return min(at, now)


def _detail(told: Told) -> dict[str, str]:
    values = ((ours, _text(told, theirs)[:_LONGEST_DETAIL]) for theirs, ours in _DETAILS.items())
    return {ours: value for ours, value in values if value}


def _text(told: Told, name: str) -> str:
    # Postgres takes no NUL in a text.
    return str(told.get(name) or "").replace("\0", "")
