"""Gives copies of a running campaign their moment, at its pace and in its window.

Released is what may go: the first step as planned, a later one once the step before was sent, and
again what is overdue, so that nothing leaves in a burst or outside the window.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, update
from sqlmodel import Session, SQLModel

from outreach.campaigns.pacing import Wish, spread
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.campaigns.timing import NEVER_OPENS, Opening
from outreach.campaigns.traffic import traffic
from outreach.campaigns.turns import DROPPED, Turn, timetable_of, whose_turn
from outreach.contacts.states import MemberStates
from outreach.delivery.states import move
from outreach.delivery.tables import State

Ready = tuple[Turn, Wish]


def release(session: Session, campaign: Campaign, *, now: datetime, states: MemberStates) -> int:
    """How many copies got a moment."""
    schedule = schedule_of(campaign)
    turns = _without_followers(session, whose_turn(session, campaign, schedule, now), now)
    wishes = [_wish(turn, schedule, states, now) for turn in turns]
    ready = _with_a_window(session, list(zip(turns, wishes, strict=True)), now)
    _put_off(session, [(turn, wish) for turn, wish in ready if not turn.may_go])
    ready = [(turn, wish) for turn, wish in ready if turn.may_go]
    if ready:
        _give(session, campaign, schedule, ready, now)
    return len(ready)


def _without_followers(session: Session, turns: Sequence[Turn], now: datetime) -> list[Turn]:
    """Cancel what would follow a mail that never arrived; the others."""
    for state, reason in DROPPED.items():
        ids = [turn.id for turn in turns if turn.before is state]
        move(session, ids, State.cancelled, now=now, reason=reason)
    return [turn for turn in turns if turn.before not in DROPPED]


def _wish(turn: Turn, schedule: Schedule, states: MemberStates, now: datetime) -> Wish:
    times = timetable_of(turn.time_zone, turn.member_state, schedule, states)
    return Wish(turn.earliest(schedule, times, now), times, turn.domain)


def _with_a_window(session: Session, ready: Sequence[Ready], now: datetime) -> list[Ready]:
    """Skip those whose window never opens, since their contact has moved; the others."""
    opens = [wish.timetable.opens_after(wish.earliest) for _, wish in ready]
    never = [turn.id for (turn, _), open_ in zip(ready, opens, strict=True) if not open_]
    move(session, never, State.skipped, now=now, reason=NEVER_OPENS)
    return [each for each, open_ in zip(ready, opens, strict=True) if open_]


def _put_off(session: Session, early: Sequence[Ready]) -> None:
    """The mail before it has not gone: to be looked at again when it could be ready."""
    later = [{**_as_read(turn), "not_before": wish.earliest} for turn, wish in early]
    _write(session, later, "not_before")


def _give(
    session: Session,
    campaign: Campaign,
    schedule: Schedule,
    ready: Sequence[Ready],
    now: datetime,
) -> None:
    pace = schedule.pace.pace(campaign.slug)
    sender = schedule.campaign.sender.address
    there = traffic(session, campaign.id, sender, pace, now)
    openings = spread([wish for _, wish in ready], pace, there)
    late = schedule.pace.latest_after
    given = [
        _moments(turn, opening, turn.expires_at or wish.timetable.delayed(opening.at, late))
        for (turn, wish), opening in zip(ready, openings, strict=True)
    ]
    _write(session, given, "due_at", "open_until", "expires_at")


def _moments(turn: Turn, opening: Opening, expires_at: datetime) -> dict[str, Any]:
    return {
        **_as_read(turn),
        "due_at": opening.at,
        "open_until": opening.until,
        "expires_at": expires_at,
    }


def _as_read(turn: Turn) -> dict[str, Any]:
    return {"copy": turn.id, "waits_until": turn.not_before}


def _write(session: Session, rows: Sequence[dict[str, Any]], *columns: str) -> None:
    """Only where the row is as it was read: an absence may have postponed it meanwhile."""
    table = SQLModel.metadata.tables["delivery"]
    not_before = table.c.not_before
    as_read = and_(
        table.c.id == bindparam("copy"),
        table.c.state == State.queued,
        not_before.is_not_distinct_from(bindparam("waits_until", type_=not_before.type)),
    )
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    if rows:
        change = update(table).where(as_read).values(**values)
        session.connection().execute(change, list(rows))
