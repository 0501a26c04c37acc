"""Notices: mails that tell the organizers of a campaign that paused by itself."""

from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import func, select
from sqlmodel import Session, col

from outreach.accounts.mailing import queue_for_organizers
from outreach.accounts.people import who_can_act
from outreach.campaigns.tables import Campaign
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.letters.compiling import Compiled, Compiler
from outreach.letters.source import LetterSource, parse_source
from outreach.tokens import Tokens

_NO_FOOTER = LetterSource("notices", "footer", "en", subject="", body="")


def tell_of_pauses(
    session: Session,
    *,
    sender_name: str,
    sender_address: str,
    public_url: str,
    tokens: Tokens,
    now: datetime,
) -> list[str]:
    """Queue a mail for each pause that nobody was told of, to all who can act; the campaigns."""
    halted_at = col(Campaign.halted_at)
    untold = select(Campaign).where(halted_at.is_not(None)).with_for_update(skip_locked=True)
    campaigns = session.scalars(untold).all()
    for campaign in campaigns:
        notice = _notice(session, campaign, public_url)
        queue_for_organizers(
            session,
            who_can_act(session),
            notice.skeleton,
            about=f"paused:{campaign.slug}:{campaign.halted_at:%Y-%m-%dT%H:%M:%S.%f}",
            purpose=Purpose.notice,
            slots=notice.slots,
            sender_name=sender_name,
            sender_address=sender_address,
            tokens=tokens,
            now=now,
        )
        campaign.halted_at = None
    return [campaign.slug for campaign in campaigns]


def _notice(session: Session, campaign: Campaign, public_url: str) -> Compiled:
    text = files("outreach.campaigns").joinpath("paused.en.md").read_text("utf-8")
    source = parse_source(text, "notices", "paused", "en")
    return Compiler().compile(source, _NO_FOOTER, _values(session, campaign, public_url))


def _values(session: Session, campaign: Campaign, public_url: str) -> dict[str, object]:
    assert campaign.halted_at
    queued = plan_of(campaign.id) & (col(Delivery.state) == State.queued)
    waiting = session.scalars(select(func.count()).where(queued)).one()
    return {
        "campaign": {"name": campaign.name, "slug": campaign.slug},
        "paused_at": f"{campaign.halted_at.astimezone(UTC):%Y-%m-%d at %H:%M} UTC",
        "reason": campaign.reason,
        "waiting": "1 copy" if waiting == 1 else f"{waiting:,} copies",
        "page": f"{public_url}/campaigns/{campaign.slug}",
    }
