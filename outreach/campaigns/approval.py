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
        raise NotAllowed(f"The plan of {campaign.slug} holds every contact back: nothing would go.")
    campaign.state, campaign.reason = CampaignState.running, None
    campaign.approved_by, campaign.approved_at = by.address, now
    session.flush()
    return Approval(len(copies), campaign.unreviewed)


def reason_against(campaign: Campaign, by: Organizer, alone: bool = False) -> str | None:
    """Why this person may not approve the campaign's plan, or None."""
    if by.disabled_at or not by.role.includes(Role.approver):
        return f"{by.address} may not approve; the role must be approver or admin."
    if "@" not in campaign.loaded_by and not alone:
        return (
            f"Nobody knows who loaded {campaign.slug}: load it again with --by ADDRESS and let "
            "somebody else approve it, or approve it with --alone."
        )
    if by.address == campaign.loaded_by and not alone:
        return (
            f"{by.address} loaded {campaign.slug}: somebody else approves it, "
            "or the same person with --alone."
        )
    return None


def _check_plan(campaign: Campaign, stored: str, shown: str | None) -> None:
    if stored != campaign.plan_digest or shown not in (None, stored):
        raise NotAllowed(
            f"The plan of {campaign.slug} has changed since it was shown; plan it again, "
            f"look at it and then approve: outreach campaign plan {campaign.slug}"
        )
