"""SendGrid's event webhook: verified, put into the field's words, and recorded."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook
from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.delivery.tables import Delivery
from outreach.errors import InvalidInput, Misconfigured
from outreach.tracking import bursts, opens
from outreach.tracking.agents import classify
from outreach.tracking.events import NewEvent, record_all
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


class _Copy(NamedTuple):
    """What is needed of a copy to read its events: columns of its row."""

    id: int
    key: str
    campaign_id: int | None
    tracks_opens: bool
    recipient_domain: str
    sent_at: datetime | None


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
    told = _events(body)
    copies = _copies(session, told)
    wanted = {one: opens.policy(session, one) for one in {copy.campaign_id for copy in copies}}
    by_key = {copy.key: copy for copy in copies}
    read = [_read(each, by_key, wanted, now) for each in told]
    events = [event for event in read if isinstance(event, NewEvent)]
    new = record_all(session, events, now=now)
    _look_at_loads(session, copies, (event for event in events if event.source_key in new))
    return Tally(
        new=len(new),
        repeated=len(events) - len(new),
        ignored=read.count("ignored"),
        strange=read.count("strange"),
    )


def _events(body: bytes) -> list[Told]:
    try:
        events = _parsed(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The events are not JSON.") from error
    if not isinstance(events, list):
        raise InvalidInput("The events are not a JSON list.")
    return [told if isinstance(told, dict) else {} for told in events]


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # One text with half a character in it must not lose the events beside it.
        lenient = json.loads(body.decode(errors="replace"), parse_constant=str)
        return json.loads(json.dumps(lenient, ensure_ascii=False).encode(errors="replace"))


def _copies(session: Session, told: Sequence[Told]) -> list[_Copy]:
    keys = {_text(each, "delivery") for each in told}
    columns = select(*(getattr(Delivery, name) for name in _Copy._fields))
    rows = session.execute(columns.where(among(session, col(Delivery.key), keys)))
    return list(map(_Copy._make, rows))


def _read(
    told: Told, copies: Mapping[str, _Copy], wanted: Mapping[int | None, str], now: datetime
) -> NewEvent | str:
    """The event in our words, or the field of the tally that it counts in."""
    copy = copies.get(_text(told, "delivery"))
    kind = _KINDS.get(_text(told, "event"))
    if copy is None:
        return "strange"
    keeps_loads = copy.tracks_opens and wanted[copy.campaign_id] == "person"
    if kind is None or (kind is EventKind.opened and not keeps_loads):
        return "ignored"
    at = _moment(told, now)
    return NewEvent(
        copy.id,
        kind,
        happened_at=at,
        source="sendgrid",
        source_key=_source_key(told),
        agent=_agent(told, copy, at) if kind is EventKind.opened else None,
        detail=_detail(told),
        permanent=_permanent(told),
    )


def _look_at_loads(session: Session, copies: Iterable[_Copy], events: Iterable[NewEvent]) -> None:
    domains = {copy.id: copy.recipient_domain for copy in copies}
    loads = (event for event in events if event.kind is EventKind.opened)
    bursts.reconsider(session, [(load.happened_at, domains[load.delivery_id]) for load in loads])


def _agent(told: Told, copy: _Copy, at: datetime) -> Agent:
    if told.get("sg_machine_open") is True:
        return Agent.machine
    since_sent = at - copy.sent_at if copy.sent_at else None
    return classify(_text(told, "useragent"), since_sent=since_sent)


def _permanent(told: Told) -> bool:
    """A "blocked" bounce or a 4xx answer is about the moment or the content, not the address."""
    if told.get("event") != "bounce" or told.get("type") == "blocked":
        return False
    return not _text(told, "status").startswith("4")


def _source_key(told: Told) -> str:
    """SendGrid repeats events; their own id tells, and without one what they say does."""
    given = _text(told, "sg_event_id")[:100]
    if given:
        return f"sendgrid:{given}"
    said = repr(sorted((name, _text(told, name)) for name in told))
    return f"sendgrid:{hashlib.sha256(said.encode()).hexdigest()}"


def _moment(told: Told, now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(float(told["timestamp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now
    return min(at, now)


def _detail(told: Told) -> dict[str, str]:
    given = (theirs for theirs in _DETAILS if theirs in told)
    values = ((_DETAILS[theirs], _text(told, theirs)[:_LONGEST_DETAIL]) for theirs in given)
    return {ours: value for ours, value in values if value}


def _text(told: Told, name: str) -> str:
    value = told.get(name)
    if isinstance(value, str):
        return value.replace("\0", "")  # Postgres takes no NUL in a text
    return str(value) if isinstance(value, int | float) else ""
