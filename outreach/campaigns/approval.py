"""Approval: a second person fixes the plan, and from then on its copies are released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns.digest import plan_digest, stored_digests
from outreach.campaigns.progress import require
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.errors import NotAllowed
from outreach.texts import gettext as _


@dataclass(frozen=True)
class Approval:
    """What was approved; ``unreviewed`` names letters used that nobody has reviewed."""

    copies: int
    unreviewed: Sequence[str]


def approve(
    session: Session,
    campaign: Campaign,
    *,
    by: Organizer,
    now: datetime,
    alone: bool = False,
    shown: str | None = None,
) -> Approval:
    """Fix the plan and let the campaign run.

    ``shown`` is the ``plan_digest`` that the approver looked at, where it is known. With ``alone``
    it may be the person who loaded the campaign.
    """
    require(session, campaign, "approved", CampaignState.planned)
    if against := reason_against(campaign, by, alone):
        raise NotAllowed(against)
    copies = stored_digests(session, campaign.id)
    _check_plan(campaign, plan_digest(copies), shown)
    if not copies:
        said = _(
            "The plan of %(slug)s holds every contact back: nothing would go.", slug=campaign.slug
        )
        raise NotAllowed(said)
    campaign.state, campaign.reason = CampaignState.running, None
    campaign.approved_by, campaign.approved_at = by.address, now
    session.flush()
    return Approval(len(copies), campaign.unreviewed)


def reason_against(campaign: Campaign, by: Organizer, alone: bool = False) -> str | None:
    """Why this person may not approve the campaign's plan, or None."""
    if by.disabled_at or not by.role.includes(Role.approver):
        return _(
            "%(address)s may not approve; the role must be approver or admin.", address=by.address
        )
    if "@" not in campaign.loaded_by and not alone:
        return _(
            "Nobody knows who loaded %(slug)s: load it again with --by ADDRESS and let "
            "somebody else approve it, or approve it with --alone.",
            slug=campaign.slug,
        )
    if by.address == campaign.loaded_by and not alone:
        return _(
            "%(address)s loaded %(slug)s: somebody else approves it, "
            "or the same person with --alone.",
            address=by.address,
            slug=campaign.slug,
        )
    return None


def _check_plan(campaign: Campaign, stored: str, shown: str | None) -> None:
    if stored != campaign.plan_digest or shown not in (None, stored):
        said = _(
            "The plan of %(slug)s has changed since it was shown; plan it again, "
            "look at it and then approve: outreach campaign plan %(slug)s",
            slug=campaign.slug,
        )
        raise NotAllowed(said)
