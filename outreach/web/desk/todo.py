"""What needs a person now: pauses, approvals, what reports know of, letters nobody reviewed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.states import MemberStates
from outreach.reports import needs_told, retelling, stuck_kept
from outreach.reports.attention import needs_a_person
from outreach.reports.rendering import Links
from outreach.texts import gettext as _
from outreach.texts import ngettext, retold


@dataclass(frozen=True)
class Item:
    """One line of work, and where it is done; ``names`` are what it is about, under ``which``."""

    text: str
    link: str = ""
    oldest_at: datetime | None = None
    which: str = ""
    names: Sequence[str] = ()


def items(session: Session, states: MemberStates, today: date, now: datetime) -> list[Item]:
    """``today`` is the day in the organization's zone."""
    not_over = col(Campaign.state) != CampaignState.cancelled
    campaigns = session.exec(select(Campaign).where(not_over).order_by(col(Campaign.id))).all()
    return [
        *(_paused(each) for each in campaigns if each.state is CampaignState.paused),
        *(_approval(each) for each in campaigns if each.state is CampaignState.planned),
        *_needs(session, states, today, now),
        *(_unreviewed(each) for each in campaigns if each.unreviewed),
    ]


def _paused(campaign: Campaign) -> Item:
    why = retold(campaign.reason or "")
    text = _("%(campaign)s is paused: %(why)s", campaign=campaign.name, why=why)
    return Item(text, _page(campaign))


def _approval(campaign: Campaign) -> Item:
    text = _("The plan of %(campaign)s waits for approval.", campaign=campaign.name)
    return Item(text, _plan(campaign))


def _needs(session: Session, states: MemberStates, today: date, now: datetime) -> Iterator[Item]:
    links = Links()
    found = needs_a_person(session, states, today, stuck_kept.kept(session, now))
    for need in retelling.needs(found, states):
        told = needs_told.need(need)
        yield Item(told, links.need(need), need.oldest_at, _("Which missions"), need.missions)


def _unreviewed(campaign: Campaign) -> Item:
    text = ngettext(
        "%(num)s letter file of %(campaign)s has not been reviewed by a person.",
        "%(num)s letter files of %(campaign)s have not been reviewed by a person.",
        len(campaign.unreviewed),
        campaign=campaign.name,
    )
    return Item(text, _page(campaign), which=_("Which files"), names=campaign.unreviewed)


def _plan(campaign: Campaign) -> str:
    return url_for("campaign_plan.show", slug=campaign.slug)


def _page(campaign: Campaign) -> str:
    return url_for("campaigns.show", slug=campaign.slug)
