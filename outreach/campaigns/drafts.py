"""Drafts of schedule files at the desk: kept while they are still wrong, and loaded when right."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.campaigns import acts, progress, wishes
from outreach.campaigns.tables import Campaign, ScheduleDraft, WishKind
from outreach.errors import InvalidInput, NotAllowed, NotFound
from outreach.texts import count
from outreach.texts import gettext as _

LARGEST = 200_000  # characters


def every(session: Session) -> Sequence[ScheduleDraft]:
    return session.exec(select(ScheduleDraft).order_by(col(ScheduleDraft.slug))).all()


def find(session: Session, slug: str) -> ScheduleDraft | None:
    return session.get(ScheduleDraft, slug)


def source_of(session: Session, slug: str) -> str:
    """The draft, or else the file that the campaign was loaded from; raises NotFound."""
    if draft := find(session, slug):
        return draft.source
    if campaign := progress.find(session, slug):
        return campaign.source
    raise NotFound(_("There is no schedule of this name any more; /campaigns lists all."))


def may_change(campaign: Campaign | None) -> bool:
    """Once it was approved, a campaign's schedule stays as it is."""
    return campaign is None or campaign.state in progress.BEFORE_APPROVAL


def fingerprint(text: str) -> str:
    """Names what somebody looked at before changing it."""
    return hashlib.sha256(text.encode()).hexdigest()


def begin(session: Session, slug: str, text: str, *, by: str, now: datetime) -> ScheduleDraft:
    """A new one; InvalidInput where there is a schedule of this name already."""
    progress.check_slug(slug)
    if find(session, slug) or progress.find(session, slug):
        said = _("There is a schedule %(slug)s already: open it, or take another name.", slug=slug)
        raise InvalidInput(said)
    draft = ScheduleDraft(slug=slug, source=_checked(text), edited_by=by, edited_at=now)
    session.add(draft)
    session.flush()
    return draft


def keep(
    session: Session, slug: str, text: str, *, seen: str, by: str, now: datetime
) -> ScheduleDraft:
    """Whatever is wrong with it. NotAllowed where it is not as it was ``seen`` any more."""
    campaign = progress.find(session, slug)
    if not may_change(campaign):
        said = _("%(slug)s was approved: its schedule stays. Copy it to a new campaign.", slug=slug)
        raise NotAllowed(said)
    if fingerprint(source_of(session, slug)) != seen:
        said = _(
            "Somebody changed the schedule %(slug)s while you did. Nothing of yours was kept: open "
            "it anew and put your changes in once more.",
            slug=slug,
        )
        raise NotAllowed(said)
    draft = session.get(ScheduleDraft, slug, with_for_update=True)
    draft = draft or ScheduleDraft(slug=slug, source="", edited_by=by, edited_at=now)
    draft.source, draft.edited_by, draft.edited_at = _checked(text), by, now
    session.add(draft)
    session.flush()
    return draft


def discard(session: Session, slug: str) -> None:
    if draft := find(session, slug):
        session.delete(draft)
        session.flush()


def load(session: Session, slug: str, *, by: str, now: datetime) -> Campaign:
    """Make it the campaign's schedule, and ask for a plan; InvalidInput says what is wrong."""
    campaign = acts.load(session, source_of(session, slug), slug, by=by, now=now)
    discard(session, slug)
    wishes.ask(session, campaign, WishKind.plan, by=by, now=now)
    return campaign


def _checked(text: str) -> str:
    if len(text) > LARGEST:
        said = _("A schedule has no more than %(most)s characters.", most=count(LARGEST))
        raise InvalidInput(said)
    if "\0" in text:
        raise InvalidInput(_("This is no text: it holds a zero byte."))
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
