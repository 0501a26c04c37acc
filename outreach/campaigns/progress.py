"""A campaign's life: loaded, running, paused, cancelled, and its copies released as time goes."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from outreach.campaigns import releasing
from outreach.campaigns.schedule import parse
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.states import MemberStates
from outreach.delivery.forgetting import delete_copies
from outreach.delivery.states import move_where, of_a_plan, plan_of, still_in_time
from outreach.delivery.tables import Delivery, State
from outreach.errors import InvalidInput, NotAllowed, NotFound, OutreachError
from outreach.texts import gettext as _
from outreach.texts import mark

_log = logging.getLogger(__name__)

BEFORE_APPROVAL = (CampaignState.loaded, CampaignState.planned)

_CANCELLED_BECAUSE = mark("the campaign was cancelled: %(reason)s")
_CANNOT_GO_ON = mark("it cannot go on: %(problem)s")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


def check_slug(slug: str) -> None:
    """Raises InvalidInput."""
    if not _SLUG.fullmatch(slug):
        said = _(
            '"%(slug)s" cannot be a campaign\'s name: a schedule file is named like '
            "spring-letter.toml, in small letters, digits, hyphens and underscores.",
            slug=slug[:80],
        )
        raise InvalidInput(said)


def load_campaign(session: Session, text: str, slug: str, by: str, now: datetime) -> Campaign:
    """Store a schedule file under its name. One that changed needs a new plan."""
    check_slug(slug)
    schedule = parse(text, f"{slug}.toml")
    campaign = find(session, slug)
    if campaign is None:
        campaign = Campaign(slug=slug, name="", source="", loaded_by=by, loaded_at=now)
    elif campaign.source == text:
        if "@" not in campaign.loaded_by:
            campaign.loaded_by = by  # somebody now stands up for it
        return campaign
    else:
        require(session, campaign, "loaded anew", *BEFORE_APPROVAL)
        discard_plan(session, campaign)
    campaign.name, campaign.source = schedule.campaign.name, text
    campaign.loaded_by, campaign.loaded_at = by, now
    campaign.state = CampaignState.loaded
    session.add(campaign)
    session.flush()
    return campaign


def get(session: Session, slug: str) -> Campaign:
    campaigns = {campaign.slug: campaign for campaign in session.exec(select(Campaign))}
    if slug in campaigns:
        return campaigns[slug]
    there = ", ".join(sorted(campaigns)) or _("none; load one: outreach campaign load FILE")
    raise NotFound(
        _('There is no campaign "%(slug)s"; there are: %(there)s', slug=slug, there=there)
    )


def find(session: Session, slug: str) -> Campaign | None:
    return session.exec(select(Campaign).where(Campaign.slug == slug)).first()


def every(session: Session) -> Sequence[Campaign]:
    return session.exec(select(Campaign).order_by(col(Campaign.id))).all()


def running(session: Session) -> Sequence[Campaign]:
    return session.exec(select(Campaign).where(Campaign.state == CampaignState.running)).all()


def require(session: Session, campaign: Campaign, act: str, *states: CampaignState) -> None:
    """Hold the campaign's row until the transaction ends; NotAllowed in any other state.

    Its state is read anew: somebody may have changed it since it was shown.
    """
    session.refresh(campaign, with_for_update=True)
    if campaign.state not in states:
        raise NotAllowed(_unfit(campaign, act, states))


def _unfit(campaign: Campaign, act: str, states: Sequence[CampaignState]) -> str:
    return _(
        "%(slug)s is %(state)s; only a campaign that is %(needed)s can be %(act)s.",
        slug=campaign.slug,
        state=_(campaign.state),
        needed=reduce(_or, [_(state) for state in states]),
        act=_(act),
    )


def _or(one: str, other: str) -> str:
    return _("%(one)s or %(other)s", one=one, other=other)


_ACTS = (mark("loaded anew"), mark("approved"), mark("resumed"))  # the others are states as well


def discard_plan(session: Session, campaign: Campaign) -> None:
    """Take back what was planned; only for a campaign of which nothing was ever released."""
    delete_copies(session, plan_of(campaign.id))
    campaign.plan_digest, campaign.planned_at = None, None


def pause(session: Session, campaign: Campaign, *, now: datetime, reason: str) -> None:
    """Take back the moments of all that has not left: no more than ``turns.LEAD`` copies or so."""
    require(session, campaign, "paused", CampaignState.running, CampaignState.paused)
    campaign.state, campaign.reason = CampaignState.paused, reason
    campaign.halted_at = None
    _hold(session, plan_of(campaign.id) & _timed(), now)


def halt(session: Session, campaign: Campaign, *, now: datetime, reason: str) -> None:
    """Pause it because something is wrong: ``notices`` tells the organizers."""
    pause(session, campaign, now=now, reason=reason)
    campaign.halted_at = now
    session.flush()


def resume(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """``release`` gives the copies new moments, at the campaign's pace."""
    require(session, campaign, "resumed", CampaignState.paused)
    campaign.state, campaign.reason = CampaignState.running, None
    campaign.halted_at, campaign.refusals = None, 0


