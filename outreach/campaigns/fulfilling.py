"""Fulfils wishes: what an organizer asked for on a page, done where nobody waits for it."""

import time
from collections.abc import Callable, Mapping

from outreach.accounts import people
from outreach.campaigns import acts, wishes
from outreach.campaigns.making import Means, Telling, make_plan
from outreach.campaigns.tables import Campaign, CampaignWish, WishKind
from outreach.errors import OutreachError
from outreach.texts import mark

_TELLING_INTERVAL = 1.0  # seconds

BROKE_OFF = mark(
    "Something broke on our side; it has been written to the log. Nothing was half done."
)


def fulfil_next(means: Means) -> WishKind | None:
    """Do what has waited longest, and say what it was; None where nothing waits.

    What cannot be done is written down for whoever asked. Any other error is raised again.
    """
    now = means.clock()
    with means.database.reading() as session:
        if not wishes.any_waiting(session, now):
            return None
    with means.database.transaction() as session:
        wish = wishes.take(session, now)
    if wish is None:
        return None
    try:
        _FULFIL[wish.kind](means, wish)
    except OutreachError as problem:
        _fail(means, wish, str(problem))
    except Exception:
        _fail(means, wish, BROKE_OFF)
        raise
    return wish.kind


def _plan(means: Means, wish: CampaignWish) -> None:
    with means.database.reading() as session:
        slug = session.get_one(Campaign, wish.campaign_id).slug
    make_plan(means, slug, by=wish.asked_by, tell=_telling(means, wish))
    with means.database.transaction() as session:
        wishes.fulfilled(session, wish.campaign_id)


def _approve(means: Means, wish: CampaignWish) -> None:
    with means.database.transaction() as session:
        campaign = session.get_one(Campaign, wish.campaign_id)
        approver = people.get(session, wish.asked_by)
        acts.approve(session, campaign, by=approver, now=means.clock(), shown=wish.shown)
        wishes.fulfilled(session, wish.campaign_id)


def _cancel(means: Means, wish: CampaignWish) -> None:
    with means.database.transaction() as session:
        campaign = session.get_one(Campaign, wish.campaign_id)
        now = means.clock()
        acts.cancel(session, campaign, by=wish.asked_by, now=now, reason=wish.because)
        wishes.fulfilled(session, wish.campaign_id)


_FULFIL: Mapping[WishKind, Callable[[Means, CampaignWish], None]] = {
    WishKind.plan: _plan,
    WishKind.approve: _approve,
    WishKind.cancel: _cancel,
}


def _fail(means: Means, wish: CampaignWish, problem: str) -> None:
    with means.database.transaction() as session:
        wishes.fail(session, wish.campaign_id, problem)


def _telling(means: Means, wish: CampaignWish) -> Telling:
    """Writes how far it is, about once a second."""
    told_at = 0.0

    def tell(doing: str, done: int, total: int) -> None:
        nonlocal told_at
        if done < total and time.monotonic() - told_at < _TELLING_INTERVAL:
            return
        told_at = time.monotonic()
        with means.database.transaction() as session:
            wishes.tell(session, wish.campaign_id, doing, done, total, means.clock())

    return tell
