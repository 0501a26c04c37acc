"""What a delivery's state may become; every change of a state goes through here."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    Update,
    func,
    literal,
    or_,
    type_coerce,
    update,
)
from sqlmodel import Session, col

from outreach.delivery.tables import OF_A_PLAN, Delivery, State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.queued: frozenset({State.sending, State.cancelled, State.skipped}),
    State.sending: frozenset({State.sent, State.queued, State.failed, State.unknown}),
    State.sent: frozenset({State.delivered, State.bounced, State.failed}),
    State.delivered: frozenset({State.bounced}),
    State.bounced: frozenset(),
    State.failed: frozenset(),
    State.unknown: frozenset({State.sent, State.delivered, State.bounced, State.queued}),
    State.cancelled: frozenset(),
    State.skipped: frozenset({State.queued}),
}

# Back from where a misread mail had brought a copy; only a person's word leads these ways.
TAKEN_BACK: Mapping[State, frozenset[State]] = {
    State.cancelled: frozenset({State.queued}),
    State.bounced: frozenset({State.delivered, State.sent, State.unknown}),
    State.delivered: frozenset({State.sent, State.unknown}),
    State.sent: frozenset({State.unknown}),
}

# Nothing was handed over: who has seen such a copy has looked at a preview.
NOT_LEFT = frozenset({State.queued, State.cancelled, State.skipped})
# A carrier took it, whatever came of it afterwards.
TAKEN = frozenset({State.sent, State.delivered, State.bounced})
# It can be read and answered, as far as anybody knows.
MAY_HAVE_GONE = TAKEN | {State.unknown}

Moment = datetime | BindParameter[datetime]

_CHUNK = 5_000  # ids a statement; both databases limit the parameters of one


def of_a_plan(copies: type[Delivery] = Delivery) -> ColumnElement[bool]:
    """No answer from the desk, which goes at once whatever holds for its campaign's letters.

    By a column of no index, so that a query goes the same way with it as without.
    """
    return col(copies.purpose).in_(sorted(OF_A_PLAN))


def plan_of(campaign_id: int | None) -> ColumnElement[bool]:
    return (col(Delivery.campaign_id) == campaign_id) & of_a_plan()


def held_back(copies: type[Delivery] = Delivery) -> ColumnElement[bool]:
    """Skipped by the plan; what was released and then came too late has an ``expires_at``."""
    return (col(copies.state) == State.skipped) & col(copies.expires_at).is_(None)


def still_in_time(now: Moment) -> ColumnElement[bool]:
    """Its latest time has not passed; a copy that was stopped has that time behind it."""
    expires_at = col(Delivery.expires_at)
    return or_(expires_at.is_(None), expires_at > now)


def move(
    session: Session,
    ids: Sequence[int],
    to: State,
    *,
    now: datetime,
    reason: str | None = None,
    only_from: Collection[State] | None = None,
    **columns: Any,
) -> list[int]:
    """Move these rows where the table allows it; the ids that moved, in no order.

    ``only_from`` narrows the states a row may come from: what may leave ``unknown`` for
    ``queued`` is a person's decision and not a late answer's.
    """
    moved: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        these = col(Delivery.id).in_(ids[start : start + _CHUNK])
        moved += move_where(
            session, these, to, now=now, reason=reason, only_from=only_from, **columns
        )
    return moved


def move_where(
    session: Session,
    criteria: ColumnElement[bool],
    to: State,
    *,
    now: datetime,
    reason: str | None = None,
    only_from: Collection[State] | None = None,
    **columns: Any,
) -> list[int]:
    """As ``move``, for all rows that meet ``criteria``, in one statement."""
    change = transition(criteria, to, now=now, reason=reason, only_from=only_from, **columns)
    return [row[0] for row in session.exec(change.returning(col(Delivery.id)))]


def transition(
    criteria: ColumnElement[bool],
    to: State,
    *,
    now: Moment,
    reason: str | BindParameter[str] | None = None,
    only_from: Collection[State] | None = None,
    **columns: Any,
) -> Update:
    """The conditional UPDATE itself: a row that may not become ``to`` is left as it is.

    Values may be bound parameters, for a statement that is made once and used often.
    """
    allowed = {state for state, following in TRANSITIONS.items() if to in following}
    if only_from is not None:
        allowed &= set(only_from)
    # An expression and not the column: no index fits it. By its index, SQLite would look through
    # all that is queued for the few rows that `criteria` names.
    state = type_coerce(col(Delivery.state), String).concat("")
    values = {"state": to, "reason": reason, **_stamps(to, now), **columns}
    return (
        update(Delivery)
        .where(criteria, state.in_([each.value for each in sorted(allowed)]))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def take_back(session: Session, number: int, *, was: State, to: State, **columns: Any) -> bool:
    """Bring a copy from ``was`` back to ``to``, with the other columns as they stood then.

    False where it has moved on since, or where the table knows no such way.
    """
    if to is not was and to not in TAKEN_BACK.get(was, ()):
        return False
    change = (
        update(Delivery)
        .where(col(Delivery.id) == number, col(Delivery.state) == was)
        .values(state=to, **columns)
        .execution_options(synchronize_session=False)
    )
    return bool(session.exec(change).rowcount)


def _stamps(to: State, now: Moment) -> dict[str, Any]:
    match to:
        case State.sending:
            return {}
        case State.queued:
            return {"settled_at": None, "lease_until": None, "claimed_by": None}
        case State.sent:
            return {"sent_at": _sent_at(now), "settled_at": None, "lease_until": None}
        case State.delivered | State.bounced:
            return {"sent_at": _sent_at(now), "settled_at": now, "lease_until": None}
        case _:
            return {"settled_at": now, "lease_until": None}


def _sent_at(now: Moment) -> Any:
    """When it went: as recorded; for a copy in doubt, when the doubt came up; else now."""
    sent_at: Any = col(Delivery.sent_at)
    moment = literal(now, sent_at.type) if isinstance(now, datetime) else now
    return func.coalesce(sent_at, col(Delivery.settled_at), moment)
