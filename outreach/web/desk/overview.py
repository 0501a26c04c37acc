"""How far campaigns have come: copies by step and state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from outreach.campaigns import plans
from outreach.campaigns.enclosures import enclosures
from outreach.campaigns.plans import Retry
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.delivery import states
from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.letters.enclosures import Enclosed
from outreach.reports.counters.copies import Copies, by_step
from outreach.reports.counters.tallying import HELD_BACK
from outreach.tracking.tables import Agent, OpenCount


@dataclass(frozen=True)
class StepCounts:
    """Copies of one step by the state they are in; ``letter`` is what the schedule calls it.

    Skipped are those that the plan held back and those that were released and came too late.
    """

    step: int
    letter: str
    by_state: Mapping[State, int]
    held_back: int

    def of(self, *states: State) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def planned(self) -> int:
        """All but those that are not sent for a reason."""
        return sum(self.by_state.values()) - self.held_back

    @property
    def late(self) -> int:
        return self.of(State.skipped) - self.held_back

    @property
    def went(self) -> int:
        return self.of(*states.TAKEN)


@dataclass(frozen=True)
class Overview:
    """A campaign, its steps, what waits for another try, and how many missions answered."""

    campaign: Campaign
    steps: Sequence[StepCounts]
    again: Retry | None
    answered: int


@dataclass(frozen=True)
class Details(Overview):
    """With its enclosures and opens, for a page of its own.

    The copies of ``steps_with_pdf`` also go with themselves as PDF.
    ``loads`` has totals where the schedule keeps no more than those.
    """

    enclosures: Sequence[Enclosed]
    steps_with_pdf: Sequence[int]
    opens: str
    loads: Mapping[Agent, int]


def overviews(session: Session) -> list[Overview]:
    """Every campaign, the newest first."""
    newest_first = select(Campaign).order_by(col(Campaign.id).desc())
    copies, answered, again = by_step(session), _answered(session), plans.waiting_again(session)
    return [
        Overview(
            campaign=each,
            steps=_steps(each, schedule_of(each), copies),
            again=again.get(each.id or 0),
            answered=answered.get(each.id or 0, 0),
        )
        for each in session.exec(newest_first)
    ]


def details(session: Session, campaign: Campaign) -> Details:
    schedule = schedule_of(campaign)
    return Details(
        campaign=campaign,
        steps=_steps(campaign, schedule, by_step(session)),
        again=plans.waiting_again(session, campaign.id).get(campaign.id or 0),
        answered=_answered(session, campaign.id).get(campaign.id or 0, 0),
        enclosures=enclosures(session, campaign),
        steps_with_pdf=schedule.steps_with_pdf,
        opens=schedule.campaign.opens,
        loads=_loads(session, campaign) if schedule.campaign.opens == "count" else {},
    )


def _steps(campaign: Campaign, schedule: Schedule, copies: Copies) -> list[StepCounts]:
    letters = {number: step.letter for number, step in enumerate(schedule.steps, 1)}
    return [
        StepCounts(
            number,
            letters.get(number, ""),
            {state: counts[state] for state in State if counts[state]},
            counts[HELD_BACK],
        )
        for (campaign_id, number), counts in sorted(copies.items())
        if campaign_id == campaign.id
    ]


def _answered(session: Session, campaign_id: int | None = None) -> dict[int, int]:
    """Missions that a person answered for, by campaign."""
    reply = exists().where(
        col(IncomingMail.thread_id) == col(Thread.id), col(IncomingMail.kind) == MailKind.reply
    )
    counted = (
        select(Thread.campaign_id, func.count()).where(reply).group_by(col(Thread.campaign_id))
    )
    if campaign_id is not None:
        counted = counted.where(Thread.campaign_id == campaign_id)
    return dict(session.exec(counted).all())


def _loads(session: Session, campaign: Campaign) -> dict[Agent, int]:
    counted = (
        select(OpenCount.agent, func.sum(OpenCount.loads))
        .where(OpenCount.campaign_id == campaign.id)
        .group_by(col(OpenCount.agent))
    )
    return {Agent(agent): loads for agent, loads in session.exec(counted)}
