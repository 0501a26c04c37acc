"""What goes out in a week to come, by campaign, step and day."""

from collections import Counter
from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.delivery.tables import Purpose
from outreach.reports.counters import sums
from outreach.reports.weeks import Week


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


def going_out(session: Session, week: Week, today: date) -> list[Coming]:
    """What is overdue stands on the first day that is left of the week; days are the zone's."""
    return going_out_between(session, max(week.monday, today), week.sunday)


def going_out_between(session: Session, first: date, last: date) -> list[Coming]:
    """What is overdue stands on the first day; days are the zone's."""
    copies: Counter[tuple[int, int, date]] = Counter()
    for each in sums.waiting(session, last):
        copies[each.campaign_id, each.step, max(each.day, first)] += each.copies
    numbers = {campaign for campaign, _, _ in copies}
    found = session.scalars(select(Campaign).where(col(Campaign.id).in_(numbers)))
    campaigns = {campaign.id: campaign for campaign in found}
    coming = [
        _coming(campaigns[campaign], step, day, number)
        for (campaign, step, day), number in copies.items()
    ]
    return sorted(coming, key=lambda one: (one.slug, one.step, one.day))


def _coming(campaign: Campaign, step: int, day: date, copies: int) -> Coming:
    return Coming(
        campaign=campaign.name,
        slug=campaign.slug,
        campaign_state=campaign.state,
        step=step,
        purpose=Purpose.letter if step == 1 else Purpose.reminder,
        day=day,
        copies=copies,
    )
