"""What is told of a copy after it left: stored and applied once, in whatever order it comes."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from outreach.campaigns import stopping
from outreach.campaigns.schedule import StopKind
from outreach.db import insert_once
from outreach.delivery import states, suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.tracking.tables import Agent, Event, EventKind

# Where a kind of event brings the copy, if `states.TRANSITIONS` lets it. All of them prove that
# the copy went, which settles one in doubt. `opened` is missing: a loaded image decides nothing.
STATES = {
    EventKind.sent: State.sent,
    EventKind.deferred: State.sent,
    EventKind.clicked: State.sent,
    EventKind.unsubscribed: State.sent,
    EventKind.delivered: State.delivered,
    EventKind.autoresponded: State.delivered,
    EventKind.complained: State.delivered,
    EventKind.bounced: State.bounced,
    EventKind.rejected: State.failed,
    EventKind.failed: State.failed,
}

# Only these know for sure that a copy went: links, reply address and Message-ID stand in a
# preview too.
_PROVIDERS = frozenset({"sendgrid"})

# A state that needs its reason.
_EXPLAINED = frozenset({State.bounced, State.failed})

# After these nothing more may go to the address; beside it what a schedule's `stop.on` calls it.
_STOPS: Mapping[EventKind, tuple[SuppressionReason, StopKind]] = {
    EventKind.bounced: (SuppressionReason.bounced, "bounce"),
    EventKind.complained: (SuppressionReason.complained, "unsubscribe"),
    EventKind.unsubscribed: (SuppressionReason.unsubscribed, "unsubscribe"),
}


def record(
    session: Session,
    delivery: Delivery,
    kind: EventKind,
    *,
    happened_at: datetime,
    source: str,
    source_key: str,
    agent: Agent | None = None,
    detail: dict[str, str] | None = None,
    permanent: bool = False,
    now: datetime,
) -> bool:
    """Store what happened and apply it; False when ``source_key`` was told before.

    Of a copy that never left only its provider can tell. What its preview causes has its effects,
    but is no event of the copy, which may still be planned anew; then it is False too.

    ``permanent`` is for bounces: one that is not (a full mailbox, a block) is stored and shown,
    and stops nothing.
    """
    assert delivery.id is not None
    event = Event(
        delivery_id=delivery.id,
        kind=kind,
        agent=agent,
        happened_at=happened_at,
        received_at=now,
        source=source,
        source_key=source_key,
        detail={**(detail or {}), **_permanence(kind, permanent)},
    )
    of_a_preview = source not in _PROVIDERS and delivery.state in states.NOT_LEFT
    if not of_a_preview and insert_once(session, event) is None:
        return False
    _apply(session, delivery, event, passing=kind is EventKind.bounced and not permanent, now=now)
    return not of_a_preview


def _apply(
    session: Session, delivery: Delivery, event: Event, *, passing: bool, now: datetime
) -> None:
    if event.kind in STATES:
        to = State.sent if passing else STATES[event.kind]
        answer, sure = event.detail.get("answer"), event.source in _PROVIDERS
        settle(session, delivery, to, now=now, reason=answer, sure=sure)
    if event.kind in _STOPS and not passing:
        reason, cause = _STOPS[event.kind]
        suppression.suppress_recipient(session, delivery, reason, now=now)
        stopping.answered(session, delivery, cause, now)


def settle(
    session: Session,
    delivery: Delivery,
    to: State,
    *,
    now: datetime,
    reason: str | None = None,
    sure: bool = False,
) -> None:
    """Bring a copy that shows up outside to the state that this proves.

    The carrier's own answer may still be on its way, or may never come: this stands for it.
    ``sure`` reaches even a copy that a person had put back in the queue, which would go twice.
    """
    assert delivery.id is not None
    if sure:
        states.move(session, [delivery.id], State.sending, now=now, only_from={State.queued})
    states.move(session, [delivery.id], State.sent, now=now)
    if to is not State.sent:
        why = reason if to in _EXPLAINED else None
        states.move(session, [delivery.id], to, now=now, reason=why)
    session.expire(delivery, ["state", "reason", "sent_at", "settled_at"])


def _permanence(kind: EventKind, permanent: bool) -> dict[str, str]:
    if kind is not EventKind.bounced:
        return {}
    return {"permanent": "yes" if permanent else "no"}
