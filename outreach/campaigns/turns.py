"""Whose turn it is: copies of a running campaign that are to get their moment now.

A look costs what it finds and not what waits: each step is read in the order of ``not_before``, and
what is found too early is put off until it can be ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from outreach.campaigns.eligibility import clock_of
from outreach.campaigns.schedule import Schedule
from outreach.campaigns.tables import Campaign
from outreach.campaigns.timing import Delay, Timetable, timetable
from outreach.campaigns.traffic import OVERDUE
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import plan_of, still_in_time
from outreach.delivery.tables import Delivery, State
from outreach.texts import mark

LEAD = 10_000  # how many copies of a campaign have their moment ahead of them
AHEAD = timedelta(days=1)  # letters get theirs so long before; a reminder when its time has come
AGAIN = timedelta(minutes=15)  # when to look again after a mail of which nothing is known

_Previous = aliased(Delivery)
# Written out: the index holds such rows only, and a parameter could be anything.
_IS_QUEUED = col(Delivery.state) == literal_column(f"'{State.queued}'")

# What becomes of a copy when the one before it came to this.
DROPPED: Mapping[State, str] = {
    State.failed: mark("the mail before it was refused"),
    State.bounced: mark("the mail before it came back"),
    State.cancelled: mark("the mail before it was withdrawn"),
    State.skipped: mark("the mail before it was held back"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A copy as its row has it, and how the mail before it stands."""

    id: int
    step: int
    domain: str
    not_before: datetime | None
    due_at: datetime | None
    expires_at: datetime | None
    before: State | None
    before_sent_at: datetime | None
    before_foreseen_at: datetime | None
    time_zone: str
    member_state: str

    @property
    def may_go(self) -> bool:
        return self.step == 1 or self.before in (State.sent, State.delivered)

    def earliest(self, schedule: Schedule, times: Timetable, now: datetime) -> datetime:
        """When it may go; or, as long as it may not, when it is worth looking at it again."""
        after = schedule.steps[self.step - 1].after
        ready = self._ready(after, times, now) if after and self.due_at is None else now
        return max(now, ready, self.not_before or now)

    def _ready(self, after: Delay, times: Timetable, now: datetime) -> datetime:
        match self.before:
            case State.sent | State.delivered:
                return times.delayed(self.before_sent_at or now, after)
            case State.queued:
                return times.delayed(max(now, self.before_foreseen_at or now), after)
            case _:
                return now + AGAIN


def timetable_of(
    time_zone: str, member_state: str, schedule: Schedule, states: MemberStates
) -> Timetable:
    clock = clock_of(time_zone, states.get(member_state))
    return timetable(clock.key if clock else "UTC", member_state, schedule.window.window)


def whose_turn(
    session: Session, campaign: Campaign, schedule: Schedule, now: datetime
) -> list[Turn]:
    """Who has waited longest comes first. Also what had a moment, of a mail that came to nothing
    since; ``before`` says so."""
    found = _timed_anew(session, campaign, now)
    room = LEAD - _ahead(session, campaign)
    for step in range(1, len(schedule.steps) + 1):
        until = now + AHEAD if step == 1 else now
        coming = _waiting(session, campaign, step, until, max(room, 0))
        room -= len(coming)
        found += coming
    return sorted(found, key=lambda turn: (turn.due_at or turn.not_before or now, turn.id))


def _timed_anew(session: Session, campaign: Campaign, now: datetime) -> list[Turn]:
    """What is overdue, and what has a moment in vain."""
    due_at, in_vain = col(Delivery.due_at), col(_Previous.state).in_(DROPPED)
    due = _columns().where(_timed(campaign), due_at <= now, _overdue(now) | in_vain)
    # Not "step > 1": SQLite would then go through all reminders by their step.
    later = _columns().where(_timed(campaign), due_at > now, col(Delivery.step) != 1, in_vain)
    return _read(session, due) + _read(session, later)


def _waiting(
    session: Session, campaign: Campaign, step: int, until: datetime, room: int
) -> list[Turn]:
    """As the index ``ix_delivery_waiting`` has them."""
    query = _columns().where(
        col(Delivery.campaign_id) == campaign.id,
        col(Delivery.step) == step,
        col(Delivery.not_before) <= until,
        _IS_QUEUED,
        col(Delivery.due_at).is_(None),
    )
    return _read(session, query.order_by(col(Delivery.not_before)).limit(room))


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> list[Turn]:
    """The rows are held until the transaction ends; one that another worker holds is left to it."""
    held = query.with_for_update(of=Delivery, skip_locked=True)
    return [Turn(*row) for row in session.execute(held)]


def _columns() -> Select[*tuple[Any, ...]]:
    foreseen = func.coalesce(_Previous.due_at, _Previous.not_before, _Previous.planned_at)
    return (
        select(
            col(Delivery.id),
            col(Delivery.step),
            col(Delivery.recipient_domain),
            col(Delivery.not_before),
            col(Delivery.due_at),
            col(Delivery.expires_at),
            col(_Previous.state),
            col(_Previous.sent_at),
            foreseen,
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


def _timed(campaign: Campaign) -> ColumnElement[bool]:
    return and_(
        plan_of(campaign.id),
        col(Delivery.state) == State.queued,
        col(Delivery.due_at).is_not(None),
    )


def _ahead(session: Session, campaign: Campaign) -> int:
    count: int = session.execute(select(func.count()).where(_timed(campaign))).scalar_one()
    return count


def _overdue(now: datetime) -> ColumnElement[bool]:
    """Its moment passed while nobody worked. What is too late altogether is left to be skipped."""
    passed = (col(Delivery.due_at) < now - OVERDUE) | (col(Delivery.open_until) <= now)
    return passed & still_in_time(now)
