"""What a campaign's plan says and how far it has come, read from its rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from outreach.campaigns.enclosures import (
    EnclosedPapers,
    boxes,
    enclosed_papers,
    enclosures,
    heavy,
)
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.senders import new_sender_warnings
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Mission
from outreach.delivery.states import held_back, of_a_plan, plan_of
from outreach.delivery.tables import Delivery, State
from outreach.letters.enclosures import Enclosed


@dataclass(frozen=True)
class StepSummary:
    """Copies of one step, and between when they are foreseen."""

    step: int
    letter: str
    planned: int
    held: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class PlanSummary:
    """A plan in figures. A contact is held when it gets nothing at all; ``reasons`` and
    ``languages`` count contacts, each once for whatever number of steps. ``enclosures`` go with
    every copy, ``papers`` are each copy's own."""

    contacts: int
    planned: int
    held: int
    reasons: Mapping[str, int]
    languages: Mapping[str, int]
    steps: Sequence[StepSummary]
    first_at: datetime | None
    last_at: datetime | None
    enclosures: Sequence[Enclosed]
    papers: EnclosedPapers
    unreviewed: Sequence[str]
    warnings: Sequence[str]


@dataclass(frozen=True)
class Entry:
    """One copy of a plan. ``member_state`` is a code, ``state`` the copy's own."""

    delivery_id: int
    contact_id: int
    recipient: str
    address: str
    member_state: str
    organization: str
    language: str
    step: int
    planned_at: datetime | None
    due_at: datetime | None
    state: State
    reason: str | None


@dataclass(frozen=True)
class Retry:
    """Copies that wait for another try, and what was answered to one of the last."""

    copies: int
    answer: str


@dataclass(frozen=True)
class Status:
    """How far a campaign has come: copies by step and state, and what comes next."""

    state: CampaignState
    reason: str | None
    steps: Mapping[int, Mapping[State, int]]
    not_sent: Mapping[str, int]  # copies held back, too late or withdrawn, by reason
    due: int  # copies whose moment has come
    next_at: datetime | None  # when the next copy is due, or foreseen
    again: Retry | None

    @property
    def unsent(self) -> int:
        return sum(by_state.get(State.queued, 0) for by_state in self.steps.values())


def summarize(session: Session, campaign: Campaign) -> PlanSummary:
    schedule = schedule_of(campaign)
    steps = _steps(session, campaign, [step.letter for step in schedule.steps])
    first = steps[0]
    files, papers = enclosures(session, campaign), enclosed_papers(session, campaign)
    return PlanSummary(
        contacts=first.planned + first.held,
        planned=first.planned,
        held=first.held,
        reasons=_contacts_by(session, campaign, col(Delivery.reason), held_back()),
        languages=_contacts_by(session, campaign, col(Delivery.language), ~held_back()),
        steps=steps,
        first_at=first.first_at,
        last_at=max((step.last_at for step in steps if step.last_at), default=None),
        enclosures=files,
        papers=papers,
        unreviewed=campaign.unreviewed,
        warnings=[
            *schedule.warnings(),
            *new_sender_warnings(session, campaign, first.planned),
            *heavy(files, papers, sum(step.planned for step in steps)),
            *boxes(session, campaign),
        ],
    )


def entries(session: Session, campaign: Campaign) -> Iterator[Entry]:
    """Every copy of the plan, contact by contact; those that are held back too."""
    query = (
        select(
            col(Delivery.id),
            col(Delivery.contact_id),
            col(Delivery.recipient_name),
            col(Delivery.recipient_address),
            col(Mission.state),
            col(Mission.organization),
            col(Delivery.language),
            col(Delivery.step),
            col(Delivery.planned_at),
            col(Delivery.due_at),
            col(Delivery.state),
            col(Delivery.reason),
        )
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(plan_of(campaign.id))
        .order_by(col(Delivery.id))
    )
    return (Entry(*row) for row in session.execute(query))


