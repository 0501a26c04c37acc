"""What became of a group, written to its rows; and when a copy refused for now goes again."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from outreach.delivery.carriers import Outcome
from outreach.delivery.states import move_where
from outreach.delivery.tables import Delivery, State

# After each refusal for now; when all are used up the copy has failed.
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
SHORTEST_WAIT = timedelta(seconds=30)  # however soon a carrier would have us back

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """How many copies came to what."""

    sent: int = 0
    refused: int = 0
    later: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.refused + self.later + self.unknown

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.sent + other.sent,
            self.refused + other.refused,
            self.later + other.later,
            self.unknown + other.unknown,
        )


@dataclass(frozen=True)
class _Change:
    """What an outcome does to its row; rows that change alike are written in one statement."""

    to: State
    reason: str | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    attempts: int | None = None

    def columns(self) -> dict[str, Any]:
        each = {"provider_id": self.provider_id, "due_at": self.due_at, "attempts": self.attempts}
        return {name: value for name, value in each.items() if value is not None}


def record(
    session: Session,
    deliveries: Sequence[Delivery],
    outcomes: Sequence[Outcome],
    *,
    worker: str,
    now: datetime,
) -> Tally:
    """Write one outcome for each delivery as ``worker`` claimed it."""
    changes: dict[_Change, list[int]] = defaultdict(list)
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        assert delivery.id is not None
        changes[_change(delivery, outcome, now)].append(delivery.id)
    for change, ids in changes.items():
        _write(session, change, ids, worker, now)
    return _count(changes)


def _write(session: Session, change: _Change, ids: list[int], worker: str, now: datetime) -> None:
    these: ColumnElement[bool] = col(Delivery.id).in_(ids)
    from_states = {State.sending}
    if change.to is State.sent:
        from_states.add(State.unknown)  # that it went is true, however late we say so
    else:
        these = these & (col(Delivery.claimed_by) == worker)
    moved = move_where(
        session,
        these,
        change.to,
        now=now,
        reason=change.reason,
        only_from=from_states,
        **change.columns(),
    )
    if len(moved) < len(ids):
        late = len(ids) - len(moved)
        _log.warning("%d outcomes (%s) came after the copies' lease had run out", late, change.to)


def _change(delivery: Delivery, outcome: Outcome, now: datetime) -> _Change:
    match outcome.verdict:
        case "sent":
            return _Change(State.sent, provider_id=outcome.provider_id)
        case "refused":
            return _Change(State.failed, outcome.answer)
        case "unknown":
            return _Change(State.unknown, outcome.answer)
        case "later":
            return _again(delivery, outcome, now)


def _again(delivery: Delivery, outcome: Outcome, now: datetime) -> _Change:
    if outcome.retry_after is not None:
        # The carrier has not looked at the copy: no attempt of its own.
        due_at = now + max(outcome.retry_after, SHORTEST_WAIT)
        return _Change(State.queued, outcome.answer, due_at=due_at, attempts=delivery.attempts - 1)
    if delivery.attempts > len(WAITS):
        tries = f"refused for now {delivery.attempts} times; the last answer"
        return _Change(State.failed, f"{tries}: {outcome.answer}")
    return _Change(State.queued, outcome.answer, due_at=now + WAITS[delivery.attempts - 1])


def _count(changes: dict[_Change, list[int]]) -> Tally:
    def how_many(state: State) -> int:
        return sum(len(ids) for change, ids in changes.items() if change.to is state)

    return Tally(
        sent=how_many(State.sent),
        refused=how_many(State.failed),
        later=how_many(State.queued),
        unknown=how_many(State.unknown),
    )
