"""How far one campaign has come, in figures that are counted already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from outreach.campaigns import plans, records, wishes
from outreach.campaigns.enclosures import enclosures
from outreach.campaigns.plans import Retry
from outreach.campaigns.records import Record
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, CampaignWish
from outreach.delivery.tables import State
from outreach.letters.enclosures import Enclosed
from outreach.reports.counters import sums
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.counters.tallying import WAITING
from outreach.tracking.tables import Agent, OpenCount


@dataclass(frozen=True)
class StepFigures:
    """Copies of one step by the names of ``reports.definitions``, and those that wait."""

    step: int
    letter: str
    counts: Mapping[str, int]

    def of(self, name: str) -> int:
        return self.counts.get(name, 0)

    @property
    def planned(self) -> int:
        """All but those that the plan holds back."""
        return self.of("copies") - self.of("held_back")

    @property
    def waiting(self) -> int:
        return self.of(WAITING)

    @property
    def late(self) -> int:
        return self.of("late")

    @property
    def by_state(self) -> Mapping[State, int]:
        """For the bar: each copy once, as far as is known of it."""
        names = (State.delivered, State.bounced, State.failed, State.unknown, State.cancelled)
        known = {state: self.of(state.value) for state in names}
        rest = self.of("sent") - known[State.delivered] - known[State.bounced]
        return {**known, State.sent: max(rest, 0)}


@dataclass(frozen=True)
class Figures:
    """A campaign with its steps; ``answered`` counts missions.

    ``loads`` has totals where the schedule keeps no more than those.
    """

    campaign: Campaign
    letters: Sequence[str]  # of each step of the schedule, what it calls it
    steps: Sequence[StepFigures]
    record: Record | None
    wish: CampaignWish | None
    enclosures: Sequence[Enclosed]
    steps_with_pdf: Sequence[int]
    again: Retry | None
    answered: int
    opens: str
    loads: Mapping[Agent, int]


def step_figures(session: Session, campaign: Campaign) -> list[StepFigures]:
    """Of the steps that have copies."""
    letters = [step.letter for step in schedule_of(campaign).steps]
    counted = sums.of_campaign(session, campaign.id or 0, len(letters))
    return [
        StepFigures(step, letter, counted[step])
        for step, letter in enumerate(letters, 1)
        if counted.get(step, {}).get("copies")
    ]


def figures(session: Session, campaign: Campaign) -> Figures:
    schedule = schedule_of(campaign)
    return Figures(
        campaign=campaign,
        letters=[step.letter for step in schedule.steps],
        steps=step_figures(session, campaign),
        record=records.record_of(session, campaign),
        wish=wishes.find(session, campaign),
        enclosures=enclosures(session, campaign),
        steps_with_pdf=schedule.steps_with_pdf,
        again=plans.waiting_again(session, campaign),
        answered=_answered(session, campaign),
        opens=schedule.campaign.opens,
        loads=_loads(session, campaign),
    )


def _answered(session: Session, campaign: Campaign) -> int:
    missions = select(func.count()).where(
        col(MissionProgress.campaign_id) == campaign.id,
        col(MissionProgress.replied_at).is_not(None),
    )
    return session.exec(missions).one()


def _loads(session: Session, campaign: Campaign) -> dict[Agent, int]:
    counted = (
        select(OpenCount.agent, func.sum(OpenCount.loads))
        .where(OpenCount.campaign_id == campaign.id)
        .group_by(col(OpenCount.agent))
    )
    return {Agent(agent): loads for agent, loads in session.exec(counted)}
