"""Wishes: what organizers ask of a campaign, written down for the worker, and how far it is."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlmodel import Session, col

from outreach.campaigns.tables import Campaign, CampaignWish, WishKind
from outreach.db import insert_once
from outreach.errors import NotAllowed
from outreach.texts import gettext as _
from outreach.texts import mark

LEASE = timedelta(minutes=15)  # longer than any part of a wish that cannot say how far it is
_WORDS = {
    WishKind.plan: mark("being planned"),
    WishKind.approve: mark("being approved"),
    WishKind.cancel: mark("being cancelled"),
}


def ask(
    session: Session,
    campaign: Campaign,
    kind: WishKind,
    *,
    by: str,
    now: datetime,
    shown: str | None = None,
    because: str = "",
) -> None:
    """Write it down; NotAllowed while another wish waits. One that failed gives way."""
    assert campaign.id is not None
    its = col(CampaignWish.campaign_id) == campaign.id
    session.execute(delete(CampaignWish).where(its, col(CampaignWish.problem).is_not(None)))
    wish = CampaignWish(
        campaign_id=campaign.id, kind=kind, asked_by=by, asked_at=now, shown=shown, because=because
    )
    if insert_once(session, wish) is None:
        said = _(
            "%(slug)s is %(being)s already: wait until that is done.",
            slug=campaign.slug,
            being=_(_WORDS[of(session, campaign).kind]),
        )
        raise NotAllowed(said)


def of(session: Session, campaign: Campaign) -> CampaignWish:
    """As it stands now; only where there is one."""
    return session.get_one(CampaignWish, campaign.id, populate_existing=True)


def find(session: Session, campaign: Campaign) -> CampaignWish | None:
    return session.get(CampaignWish, campaign.id)


def take(session: Session, now: datetime) -> CampaignWish | None:
    """The wish that has waited longest, for one worker alone; None where none waits."""
    waiting = (
        select(col(CampaignWish.campaign_id))
        .where(col(CampaignWish.problem).is_(None), _is_free(now))
        .order_by(col(CampaignWish.asked_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    number = session.execute(waiting).scalar_one_or_none()
    if number is None:
        return None
    wish = session.get_one(CampaignWish, number)
    wish.taken_until = now + LEASE
    return wish


def any_waiting(session: Session, now: datetime) -> bool:
    """A look that holds nothing up."""
    waiting = select(col(CampaignWish.campaign_id)).where(
        col(CampaignWish.problem).is_(None), _is_free(now)
    )
    return session.execute(waiting.limit(1)).first() is not None


def tell(
    session: Session, campaign_id: int, doing: str, done: int, total: int, now: datetime
) -> None:
    """How far it is; who tells is still at it."""
    _change(session, campaign_id, doing=doing, done=done, total=total, taken_until=now + LEASE)


def fail(session: Session, campaign_id: int, problem: str) -> None:
    _change(session, campaign_id, problem=problem, taken_until=None)


def fulfilled(session: Session, campaign_id: int) -> None:
    session.execute(delete(CampaignWish).where(col(CampaignWish.campaign_id) == campaign_id))


def _change(session: Session, campaign_id: int, **columns: object) -> None:
    its = col(CampaignWish.campaign_id) == campaign_id
    session.execute(update(CampaignWish).where(its).values(**columns))


def _is_free(now: datetime) -> ColumnElement[bool]:
    taken_until = col(CampaignWish.taken_until)
    return or_(taken_until.is_(None), taken_until <= now)
