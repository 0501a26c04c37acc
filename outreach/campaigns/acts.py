"""What organizers do with a campaign, each act with its line in the audit."""

from datetime import datetime

from sqlmodel import Session

from outreach.accounts import audit
from outreach.accounts.tables import Organizer
from outreach.campaigns import approval, progress
from outreach.campaigns.approval import Approval
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.texts import mark


def load(session: Session, text: str, slug: str, *, by: str, now: datetime) -> Campaign:
    """Store a schedule file under its name; InvalidInput lists what is wrong with it.

    The campaign's state is ``loaded`` unless it has this very file already.
    """
    campaign = progress.load_campaign(session, text, slug, by, now)
    if campaign.state is CampaignState.loaded:
        audit.note(session, actor=by, act=mark("campaign loaded"), subject=slug, now=now)
    return campaign


def approve(
    session: Session,
    campaign: Campaign,
    *,
    by: Organizer,
    now: datetime,
    alone: bool = False,
    shown: str | None = None,
) -> Approval:
    """As ``approval.approve``."""
    done = approval.approve(session, campaign, by=by, now=now, alone=alone, shown=shown)
    act = mark("campaign approved alone") if alone else mark("campaign approved")
    audit.note(session, actor=by.address, act=act, subject=campaign.slug, now=now)
    return done


def pause(session: Session, campaign: Campaign, *, by: str, now: datetime, reason: str) -> None:
    progress.pause(session, campaign, now=now, reason=reason or mark("paused by hand"))
    _note(session, by, "campaign paused", campaign, now, reason)


def resume(session: Session, campaign: Campaign, *, by: str, now: datetime) -> None:
    progress.resume(session, campaign, now=now)
    _note(session, by, "campaign resumed", campaign, now)


def cancel(session: Session, campaign: Campaign, *, by: str, now: datetime, reason: str) -> int:
    """The number of copies that were withdrawn."""
    withdrawn = progress.cancel(session, campaign, now=now, reason=reason or mark("by hand"))
    _note(session, by, "campaign cancelled", campaign, now, reason)
    return withdrawn


def _note(
    session: Session, by: str, act: str, campaign: Campaign, now: datetime, why: str = ""
) -> None:
    audit.note(session, actor=by, act=act, subject=campaign.slug, detail=why, now=now)
