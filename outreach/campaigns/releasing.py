"""Gives copies of a running campaign their moment, at its pace and in its window.

Released is what may go: the first step as planned, a later one once the step before was sent, and
again what is overdue, so that nothing leaves in a burst or outside the window.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col

from outreach.campaigns.eligibility import zone_name
from outreach.campaigns.pacing import Taken, Wish, spread
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.campaigns.timing import Opening, Timetable, timetable
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import move, still_in_time
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput

OVERDUE = timedelta(minutes=15)
_HOUR = timedelta(hours=1)

_Previous = aliased(Delivery)

# What becomes of a copy when the one before it came to this.
_DROPPED: Mapping[State, str] = {
    State.failed: "the mail before it was refused",
    State.bounced: "the mail before it came back",
    State.cancelled: "the mail before it was withdrawn",
    State.skipped: "the mail before it was held back",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A copy that may go, as its row has it; ``before_at`` is when the step before was sent."""

    id: int
    step: int
    domain: str
    planned_at: datetime | None
    not_before: datetime | None
    due_at: datetime | None
    expires_at: datetime | None
    before_at: datetime | None
    time_zone: str
    member_state: str


def release(session: Session, campaign: Campaign, *, now: datetime, states: MemberStates) -> int:
    """How many copies got a moment."""
    _drop_followers(session, campaign, now)
    waiting = _waiting(session, campaign, now)
    if not waiting:
        return 0
    schedule = schedule_of(campaign)
    timetables = [_timetable(copy, schedule, states) for copy in waiting]
    wishes = [
        Wish(_earliest(copy, schedule, times, now), times, copy.domain)
        for copy, times in zip(waiting, timetables, strict=True)
    ]
    openings = spread(
        wishes,
        per_hour=schedule.pace.per_hour,
        per_domain_per_hour=schedule.pace.per_domain_per_hour,
        taken=_taken(session, campaign, {copy.id for copy in waiting}, now),
    )
    late = schedule.pace.latest_after
    _give(
        session,
        [
            _moments(copy, opening, copy.expires_at or wish.timetable.delayed(opening.at, late))
            for copy, wish, opening in zip(waiting, wishes, openings, strict=True)
        ],
    )
    return len(waiting)


def _drop_followers(session: Session, campaign: Campaign, now: datetime) -> None:
    """Cancel what would follow a mail that never arrived, and what would follow that."""
    query = (
        select(col(Delivery.id), col(_Previous.state))
        .join(_Previous, _comes_before())
        .where(_queued(campaign), col(_Previous.state).in_(_DROPPED))
    )
    while found := session.execute(query).all():
        for state, reason in _DROPPED.items():
            ids = [id_ for id_, before in found if before is state]
            move(session, ids, State.cancelled, now=now, reason=reason)


def _waiting(session: Session, campaign: Campaign, now: datetime) -> list[Waiting]:
    """Who has waited longest comes first."""
    due_at, before = col(Delivery.due_at), col(_Previous.state)
    may_go = (col(Delivery.step) == 1) | before.in_((State.sent, State.delivered))
    query = _columns().where(_queued(campaign), or_(due_at.is_(None) & may_go, _overdue(now)))
    since = func.coalesce(due_at, Delivery.planned_at)
    return [Waiting(*row) for row in session.execute(query.order_by(since, col(Delivery.id)))]


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Delivery.id),
            col(Delivery.step),
            col(Delivery.recipient_domain),
            col(Delivery.planned_at),
            col(Delivery.not_before),
            col(Delivery.due_at),
            col(Delivery.expires_at),
            col(_Previous.sent_at),
            col(Contact.time_zone),
            col(Mission.state),
        )
        .join(Contact, col(Contact.id) == col(Delivery.contact_id))
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .join(_Previous, _comes_before(), isouter=True)
    )


def _comes_before() -> ColumnElement[bool]:
    return and_(
        col(_Previous.campaign_id) == col(Delivery.campaign_id),
        col(_Previous.contact_id) == col(Delivery.contact_id),
        col(_Previous.step) == col(Delivery.step) - 1,
    )


def _queued(campaign: Campaign) -> ColumnElement[bool]:
    steps = range(1, len(schedule_of(campaign).steps) + 1)  # names the whole of the index
    return and_(
        col(Delivery.campaign_id) == campaign.id,
        col(Delivery.step).in_(steps),
        col(Delivery.state) == State.queued,
    )


def _overdue(now: datetime) -> ColumnElement[bool]:
    """Its moment passed while nobody worked. What is too late altogether is left to be skipped."""
    passed = (col(Delivery.due_at) < now - OVERDUE) | (col(Delivery.open_until) <= now)
    return passed & still_in_time(now)


def _timetable(copy: Waiting, schedule: Schedule, states: MemberStates) -> Timetable:
    # Contacts and the file of states may have changed since the plan: then the next best clock.
    for zone in (copy.time_zone, zone_name("", states.get(copy.member_state))):
        with contextlib.suppress(InvalidInput):
            return timetable(zone, copy.member_state, schedule.window.window)
    return timetable("UTC", copy.member_state, schedule.window.window)


def _earliest(copy: Waiting, schedule: Schedule, times: Timetable, now: datetime) -> datetime:
    after = schedule.steps[copy.step - 1].after
    moments = [now, copy.not_before]
    if copy.due_at is None:
        moments.append(
            times.delayed(copy.before_at, after) if copy.before_at and after else copy.planned_at
        )
    return max(moment for moment in moments if moment)


def _taken(session: Session, campaign: Campaign, but: set[int], now: datetime) -> list[Taken]:
    """The moments that other copies of the campaign have or lately had."""
    given = (
        select(col(Delivery.id), col(Delivery.due_at), col(Delivery.recipient_domain))
        .where(col(Delivery.campaign_id) == campaign.id, col(Delivery.due_at) > now - _HOUR)
        .where(col(Delivery.state).not_in((State.cancelled, State.skipped)))
    )
    return [(due_at, domain) for id_, due_at, domain in session.execute(given) if id_ not in but]


def _moments(copy: Waiting, opening: Opening, expires_at: datetime) -> dict[str, Any]:
    return {
        "copy": copy.id,
        "waits_until": copy.not_before,
        "due_at": opening.at,
        "open_until": opening.until,
        "expires_at": expires_at,
    }


def _give(session: Session, moments: Sequence[dict[str, Any]]) -> None:
    table = SQLModel.metadata.tables["delivery"]
    # Another worker may hold a row that was overdue a moment ago, or an absence have postponed it.
    not_before = table.c.not_before
    as_read = and_(
        table.c.id == bindparam("copy"),
        table.c.state == State.queued,
        not_before.is_not_distinct_from(bindparam("waits_until", type_=not_before.type)),
    )
    times: dict[str, Any] = {
        name: bindparam(name) for name in ("due_at", "open_until", "expires_at")
    }
    change = update(table).where(as_read).values(**times)
    session.connection().execute(change, list(moments))
