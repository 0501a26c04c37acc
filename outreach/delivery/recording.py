"""What became of a group, written to its rows; and when a copy refused for now goes again."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Update, bindparam, func, literal, or_, select
from sqlmodel import Session, col

from outreach.db import insert_once
from outreach.delivery.carriers import Outcome
from outreach.delivery.queue import TOO_LATE, Claimed
from outreach.delivery.states import move_where, transition
from outreach.delivery.tables import Delivery, SendingAddress, State
from outreach.texts import mark

# After each refusal for now; when all are used up the copy has failed.
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
_REFUSED_OFTEN = mark("refused for now %(times)s times; the last answer: %(answer)s")
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


def record(
    session: Session,
    copies: Sequence[Claimed],
    outcomes: Sequence[Outcome],
    *,
    worker: str,
    now: datetime,
) -> Tally:
    """Write one outcome for each copy as ``worker`` claimed it. Done twice, it changes nothing."""
    changes: dict[_Change, list[int]] = defaultdict(list)
    for copy, outcome in zip(copies, outcomes, strict=True):
        changes[_change(copy, outcome, now)].append(copy.id)
    if len(changes) > 1:
        _hold(session, copies)
    for change, ids in changes.items():
        _write(session, change, ids, worker, now)
        if change.to is State.queued:
            _skip_hopeless(session, ids, now)
    return _count(changes)


def _hold(session: Session, copies: Sequence[Claimed]) -> None:
    """In the order of ids, as whoever tells of several copies at once holds them."""
    those = select(col(Delivery.id)).where(col(Delivery.id).in_([copy.id for copy in copies]))
    session.execute(those.order_by(col(Delivery.id)).with_for_update())


def _skip_hopeless(session: Session, ids: list[int], now: datetime) -> None:
    """Of those that are to be tried again, the ones whose latest time comes before that."""
    hopeless = col(Delivery.id).in_(ids) & (col(Delivery.expires_at) <= col(Delivery.due_at))
    move_where(session, hopeless, State.skipped, now=now, reason=TOO_LATE)


def remember_senders(session: Session, addresses: Iterable[str], now: datetime) -> None:
    """Since when each address sends: one that is new may not send as much (see its pace)."""
    for address in sorted(addresses):
        insert_once(session, SendingAddress(address=address, first_sent_at=now))


def _write(session: Session, change: _Change, ids: list[int], worker: str, now: datetime) -> None:
    new = {f"new_{name}": getattr(change, name) for name in ("reason", *_KEPT)}
    values = {**new, "ids": ids, "worker": worker, "now": now}
    moved = session.connection().execute(_writing(change.to), values).rowcount
    if moved < len(ids):
        late = len(ids) - moved
        _log.warning("%d outcomes (%s) came after the copies' lease had run out", late, change.to)


_KEPT = ("provider_id", "due_at", "attempts")  # as they are where a change does not name them


@cache
def _writing(to: State) -> Update:
    """The statement of ``_write``; its parameters have one name each and are always all there."""
    types = {name: getattr(Delivery, name).type for name in (*_KEPT, "sent_at")}
    kept = {
        name: func.coalesce(bindparam(f"new_{name}", type_=types[name]), getattr(Delivery, name))
        for name in _KEPT
    }
    # That it went is true, however late we say so; anything else only the one who holds it knows.
    taken = to is State.sent
    its_own = or_(col(Delivery.claimed_by) == bindparam("worker"), literal(taken))
    return transition(
        col(Delivery.id).in_(bindparam("ids", expanding=True)) & its_own,
        to,
        now=bindparam("now", type_=types["sent_at"]),
        only_from={State.sending, State.unknown} if taken else {State.sending},
        reason=bindparam("new_reason"),
        **kept,
    )


def _change(copy: Claimed, outcome: Outcome, now: datetime) -> _Change:
    match outcome.verdict:
        case "sent":
            return _Change(State.sent, provider_id=outcome.provider_id)
        case "refused":
            return _Change(State.failed, outcome.answer)
        case "unknown":
            return _Change(State.unknown, outcome.answer)
        case "later":
            return _again(copy, outcome, now)


def _again(copy: Claimed, outcome: Outcome, now: datetime) -> _Change:
    if outcome.retry_after is not None:
        # The carrier has not looked at the copy: no attempt of its own.
        due_at = now + max(outcome.retry_after, SHORTEST_WAIT)
        return _Change(State.queued, outcome.answer, due_at=due_at, attempts=copy.attempts - 1)
    if copy.attempts > len(WAITS):
        tries = {"times": copy.attempts, "answer": outcome.answer}
        return _Change(State.failed, _REFUSED_OFTEN % tries)
    return _Change(State.queued, outcome.answer, due_at=now + WAITS[copy.attempts - 1])


def _count(changes: dict[_Change, list[int]]) -> Tally:
    def how_many(state: State) -> int:
        return sum(len(ids) for change, ids in changes.items() if change.to is state)

    return Tally(
        sent=how_many(State.sent),
        refused=how_many(State.failed),
        later=how_many(State.queued),
        unknown=how_many(State.unknown),
    )
