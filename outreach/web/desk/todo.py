"""What needs a person now: pauses, approvals, what reports know of, letters nobody reviewed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.states import MemberStates
from outreach.reports import wording
from outreach.reports.attention import needs_a_person
from outreach.reports.rendering import Links


@dataclass(frozen=True)
class Item:
    """One line of work, and where it is done; ``names`` says which ``things`` it is about."""

    text: str
    link: str = ""
    oldest_at: datetime | None = None
    things: str = ""
    names: Sequence[str] = ()


def items(session: Session, states: MemberStates, today: date) -> list[Item]:
    not_over = col(Campaign.state) != CampaignState.cancelled
    campaigns = session.exec(select(Campaign).where(not_over).order_by(col(Campaign.id))).all()
    return [
        *(_paused(each) for each in campaigns if each.state is CampaignState.paused),
        *(_approval(each) for each in campaigns if each.state is CampaignState.planned),
        *_needs(session, states, today),
        *(_unreviewed(each) for each in campaigns if each.unreviewed),
    ]


def _paused(campaign: Campaign) -> Item:
    return Item(f"{campaign.name} is paused: {campaign.reason}", _page(campaign))


def _approval(campaign: Campaign) -> Item:
    return Item(f"The plan of {campaign.name} waits for approval.", _plan(campaign))


def _needs(session: Session, states: MemberStates, today: date) -> Iterator[Item]:
    links = Links()
    for need in needs_a_person(session, states, today):
        yield Item(wording.need(need), links.need(need), need.oldest_at, "missions", need.missions)


def _unreviewed(campaign: Campaign) -> Item:
    files = wording.counted(len(campaign.unreviewed), "letter file")
    have = "has" if len(campaign.unreviewed) == 1 else "have"
    text = f"{files} of {campaign.name} {have} not been reviewed by a person."
    return Item(text, _page(campaign), things="files", names=campaign.unreviewed)


def _plan(campaign: Campaign) -> str:
    return url_for("campaign_plan.show", slug=campaign.slug)


def _page(campaign: Campaign) -> str:
    return url_for("campaigns.show", slug=campaign.slug)
