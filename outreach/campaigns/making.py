"""A plan from beginning to end: what takes long first, then the plan in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from outreach.accounts import audit
from outreach.campaigns import planning, progress
from outreach.campaigns.drafting import Materials
from outreach.campaigns.materials import load_materials
from outreach.campaigns.papers import Papers, papers_dated_in
from outreach.campaigns.planning import Progress
from outreach.campaigns.plans import PlanSummary
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.db import Clock, Database
from outreach.texts import mark
from outreach.tokens import Tokens

PAPERS, LETTERS = mark("Letters as PDF"), mark("Letters")

Telling = Callable[[str, int, int], None]  # what is done, how much of it, and of how much


@dataclass(frozen=True)
class Means:
    """What planning needs beside the campaign; ``zone`` is the sender's."""

    database: Database
    templates: Path
    states: MemberStates
    tokens: Tokens
    zone: ZoneInfo
    clock: Clock


def make_plan(means: Means, slug: str, *, by: str, tell: Telling) -> PlanSummary:
    """``tell`` may write to the database: on SQLite it is not asked to while the plan does."""
    with papers_dated_in(means.zone) as papers:
        now = means.clock()
        _set_papers(means, slug, papers, now, lambda done, total: tell(PAPERS, done, total))
        quiet = means.database.is_sqlite
        return _store(
            means, slug, papers, now, by,
            lambda done, total: None if quiet else tell(LETTERS, done, total),
        )  # fmt: skip


def _set_papers(
    means: Means, slug: str, papers: Papers, now: datetime, progress_of: Progress
) -> None:
    with means.database.reading() as session:
        campaign = progress.get(session, slug)
        made_of = _materials(session, means, campaign)
        planning.set_papers(
            session, campaign, materials=made_of, papers=papers, now=now, progress=progress_of
        )


def _store(
    means: Means, slug: str, papers: Papers, now: datetime, by: str, progress_of: Progress
) -> PlanSummary:
    with means.database.transaction() as session:
        campaign = progress.get(session, slug)
        summary = planning.plan(
            session,
            campaign,
            materials=_materials(session, means, campaign),
            tokens=means.tokens,
            papers=papers,
            now=now,
            progress=progress_of,
        )
        audit.note(session, actor=by, act=mark("campaign planned"), subject=slug, now=means.clock())
        return summary


def _materials(session: Session, means: Means, campaign: Campaign) -> Materials:
    what = schedule_of(campaign).campaign
    return load_materials(session, means.templates, what.letter, means.states, what.enclosures)