def status(session: Session, campaign: Campaign, now: datetime) -> Status:
    queued = plan_of(campaign.id) & (col(Delivery.state) == State.queued)
    foreseen = func.min(func.coalesce(Delivery.due_at, Delivery.not_before, Delivery.planned_at))
    due = select(func.count()).where(queued, col(Delivery.due_at) <= now)
    return Status(
        state=campaign.state,
        reason=campaign.reason,
        steps=_by_step_and_state(session, campaign),
        not_sent=_not_sent(session, campaign),
        due=session.execute(due).scalar_one(),
        next_at=session.execute(select(foreseen).where(queued)).scalar_one(),
        again=waiting_again(session, campaign.id).get(campaign.id or 0),
    )


def waiting_again(session: Session, campaign_id: int | None = None) -> dict[int, Retry]:
    """What went back to the queue, by campaign, of one or of all.

    The mail server or provider would not have it for now; the latest reason is told. Only what has
    a moment is looked at, which is never much: of a paused campaign there is none.
    """
    campaign, due_at, reason = col(Delivery.campaign_id), col(Delivery.due_at), col(Delivery.reason)
    latest_first = (due_at.desc(), col(Delivery.id).desc())
    waiting = (
        select(
            campaign.label("campaign"),
            reason.label("reason"),
            func.count().over(partition_by=campaign).label("copies"),
            func.row_number().over(partition_by=campaign, order_by=latest_first).label("place"),
        )
        .where(of_a_plan(), col(Delivery.state) == State.queued)
        .where(reason.is_not(None), due_at.is_not(None), campaign.is_not(None))
    )
    if campaign_id is not None:
        waiting = waiting.where(campaign == campaign_id)
    found = waiting.subquery()
    latest = select(found.c.campaign, found.c.copies, found.c.reason).where(found.c.place == 1)
    return {number: Retry(copies, reason) for number, copies, reason in session.execute(latest)}


def _steps(session: Session, campaign: Campaign, letters: Sequence[str]) -> list[StepSummary]:
    count, moment = func.count(), col(Delivery.planned_at)
    query = (
        select(col(Delivery.step), count.filter(~held_back()), count.filter(held_back()))
        .add_columns(func.min(moment), func.max(moment))
        .where(plan_of(campaign.id))
        .group_by(col(Delivery.step))
    )
    found = {row[0]: row[1:] for row in session.execute(query)}
    nothing = (0, 0, None, None)
    return [
        StepSummary(number, letter, *found.get(number, nothing))
        for number, letter in enumerate(letters, 1)
    ]


def _contacts_by(
    session: Session, campaign: Campaign, column: Any, condition: ColumnElement[bool]
) -> dict[str, int]:
    """How many contacts have copies of each value of ``column``, the most frequent first."""
    contacts = func.count(func.distinct(Delivery.contact_id))
    query = (
        select(column, contacts)
        .where(plan_of(campaign.id), condition)
        .group_by(column)
        .order_by(contacts.desc(), column)
    )
    return {value: number for value, number in session.execute(query)}


def _not_sent(session: Session, campaign: Campaign) -> dict[str, int]:
    number = func.count()
    query = (
        select(col(Delivery.reason), number)
        .where(plan_of(campaign.id))
        .where(col(Delivery.state).in_((State.skipped, State.cancelled)))
        .group_by(col(Delivery.reason))
        .order_by(number.desc(), col(Delivery.reason))
    )
    return {reason or "": copies for reason, copies in session.execute(query)}


def _by_step_and_state(session: Session, campaign: Campaign) -> dict[int, dict[State, int]]:
    query = (
        select(col(Delivery.step), col(Delivery.state), func.count())
        .where(plan_of(campaign.id))
        .group_by(col(Delivery.step), col(Delivery.state))
        .order_by(col(Delivery.step))
    )
    steps: defaultdict[int, dict[State, int]] = defaultdict(dict)
    for step, state, number in session.execute(query):
        steps[step][state] = number
    return dict(steps)
