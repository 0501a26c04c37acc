"""A campaign as a calendar file (RFC 5545): what goes when, and what has gone, without addresses.

One event for the copies of a step that go on one day of the window, by one clock.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import Result, func, select
from sqlmodel import Session, col

from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.campaigns.turns import timetable_of
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import TAKEN, plan_of
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput
from outreach.texts import gettext as _

_WORDS: Mapping[State, str] = {
    **dict.fromkeys(TAKEN, "sent"),
    State.queued: "foreseen",
    State.sending: "being sent",
    State.unknown: "in doubt whether it went",
}  # what was cancelled, refused or held back does not go
_SHORTEST = timedelta(minutes=1)  # an event must end later than it begins

Group = tuple[int, date, str]  # a step, a day of the window, and whose clock that is


@dataclass(frozen=True, order=True, slots=True)
class Entry:
    """One copy: when it goes or went, and to whom."""

    moment: datetime
    mission_id: int
    zone: str
    state: str
    organization: str
    word: str

    @property
    def line(self) -> str:
        there = self.moment.astimezone(ZoneInfo(self.zone))
        at = f"{there:%Y-%m-%d %H:%M} {self.zone} ({self.moment:%H:%M} UTC)"
        return f"{at}: {self.state}, {self.organization}: {self.word}"


def calendar_file(
    session: Session, campaign: Campaign, *, states: MemberStates, now: datetime
) -> bytes:
    """InvalidInput when there is nothing to show."""
    schedule = schedule_of(campaign)
    groups: defaultdict[Group, list[Entry]] = defaultdict(list)
    for group, entry in _entries(session, campaign, schedule, states):
        groups[group].append(entry)
    if not groups:
        said = _(
            "Nothing of %(slug)s goes at any time; to plan it: outreach campaign plan %(slug)s",
            slug=campaign.slug,
        )
        raise InvalidInput(said)
    calendar = Calendar()
    calendar.add("prodid", "-//Outreach//Campaign calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", campaign.name)
    for group in sorted(groups):
        calendar.add_component(_event(group, sorted(groups[group]), campaign, schedule, now))
    return bytes(calendar.to_ical())


def _entries(
    session: Session, campaign: Campaign, schedule: Schedule, states: MemberStates
) -> Iterator[tuple[Group, Entry]]:
    for row in _rows(session, campaign):
        step, state, moment, zone, code, mission_id, organization = row
        times = timetable_of(zone or "", code, schedule, states)
        day = moment.astimezone(times.clock).date()
        there = Entry(
            moment, mission_id, times.zone.key, states.name(code), organization, _WORDS[state]
        )
        yield (step, day, times.clock.key), there


def _rows(session: Session, campaign: Campaign) -> Result[*tuple[Any, ...]]:
    foreseen = (Delivery.due_at, Delivery.not_before, Delivery.planned_at)
    moment = func.coalesce(Delivery.sent_at, *foreseen)
    query = (
        select(
            col(Delivery.step),
            col(Delivery.state),
            moment,
            col(Contact.time_zone),
            col(Mission.state),
            col(Mission.id),
            col(Mission.organization),
        )
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .join(Contact, col(Contact.id) == col(Delivery.contact_id), isouter=True)
        .where(plan_of(campaign.id), col(Delivery.state).in_(_WORDS))
        .where(moment.is_not(None))
    )
    return session.execute(query)


def _event(
    group: Group, entries: Sequence[Entry], campaign: Campaign, schedule: Schedule, now: datetime
) -> Event:
    step, day, clock = group
    first, last = (entries[n].moment.replace(microsecond=0) for n in (0, -1))
    domain = schedule.campaign.sender.address.rpartition("@")[2]
    event = Event()
    # The same whenever it is made: a calendar that has the event already takes this for its news.
    event.add("uid", f"{campaign.slug}-{step}-{day}-{clock}@{domain}")
    event.add("dtstamp", now)
    event.add("dtstart", first)
    event.add("dtend", max(last, first + _SHORTEST))
    event.add("summary", _summary(step, entries, campaign, schedule))
    event.add("description", "\n".join(entry.line for entry in entries))
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    return event


def _summary(step: int, entries: Sequence[Entry], campaign: Campaign, schedule: Schedule) -> str:
    missions = len({entry.mission_id for entry in entries})
    to = "1 mission" if missions == 1 else f"{missions} missions"
    which = f" {step - 1}" if len(schedule.steps) > 2 else ""
    what = "Letter" if step == 1 else f"Reminder{which}"
    return f"{what} to {to} ({campaign.name})"
