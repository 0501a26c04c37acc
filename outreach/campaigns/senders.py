"""A new sender in a plan: what organizers should know of how slowly it has to begin."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from outreach.campaigns.rates import copies_on
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.campaigns.traffic import first_sent_at
from outreach.delivery.tables import Delivery
from outreach.texts import mark

_NEW = mark(
    "%(sender)s first sent on %(since)s: %(most)s copies go on %(day)s, and on each day after at "
    "most twice as many (pace.ramp_up)."
)
_NEVER_SENT = mark(
    "%(sender)s has never sent before: %(most)s copies go on %(day)s, and on each day after at "
    "most twice as many (pace.ramp_up)."
)


def new_sender_warnings(session: Session, campaign: Campaign, letters: int) -> list[str]:
    """Only where being new holds up some of the ``letters`` that are planned."""
    schedule = schedule_of(campaign)
    sender, ramp_up = schedule.campaign.sender.address, schedule.pace.ramp_up
    its = col(Delivery.campaign_id) == campaign.id
    first_at = session.execute(select(func.min(Delivery.planned_at)).where(its)).scalar_one()
    if not ramp_up or first_at is None:
        return []
    sent_at = first_sent_at(session, sender)
    day = first_at.date()
    most = copies_on(day, sent_at.date() if sent_at else day, ramp_up)
    morrow = datetime.combine(day, time.min, UTC) + timedelta(days=1)
    on_day = select(func.count()).where(its, col(Delivery.planned_at) < morrow)
    if letters <= most or session.execute(on_day).scalar_one() < most:
        return []
    said = _NEW if sent_at else _NEVER_SENT
    since = sent_at.date() if sent_at else None
    return [said % {"sender": sender, "since": since, "most": most, "day": day}]
