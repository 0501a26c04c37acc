"""The weekly report: which are due, making each once, and queueing it for the organizers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from outreach.accounts.mailing import queue_for_organizers
from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.db import insert_once
from outreach.delivery.tables import Purpose
from outreach.errors import NotAllowed
from outreach.letters.markers import RESERVED
from outreach.letters.tables import Enclosure, Skeleton
from outreach.reports import headlines, paper, rendering
from outreach.reports.answers import answers_in
from outreach.reports.counters.keeping import catch_up
from outreach.reports.figures import Figures, compute
from outreach.reports.pictures.mailed import Mailed, mailed
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week, on_the_clock
from outreach.tokens import Tokens

DUE_AT = time(8)  # on Monday, in the organization's zone


def due_weeks(session: Session, now: datetime, zone: ZoneInfo) -> list[Week]:
    """The weeks since the first campaign whose report is due and not made, the oldest first."""
    made = set(session.scalars(select(col(WeeklyReport.week))))
    first = _first_week(session, made, zone)
    weeks = _due_since(first, now, zone) if first else ()
    return [week for week in weeks if str(week) not in made]


def make(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> WeeklyReport:
    """The week's report, which is stored when it is made first and never changes.

    Raises NotAllowed while the week is not over.
    """
    _keep(session, draft(session, week, zone=zone, states=states, now=now))
    return session.get_one(WeeklyReport, str(week))


def draft(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> Figures:
    """The figures of the week's report as they are, or would be; raises as ``make`` does."""
    if now < week.bounds(zone)[1]:
        raise NotAllowed(f"Week {week} is not over: its report can be made from Monday on.")
    return figures_of(session, week, zone=zone, states=states, now=now)


def keep(session: Session, drafted: Figures, states: MemberStates) -> bool:
    """Store what was drafted, unless it is another by now: then False, and draft it anew.

    Somebody else may have stored theirs, or taken out what an answer said.
    """
    week = Week.parse(drafted.week)
    made = stored(session, week)
    if made is None:
        period = week.bounds(ZoneInfo(drafted.zone))
        if answers_in(session, period, states) != drafted.answers:
            return False
        _keep(session, drafted)
        made = stored(session, week)
    return made == drafted


def figures_of(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> Figures:
    """For looking: the stored report's figures, or today's where none is made; makes no report."""
    made = stored(session, week)
    if made is None:
        catch_up(session, zone)
        before = stored(session, week.previous)
        made = compute(session, week, zone=zone, states=states, now=now, before=before)
    return made


def stored(session: Session, week: Week) -> Figures | None:
    """The figures of the report, where it is made."""
    made = session.get(WeeklyReport, str(week))
    return Figures.model_validate(made.figures) if made else None


def latest(session: Session, count: int) -> list[Figures]:
    """Of the last ``count`` reports that are made, the newest first."""
    newest_first = select(WeeklyReport).order_by(col(WeeklyReport.week).desc())
    reports = session.scalars(newest_first.limit(count))
    return [Figures.model_validate(report.figures) for report in reports]


def readers(session: Session) -> Sequence[Organizer]:
    query = select(Organizer).where(
        col(Organizer.gets_reports), col(Organizer.disabled_at).is_(None)
    )
    return session.scalars(query.order_by(col(Organizer.id))).all()


@dataclass(frozen=True)
class Mailing:
    """A report as it is mailed, with its pictures and, where it is wanted, itself on paper."""

    week: str
    skeleton: Skeleton
    enclosures: Sequence[Enclosure]


def mailing(figures: Figures, public_url: str, *, with_pdf: bool = False) -> Mailing:
    """Draws pictures and sets paper, which takes seconds: no transaction should be open."""
    links = rendering.Links(public_url)
    pictures = mailed(figures)
    on_paper = [paper.enclosed(figures, links)] if with_pdf else []
    return Mailing(
        week=figures.week,
        skeleton=_skeleton(figures, links, pictures),
        enclosures=[*(picture.file for picture in pictures), *on_paper],
    )


def queue_for_sending(
    session: Session,
    mailing: Mailing,
    organizers: Sequence[Organizer],
    *,
    sender_name: str,
    sender_address: str,
    tokens: Tokens,
    now: datetime,
) -> int:
    """One copy for each organizer, however often it is called; the number that were added."""
    return queue_for_organizers(
        session,
        organizers,
        mailing.skeleton,
        about=f"report:{mailing.week}",
        purpose=Purpose.report,
        sender_name=sender_name,
        sender_address=sender_address,
        tokens=tokens,
        now=now,
        enclosures=mailing.enclosures,
    )


def _keep(session: Session, figures: Figures) -> None:
    values = figures.model_dump(mode="json")
    report = WeeklyReport(week=figures.week, made_at=figures.made_at, figures=values)
    insert_once(session, report)


def _first_week(session: Session, made: set[str], zone: ZoneInfo) -> Week | None:
    """Also told by the reports there are: a campaign that is planned anew is approved anew."""
    approved = session.scalar(select(func.min(Campaign.approved_at)))
    known = [Week.parse(min(made))] if made else []
    if approved:
        known.append(Week.containing(approved, zone))
    return min(known, default=None)


def _due_since(week: Week, now: datetime, zone: ZoneInfo) -> Iterator[Week]:
    while on_the_clock(week.next.monday, zone, DUE_AT) <= now:
        yield week
        week = week.next


def _skeleton(figures: Figures, links: rendering.Links, pictures: Sequence[Mailed]) -> Skeleton:
    return Skeleton.of(
        "en",
        _without_markers(headlines.subject(figures)),
        _without_markers(rendering.as_text(figures, links)),
        _without_markers(rendering.as_html(figures, links, pictures)),
    )


def _without_markers(text: str) -> str:
    """A report quotes strangers: what they write must not be taken for a place to fill."""
    return text.replace(RESERVED, f"{RESERVED[:2]} {RESERVED[2:]}")
