"""Runs of refusals: letters refused one after the other pause their campaign by itself."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Update, bindparam, select, update
from sqlmodel import Session, col

from outreach.campaigns.progress import halt
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.delivery.addresses import without_addresses
from outreach.delivery.carriers import Outcome
from outreach.errors import OutreachError
from outreach.texts import mark

_ONE = mark("1 letter was refused; the last answer: %(answer)s")
_SEVERAL = mark("%(letters)s letters in a row were refused; the last answer: %(answer)s")
_log = logging.getLogger(__name__)


def watch(session: Session, outcomes: Mapping[int, Sequence[Outcome]], now: datetime) -> None:
    """Count what a group of copies came to, for each campaign in the group's order."""
    answers = {campaign_id: list(_answers(its)) for campaign_id, its in outcomes.items()}
    count(session, answers, now)


def count(session: Session, answers: Mapping[int, Sequence[str | None]], now: datetime) -> None:
    """For each campaign id what came in turn: a refusal's answer, or None for a copy taken.

    A transaction that changes copies too calls this, or ``hold``, before it does.
    """
    for campaign_id, its in sorted(answers.items()):
        if any(answer is not None for answer in its):
            _add(session, campaign_id, its, now)
        elif its:
            _start_over(session, campaign_id)


def hold(session: Session, campaign_ids: Collection[int]) -> None:
    """Lock campaigns in which refusals are to be counted once their copies were changed.

    Everybody takes a campaign before its copies, or two would wait for each other: a pause holds
    the campaign and wants all copies that are queued.
    """
    those = select(col(Campaign.id)).where(col(Campaign.id).in_(campaign_ids))
    session.execute(those.order_by(col(Campaign.id)).with_for_update())


def _answers(outcomes: Sequence[Outcome]) -> Iterator[str | None]:
    for outcome in outcomes:
        if outcome.verdict == "refused":
            yield outcome.answer
        elif outcome.verdict == "sent" and outcome.provider_id is None:
            yield None  # a provider takes all, and says later what became of it


def _start_over(session: Session, campaign_id: int) -> None:
    session.connection().execute(_starting_over(), {"number": campaign_id})


@cache
def _starting_over() -> Update:
    """Made once, for it goes with every group of copies."""
    counting = (col(Campaign.id) == bindparam("number")) & (col(Campaign.refusals) > 0)
    return update(Campaign).where(counting).values(refusals=0)


def _add(session: Session, campaign_id: int, answers: Sequence[str | None], now: datetime) -> None:
    campaign = session.get_one(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    run, longest, last = campaign.refusals, 0, ""
    for answer in answers:
        run = 0 if answer is None else run + 1
        if answer is not None and run > longest:
            longest, last = run, answer
    campaign.refusals = run
    session.flush()
    limit = _limit(campaign)
    if 0 < limit <= longest and campaign.state is CampaignState.running:
        _log.error("Campaign %s is paused: %d refusals in a row", campaign.slug, longest)
        halt(session, campaign, now=now, reason=_reason(longest, last))


def _limit(campaign: Campaign) -> int:
    try:
        return schedule_of(campaign).pace.pause_after_refusals
    except OutreachError:
        return 0  # `progress.release` pauses it, since its schedule cannot be used


def _reason(run: int, answer: str) -> str:
    said = _ONE if run == 1 else _SEVERAL
    return said % {"letters": f"{run:,}", "answer": without_addresses(answer) or "none"}
