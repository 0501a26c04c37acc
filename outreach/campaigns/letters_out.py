"""Deleting a letter, or a page of it, at the desk: only where no campaign may still send it."""

import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from outreach.accounts import audit
from outreach.campaigns import drafts, progress
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotAllowed, OutreachError
from outreach.letters import shelf, versions
from outreach.letters.source import LetterSource
from outreach.letters.tables import LetterDraft
from outreach.letters.versions import Overtaken
from outreach.texts import gettext as _
from outreach.texts import mark

_MAY_GO = (State.queued, State.sending)


@dataclass(frozen=True)
class Stake:
    """What deleting some pages would touch, in numbers.

    ``campaigns`` may still send the letter and stand against it; ``over`` are done with it.
    ``schedules`` are drafts that name it: they could not be loaded any more.
    """

    versions: int
    files: int
    drafts: int
    campaigns: Sequence[Campaign]
    over: Sequence[Campaign]
    schedules: Sequence[str]


def campaigns_of(session: Session, slug: str) -> list[Campaign]:
    """Those whose schedule names the letter, the newest first."""
    found = []
    for campaign in reversed(progress.every(session)):
        with suppress(OutreachError):  # one whose schedule cannot be read names nothing
            if schedule_of(campaign).campaign.letter == slug:
                found.append(campaign)
    return found


def at_stake(session: Session, templates: Path, pages: Sequence[LetterSource]) -> Stake:
    """``pages`` are of one letter."""
    named = campaigns_of(session, pages[0].slug) if pages else []
    over = [each for each in named if _is_over(session, each)]
    filed = (shelf.in_folder(templates, each.page) for each in pages)
    return Stake(
        versions=sum(len(versions.history(session, each.page)) for each in pages),
        files=sum(file is not None for file in filed),
        drafts=sum(_drafts(session, each) for each in pages),
        campaigns=[each for each in named if each not in over],
        over=over,
        schedules=_schedules(session, pages[0].slug) if pages else [],
    )


def delete(
    session: Session,
    templates: Path,
    pages: Sequence[LetterSource],
    *,
    seen: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """``seen`` are the marks of ``pages``, or it raises Overtaken; NotAllowed while one is used."""
    if list(seen) != [shelf.mark(each) for each in pages]:
        raise Overtaken(_("The letter was changed after you opened it: look at it anew."))
    if used := at_stake(session, templates, pages).campaigns:
        names = ", ".join(each.name for each in used)
        raise NotAllowed(_("The letter goes out in %(campaigns)s, so it stays.", campaigns=names))
    for each in pages:
        version = versions.delete(session, each, by=by, now=now)
        detail = mark("as version %(number)s; those before it are kept") % {
            "number": version.number
        }
        subject = f"{each.slug}/{each.page.file}"
        act = mark("letter page deleted")
        audit.note(session, actor=by, act=act, subject=subject, detail=detail, now=now)


def _is_over(session: Session, campaign: Campaign) -> bool:
    """Nothing of it can go any more. A pause, and a plan not made yet, are no end."""
    if campaign.state is CampaignState.running:
        waits = exists().where(plan_of(campaign.id), col(Delivery.state).in_(_MAY_GO))
        return not session.exec(select(waits)).one()
    return campaign.state is CampaignState.cancelled


def _schedules(session: Session, slug: str) -> list[str]:
    """A draft may be wrong in any way: what cannot be read names nothing."""
    found = []
    for draft in drafts.every(session):
        with suppress(tomllib.TOMLDecodeError, KeyError, TypeError):
            if tomllib.loads(draft.source)["campaign"]["letter"] == slug:
                found.append(draft.slug)
    return found


def _drafts(session: Session, source: LetterSource) -> int:
    theirs = (LetterDraft.slug, LetterDraft.step, LetterDraft.language)
    same = [col(column) == part for column, part in zip(theirs, source.page, strict=True)]
    return session.exec(select(func.count()).select_from(LetterDraft).where(*same)).one()
