"""How far campaigns have come: copies by step and state."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from outreach.campaigns import plans
from outreach.campaigns.enclosures import enclosures
from outreach.campaigns.plans import Retry
from outreach.campaigns.schedule import Schedule, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.delivery import states
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.letters.enclosures import Enclosed
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
    """A campaign, its steps and enclosures, what waits for another try, answers and opens.

    The copies of ``steps_with_pdf`` also go with themselves as PDF.
    ``loads`` has totals where the schedule keeps no more than those.
    """

    campaign: Campaign
    steps: Sequence[StepCounts]
    enclosures: Sequence[Enclosed]
    steps_with_pdf: Sequence[int]
    again: Retry | None
    answered: int
    opens: str
    loads: Mapping[Agent, int]


def overviews(session: Session) -> list[Overview]:
    """Every campaign, the newest first."""
    newest_first = select(Campaign).order_by(col(Campaign.id).desc())
    return [overview(session, campaign) for campaign in session.exec(newest_first)]


def overview(session: Session, campaign: Campaign) -> Overview:
    schedule = schedule_of(campaign)
    return Overview(
        campaign=campaign,
        steps=_steps(session, campaign, schedule),
        enclosures=enclosures(session, campaign),
        steps_with_pdf=schedule.steps_with_pdf,
        again=plans.waiting_again(session, campaign),
        answered=_answered(session, campaign),
        opens=schedule.campaign.opens,
        loads=_loads(session, campaign),
    )


def _steps(session: Session, campaign: Campaign, schedule: Schedule) -> list[StepCounts]:
    counted = (
        select(Delivery.step, Delivery.state, func.count(), func.count().filter(states.held_back()))
        .where(Delivery.campaign_id == campaign.id, col(Delivery.step).is_not(None))
        .group_by(col(Delivery.step), col(Delivery.state))
    )
    by_step: defaultdict[int, dict[State, int]] = defaultdict(dict)
    held: Counter[int] = Counter()
    for step, state, count, held_back in session.exec(counted):
        by_step[step or 0][State(state)] = count
        held[step or 0] += held_back
    letters = {number: step.letter for number, step in enumerate(schedule.steps, 1)}
    return [
        StepCounts(step, letters.get(step, ""), by_step[step], held[step])
        for step in sorted(by_step)
    ]


def _answered(session: Session, campaign: Campaign) -> int:
    missions = (
        select(func.count(func.distinct(Thread.id)))
        .join(IncomingMail, col(IncomingMail.thread_id) == col(Thread.id))
        .where(Thread.campaign_id == campaign.id, IncomingMail.kind == MailKind.reply)
    )
    return session.exec(missions).one()


def _loads(session: Session, campaign: Campaign) -> dict[Agent, int]:
    counted = (
        select(OpenCount.agent, func.sum(OpenCount.loads))
        .where(OpenCount.campaign_id == campaign.id)
        .group_by(col(OpenCount.agent))
    )
    return {Agent(agent): loads for agent, loads in session.exec(counted)}
