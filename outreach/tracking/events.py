"""What is told of a copy after it left: stored and applied once, in whatever order it comes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from outreach.bulk import among, insert_new
from outreach.campaigns import refusals, stopping
from outreach.campaigns.schedule import StopKind
from outreach.delivery import states, suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.tracking import settling
from outreach.tracking.settling import Held, Proof
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

_ENDS_OF_TRIES = frozenset({EventKind.delivered, EventKind.bounced, EventKind.rejected})


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something told of a copy.

    ``permanent`` is for bounces: one that is not (a full mailbox, a block) is stored and shown,
    and stops nothing.
    """

    delivery_id: int
    kind: EventKind
    happened_at: datetime
    source: str
    source_key: str
    agent: Agent | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    permanent: bool = False

    @property
    def is_passing(self) -> bool:
        return self.kind is EventKind.bounced and not self.permanent

    @property
    def ends_a_try(self) -> bool:
        """The receiving side, or the provider, took the copy or refused it for good."""
        return self.kind in _ENDS_OF_TRIES and not self.is_passing

    @property
    def is_refusal(self) -> bool:
        return self.ends_a_try and self.kind is not EventKind.delivered

    @property
    def stops(self) -> bool:
        return self.kind in _STOPS and not self.is_passing


def record(
    session: Session,
    delivery: Delivery,
    kind: EventKind,
    *,
    happened_at: datetime,
    source: str,
    source_key: str,
    agent: Agent | None = None,
    detail: Mapping[str, str] | None = None,
    permanent: bool = False,
    now: datetime,
) -> bool:
    """``record_all`` for one event; False when ``source_key`` was told before.

    Of a copy that never left only its provider can tell. What its preview causes has its effects,
    but is no event of the copy, which may still be planned anew; then it is False too.
    """
    assert delivery.id is not None
    event = NewEvent(
        delivery.id, kind, happened_at, source, source_key, agent, detail or {}, permanent
    )
    if source not in _PROVIDERS and delivery.state in states.NOT_LEFT:
        _apply(session, [event], _hold(session, [event]), now)
        new = False
    else:
        new = bool(record_all(session, [event], now=now))
    _forget_state(session, delivery)
    return new


def record_all(session: Session, events: Iterable[NewEvent], *, now: datetime) -> set[str]:
    """Store events and apply those not told before; the source keys of these.

    Neither their order matters nor whether they come in one portion or in several.
    """
    by_key: dict[str, NewEvent] = {}
    for event in events:
        by_key.setdefault(event.source_key, event)
    held = _hold(session, by_key.values())
    rows = [_values(event, now) for event in by_key.values()]
    new = set(insert_new(session, Event, rows, by="source_key"))
    _apply(session, [event for key, event in by_key.items() if key in new], held, now)
    return new


def settle(session: Session, delivery: Delivery, to: State, *, now: datetime) -> None:
    """Bring a copy that shows up outside to the state that this proves."""
    assert delivery.id is not None
    held = settling.hold(session, [delivery.id])
    settling.settle(session, [Proof(delivery.id, to)], held, now=now)
    _forget_state(session, delivery)


def stand(
    session: Session, copies: ColumnElement[bool], lifted: Collection[str], now: datetime
) -> None:
    """What was told of these copies holds, also where something else told was taken back.

    ``lifted`` are the addresses of which a suppression was taken back.
    """
    told = session.exec(select(Event, Delivery).join(Delivery).where(copies)).all()
    events = [(_of_row(event), copy) for event, copy in told]
    held = settling.hold(session, {event.delivery_id for event, _ in events})
    # Not as surely as when it was told: what a person has put back in the queue since stays there.
    proofs = [_proof(event)._replace(sure=False) for event, _ in events if event.kind in STATES]
    settling.settle(session, proofs, held, now=now)
    for event, copy in events:
        if event.stops:
            reason, cause = _STOPS[event.kind]
            if copy.recipient_address in lifted:
                suppression.suppress_recipient(session, copy, reason, now=now)
            stopping.answered(session, copy, cause, now)


def _of_row(row: Event) -> NewEvent:
    return NewEvent(
        row.delivery_id,
        row.kind,
        row.happened_at,
        row.source,
        row.source_key,
        row.agent,
        row.detail,
        row.detail.get("permanent") == "yes",
    )


def _hold(session: Session, events: Collection[NewEvent]) -> dict[int, Held]:
    """Every copy that the events may change, and before them the campaigns."""
    refused = {event.delivery_id for event in events if event.is_refusal}
    if refused:
        refusals.hold(session, settling.campaigns_of(session, refused))
    ids = {event.delivery_id for event in events}
    ended = {event.delivery_id for event in events if event.stops}
    return settling.hold(session, ids | settling.of_the_same(session, ended))


def _values(event: NewEvent, now: datetime) -> dict[str, Any]:
    permanence = {"permanent": "yes" if event.permanent else "no"}
    is_bounce = event.kind is EventKind.bounced
    return {
        "delivery_id": event.delivery_id,
        "kind": event.kind,
        "agent": event.agent,
        "happened_at": event.happened_at,
        "received_at": now,
        "source": event.source,
        "source_key": event.source_key,
        "detail": {**event.detail, **permanence} if is_bounce else event.detail,
    }


def _apply(
    session: Session, events: Sequence[NewEvent], held: Mapping[int, Held], now: datetime
) -> None:
    proofs = [_proof(event) for event in events if event.kind in STATES]
    settling.settle(session, proofs, held, now=now)
    _count_refusals(session, events, held, now)
    _stop(session, [event for event in events if event.stops], now)


def _proof(event: NewEvent) -> Proof:
    to = State.sent if event.is_passing else STATES[event.kind]
    reason = event.detail.get("answer") if to in _EXPLAINED else None
    return Proof(event.delivery_id, to, reason, event.source in _PROVIDERS)


def _count_refusals(
    session: Session, events: Iterable[NewEvent], held: Mapping[int, Held], now: datetime
) -> None:
    """A provider takes every copy, and says only later whether the receiving side did."""
    answers: dict[int, list[str | None]] = defaultdict(list)
    told = (event for event in events if event.source in _PROVIDERS and event.ends_a_try)
    for event in sorted(told, key=attrgetter("happened_at")):
        campaign_id = held[event.delivery_id].campaign_id
        if campaign_id is not None:
            answer = event.detail.get("answer", "") if event.is_refusal else None
            answers[campaign_id].append(answer)
    refusals.count(session, answers, now)


def _stop(session: Session, events: Sequence[NewEvent], now: datetime) -> None:
    """One by one: of a thousand events a few are of this kind."""
    if not events:
        return
    these = among(session, col(Delivery.id), {event.delivery_id for event in events})
    copies = {copy.id: copy for copy in session.exec(select(Delivery).where(these))}
    for event in events:
        copy, (reason, cause) = copies[event.delivery_id], _STOPS[event.kind]
        suppression.suppress_recipient(session, copy, reason, now=now)
        stopping.answered(session, copy, cause, now)


def _forget_state(session: Session, delivery: Delivery) -> None:
    session.expire(delivery, ["state", "reason", "sent_at", "settled_at"])
