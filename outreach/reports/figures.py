"""The figures of one week and of the time up to its end, computed here and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import ContactList
from outreach.reports.answers import Answer, answers_in
from outreach.reports.attention import needs_a_person
from outreach.reports.coming import Coming, going_out
from outreach.reports.counters import sums
from outreach.reports.counters.sums import Count, Counts, Dimension
from outreach.reports.daily import Day, days_of
from outreach.reports.definitions import DEFINITIONS, FIGURES
from outreach.reports.first_answer import FirstAnswers, first_answers
from outreach.reports.health import DomainHealth, health, over_limits
from outreach.reports.loads import Loads, loads_in
from outreach.reports.missions import region_name
from outreach.reports.needs import Need
from outreach.reports.outcomes import Said, outcomes
from outreach.reports.silent import Silence, silence
from outreach.reports.standing import StateStanding, standings
from outreach.reports.weeks import Week

__all__ = ["DEFINITIONS", "Breakdown", "Count", "Figures", "Reason", "compute"]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True)


class Breakdown(_Stored):
    """The figures of one region, list, tag, language or step; one without any is left out."""

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
    # Reports from before these were thought of have none.
    states: list[StateStanding] = []
    days: list[Day] = []
    tags: list[Breakdown] = []
    languages: list[Breakdown] = []
    steps: list[Breakdown] = []
    first_answers: FirstAnswers | None = None
    outcomes: list[Said] | None = None
    silence: Silence | None = None
    health: list[DomainHealth] | None = None
    # What the report of the week before says of its week, by figure; None where there was none.
    before: dict[str, int] | None = None

    def change(self, name: str) -> int | None:
        """Of a figure against the week before; None unless both reports have it."""
        now, then = self.counts.get(name), (self.before or {}).get(name)
        return None if now is None or then is None else now.week - then


def compute(
    session: Session,
    week: Week,
    *,
    zone: ZoneInfo,
    states: MemberStates,
    now: datetime,
    before: Figures | None = None,
) -> Figures:
    """From the counters as they are kept; ``counters.keeping.catch_up`` brings them up to now.

    ``before`` is the report of the week before, for the changes.
    """
    period, today = week.bounds(zone), now.astimezone(zone).date()
    ahead = max(week.next, Week.of(today))
    found = sums.counts_of(session, week)
    total = found.get("", {}).get("", {})
    campaigns = session.scalars(select(Campaign).order_by(col(Campaign.id))).all()
    steps = _step_names(campaigns)
    domains = health(found.get("step", {}), _senders(campaigns))
    return Figures(
        week=str(week),
        zone=zone.key,
        made_at=now,
        counts={name: total.get(name, Count()) for name in FIGURES},
        regions=_by_region(found.get("state", {}), states),
        lists=_by_list(session, found.get("list", {})),
        tags=_named(found.get("tag", {}), str),
        languages=_named(found.get("language", {}), _language),
        steps=_by_step(found.get("step", {}), steps),
        held_back=_reasons(found.get("reason", {})),
        loads=loads_in(session, week),
        answers=answers_in(session, period, states),
        needs=[*needs_a_person(session, states, today), *over_limits(domains)],
        coming_week=str(ahead),
        coming=going_out(session, ahead, today),
        states=standings(session, states, before=period[1]),
        days=days_of(session, week),
        first_answers=first_answers(session, period),
        outcomes=outcomes(session, states, before=period[1]),
        silence=silence(session, states, steps, period),
        health=domains,
        before={name: count.week for name, count in before.counts.items()} if before else None,
    )


def _by_region(by_state: Dimension, states: MemberStates) -> list[Breakdown]:
    regions: Dimension = {}
    for code, counts in by_state.items():
        region = regions.setdefault(region_name(states, code), {})
        for name, count in counts.items():
            region[name] = region.get(name, Count()) + count
    return _named(regions, str)


def _by_list(session: Session, by_list: Dimension) -> list[Breakdown]:
    slugs = {str(one.id): one.slug for one in session.scalars(select(ContactList))}
    return _named({value: by_list[value] for value in by_list if value in slugs}, slugs.__getitem__)


def _step_names(campaigns: Iterable[Campaign]) -> dict[str, str]:
    """By "campaign:step", campaign by campaign, in the order of their steps."""
    return {
        f"{campaign.id}:{number}": f"{campaign.name}: {step.letter}"
        for campaign in campaigns
        for number, step in enumerate(schedule_of(campaign).steps, 1)
    }


def _senders(campaigns: Iterable[Campaign]) -> dict[str, str]:
    return {str(each.id): schedule_of(each).campaign.sender.address for each in campaigns}


def _by_step(by_step: Dimension, names: Mapping[str, str]) -> list[Breakdown]:
    known = (value for value in names if value in by_step)
    return [Breakdown(name=names[value], counts=by_step[value]) for value in known]


def _language(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def _named(dimension: Dimension, name: Callable[[str], str]) -> list[Breakdown]:
    parts = (Breakdown(name=name(value), counts=counts) for value, counts in dimension.items())
    return sorted(parts, key=lambda part: part.name)


def _reasons(by_reason: Dimension) -> list[Reason]:
    """Why copies are held back, the most frequent first."""
    held = [
        Reason(reason=reason, count=counts["held_back"]) for reason, counts in by_reason.items()
    ]
    return sorted(held, key=lambda one: (-one.count.so_far, one.reason))