def cancel(session: Session, campaign: Campaign, *, now: datetime, reason: str) -> int:
    """Withdraw all that has not left, reminders too, for good; the number of copies."""
    require(session, campaign, "cancelled", *CampaignState)
    campaign.state, campaign.reason = CampaignState.cancelled, reason
    campaign.halted_at = None
    why = _CANCELLED_BECAUSE % {"reason": reason}
    return len(move_where(session, plan_of(campaign.id), State.cancelled, now=now, reason=why))


def release(session: Session, *, now: datetime, states: MemberStates) -> int:
    """Give their moment to all copies of running campaigns that may go; how many got one.

    Done at every tick. One worker after the other, for each must see the moments that the others
    gave. A campaign whose stored schedule cannot be used is paused with the reason, and stops no
    other.
    """
    _hold_those_that_came_back(session, now)
    query = select(Campaign).where(Campaign.state == CampaignState.running)
    campaigns = session.exec(query.order_by(col(Campaign.id)).with_for_update()).all()
    return sum(_release_or_pause(session, campaign, now, states) for campaign in campaigns)


def _release_or_pause(
    session: Session, campaign: Campaign, now: datetime, states: MemberStates
) -> int:
    try:
        return releasing.release(session, campaign, now=now, states=states)
    except OutreachError as problem:
        _log.error("Campaign %s cannot go on and is paused; `status` says why", campaign.slug)
        halt(session, campaign, now=now, reason=_CANNOT_GO_ON % {"problem": problem})
        return 0


def _hold_those_that_came_back(session: Session, now: datetime) -> None:
    """A copy that a carrier had when its campaign was held is queued again if refused for now."""
    _hold(session, _timed() & _of_campaigns(CampaignState.paused), now)
    of_cancelled = _timed() & _of_campaigns(CampaignState.cancelled)
    reason = mark("the campaign was cancelled")
    move_where(session, of_cancelled, State.cancelled, now=now, reason=reason)


def _timed() -> ColumnElement[bool]:
    return col(Delivery.due_at).is_not(None)


def _of_campaigns(state: CampaignState) -> ColumnElement[bool]:
    campaigns = select(Campaign.id).where(Campaign.state == state)
    return col(Delivery.campaign_id).in_(campaigns) & of_a_plan()


def _hold(session: Session, criteria: ColumnElement[bool], now: datetime) -> None:
    """Take the moments from what is queued; what waits because of us must not expire either.

    What is too late already stays so: it may have been stopped while a carrier had it.
    """
    waiting = (
        update(Delivery)
        .where(criteria, col(Delivery.state) == State.queued, still_in_time(now))
        .values(due_at=None, open_until=None, expires_at=None)
        .execution_options(synchronize_session=False)
    )
    session.exec(waiting)
