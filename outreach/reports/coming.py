"""What goes out in a week to come, by campaign, step and day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.reports.weeks import Week, on_the_clock


class Coming(BaseModel):
    """Copies of one step that are foreseen for one day in the organization's zone."""

    model_config = ConfigDict(frozen=True)

    campaign: str
    slug: str
    campaign_state: CampaignState  # only a running campaign sends
    step: int
    purpose: Purpose
    day: date
    copies: int


def going_out(session: Session, week: Week, zone: ZoneInfo, now: datetime) -> list[Coming]:
    """What is overdue stands on the first day that is left of the week."""
    days = _days_left(week, zone, now)
    waiting = _waiting(days).subquery()
    of_campaign = (col(Campaign.slug), col(Campaign.name), col(Campaign.state))
    of_day = (waiting.c.step, waiting.c.day, waiting.c.purpose)
    query = (
        select(*of_campaign, *of_day, func.count())
        .join_from(waiting, Campaign, col(Campaign.id) == waiting.c.campaign_id)
        .group_by(*of_campaign, *of_day)
        .order_by(of_campaign[0], *of_day)
    )
    return [_coming(row, days) for row in session.execute(query)]


def _days_left(week: Week, zone: ZoneInfo, now: datetime) -> list[tuple[date, datetime]]:
    """Each day of the week that is not over, and the moment at which it is."""
    days = (week.monday + timedelta(days=number) for number in range(7))
    ends = ((day, on_the_clock(day + timedelta(days=1), zone)) for day in days)
    return [(day, end) for day, end in ends if end > now]


def _waiting(days: list[tuple[date, datetime]]) -> Select[Any]:
    """Queued copies of the campaigns that are foreseen before the last day is over."""
    moment = _foreseen()
    bucket = case(*((moment < end, number) for number, (_, end) in enumerate(days)))
    return select(
        col(Delivery.campaign_id), col(Delivery.step), col(Delivery.purpose), bucket.label("day")
    ).where(
        col(Delivery.state) == State.queued,
        col(Delivery.purpose).in_((Purpose.letter, Purpose.reminder)),
        moment < days[-1][1],
    )


def _foreseen() -> Any:
    """When it is due; before its release, what the plan foresees or an absence postpones it to."""
    postponed = case(
        (col(Delivery.not_before) > col(Delivery.planned_at), col(Delivery.not_before)),
        else_=col(Delivery.planned_at),
    )
    return func.coalesce(Delivery.due_at, postponed)


def _coming(row: Sequence[Any], days: list[tuple[date, datetime]]) -> Coming:
    slug, name, state, step, day, purpose, copies = row
    return Coming(
        campaign=name,
        slug=slug,
        campaign_state=state,
        step=step,
        purpose=purpose,
        day=days[day][0],
        copies=copies,
    )
