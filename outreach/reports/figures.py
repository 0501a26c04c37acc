"""The figures of one week and of the time up to its end, computed here and nowhere else."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, Subquery, case, func, literal, select, union_all
from sqlmodel import Session, col

from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.delivery.tables import Delivery
from outreach.reports import counting
from outreach.reports.answers import Answer, answers_in
from outreach.reports.attention import Need, needs_a_person
from outreach.reports.coming import Coming, going_out
from outreach.reports.definitions import DEFINITIONS, FIGURES
from outreach.reports.loads import Loads, loads_in
from outreach.reports.weeks import Week

__all__ = ["DEFINITIONS", "Breakdown", "Count", "Figures", "Reason", "compute"]

Period = tuple[datetime, datetime]
UNKNOWN_REGION = "Not known"


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)


class Count(_Stored):
    """``so_far`` reaches up to the end of the week."""

    week: int = 0
    so_far: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(week=self.week + other.week, so_far=self.so_far + other.so_far)


Counts = dict[str, Count]


class Breakdown(_Stored):
    """The figures of one region or one contact list; a figure without any is left out."""

    name: str
    counts: Counts


class Reason(_Stored):
    """How many copies one reason holds back."""

    reason: str
    count: Count


class Figures(_Stored):
    """One week's report: counts by the names in ``DEFINITIONS``, and what they do not say.

    ``needs`` and ``coming`` are the state of things at ``made_at``.
    """

    week: str
    zone: str
    made_at: datetime
    counts: Counts
    regions: list[Breakdown]
    lists: list[Breakdown]
    held_back: list[Reason]
    loads: list[Loads]
    answers: list[Answer]
    needs: list[Need]
    coming_week: str
    coming: list[Coming]


def compute(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> Figures:
    period = week.bounds(zone)
    regions = _by_region(session, period, states)
    ahead = max(week.next, Week.containing(now, zone))
    return Figures(
        week=str(week),
        zone=zone.key,
        made_at=now,
        counts=_total(regions),
        regions=_broken_down(regions),
        lists=_broken_down(_by_list(session, period)),
        held_back=_reasons(session, period),
        loads=loads_in(session, week),
        answers=answers_in(session, period, states),
        needs=needs_a_person(session, states),
        coming_week=str(ahead),
        coming=going_out(session, ahead, zone, now),
    )


def _by_region(session: Session, period: Period, states: MemberStates) -> dict[str, Counts]:
    things = _things()
    # Outer: a copy that has lost its mission still counts in the total.
    query = _summed(things, col(Mission.state), period).join(
        Mission, col(Mission.id) == things.c.mission_id, isouter=True
    )
    regions: dict[str, Counts] = defaultdict(dict)
    for figure, code, in_week, so_far in session.execute(query):
        state = states.get(code) if code else None
        counts = regions[state.region if state else UNKNOWN_REGION]
        counts[figure] = counts.get(figure, Count()) + Count(week=in_week, so_far=so_far)
    return regions


def _by_list(session: Session, period: Period) -> dict[str, Counts]:
    """A contact on two lists counts in both; a mission counts where any of its contacts is."""
    things, missions = _things(), _missions_on_lists()
    slug = col(ContactList.slug)
    of_contacts = (
        _summed(things, slug, period)
        .join(ListMembership, col(ListMembership.contact_id) == things.c.contact_id)
        .join(ContactList, col(ContactList.id) == col(ListMembership.list_id))
    )
    of_missions = (
        _summed(things, slug, period)
        .join(missions, missions.c.mission_id == things.c.mission_id)
        .join(ContactList, col(ContactList.id) == missions.c.list_id)
        .where(things.c.contact_id.is_(None))
    )
    lists: dict[str, Counts] = defaultdict(dict)
    for figure, name, in_week, so_far in session.execute(union_all(of_contacts, of_missions)):
        count = Count(week=in_week, so_far=so_far)
        lists[name][figure] = lists[name].get(figure, Count()) + count
    return lists


def _things() -> Subquery:
    """Everything that any figure counts, a row each."""
    queries = ((name, figure.query().subquery()) for name, figure in FIGURES.items())
    return union_all(
        *(
            select(literal(name).label("figure"), rows.c.contact_id, rows.c.mission_id, rows.c.at)
            for name, rows in queries
        )
    ).subquery("things")


def _missions_on_lists() -> Subquery:
    return (
        select(col(ListMembership.list_id), col(Contact.mission_id))
        .join(Contact, col(Contact.id) == col(ListMembership.contact_id))
        .distinct()
        .subquery("missions_on_lists")
    )


def _summed(things: Subquery, group: Any, period: Period) -> Select[Any]:
    start, end = period
    in_week = func.sum(case((things.c.at >= start, 1), else_=0))
    return (
        select(things.c.figure, group, in_week, func.count())
        .where(things.c.at < end)
        .group_by(things.c.figure, group)
    )


def _reasons(session: Session, period: Period) -> list[Reason]:
    """Why copies are held back, the most frequent first."""
    start, end = period
    held = counting.held_back().add_columns(col(Delivery.reason)).subquery()
    in_week = func.sum(case((held.c.at >= start, 1), else_=0))
    query = (
        select(held.c.reason, in_week, func.count())
        .where(held.c.at < end)
        .group_by(held.c.reason)
        .order_by(func.count().desc(), held.c.reason)
    )
    return [
        Reason(reason=reason or "no reason given", count=Count(week=week, so_far=so_far))
        for reason, week, so_far in session.execute(query)
    ]


def _total(parts: dict[str, Counts]) -> Counts:
    return {
        name: sum((counts.get(name, Count()) for counts in parts.values()), Count())
        for name in FIGURES
    }


def _broken_down(parts: dict[str, Counts]) -> list[Breakdown]:
    return [Breakdown(name=name, counts=parts[name]) for name in sorted(parts)]
