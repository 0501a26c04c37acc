"""Who gets nothing of a campaign, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Contact, Mission
from outreach.delivery import states
from outreach.delivery.tables import Delivery

SHOWN = 10  # of each reason; the filtered table of contacts shows them all


@dataclass(frozen=True)
class Held:
    """One reason, how many contacts it holds back, and the first of them."""

    reason: str
    count: int
    contacts: Sequence[tuple[Contact, Mission]]


def held_back(session: Session, campaign: Campaign) -> list[Held]:
    """The most frequent reason first; contacts and not copies, for one reason holds all steps."""
    count = func.count(func.distinct(Delivery.contact_id))
    query = (
        select(Delivery.reason, count)
        .where(Delivery.campaign_id == campaign.id, states.held_back())
        .group_by(col(Delivery.reason))
        .order_by(count.desc(), col(Delivery.reason))
    )
    return [
        Held(reason or "no reason was stored", number, _contacts(session, campaign, reason))
        for reason, number in session.exec(query).all()
    ]


def _contacts(
    session: Session, campaign: Campaign, reason: str | None
) -> Sequence[tuple[Contact, Mission]]:
    held = (
        select(Delivery.contact_id)
        .where(Delivery.campaign_id == campaign.id, states.held_back(), Delivery.reason == reason)
        .group_by(col(Delivery.contact_id))
        .order_by(col(Delivery.contact_id))
        .limit(SHOWN)
    )
    query = select(Contact, Mission).join(Mission).where(col(Contact.id).in_(held))
    return session.exec(query.order_by(col(Mission.state), col(Contact.id))).all()
