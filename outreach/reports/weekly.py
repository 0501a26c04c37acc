"""The weekly report: which are due, making each once, and queueing it for the organizers."""

from collections.abc import Iterator, Sequence
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
from outreach.reports import paper, rendering, wording
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
    if now < week.bounds(zone)[1]:
        raise NotAllowed(f"Week {week} is not over: its report can be made from Monday on.")
    if session.get(WeeklyReport, str(week)) is None:
        catch_up(session, zone)
        figures = compute(session, week, zone=zone, states=states, now=now)
        report = WeeklyReport(week=str(week), made_at=now, figures=figures.model_dump(mode="json"))
        insert_once(session, report)
    return session.get_one(WeeklyReport, str(week))


def figures_of(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> Figures:
    """For looking: the stored report's figures, or today's where none is made; makes no report."""
    made = stored(session, week)
    if made is None:
        catch_up(session, zone)
    return made or compute(session, week, zone=zone, states=states, now=now)


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


def queue_for_sending(
    session: Session,
    report: WeeklyReport,
    organizers: Sequence[Organizer],
    *,
    sender_name: str,
    sender_address: str,
    public_url: str,
    tokens: Tokens,
    now: datetime,
    with_pdf: bool = False,
) -> int:
    """One copy for each organizer, however often it is called; the number that were added."""
    pictures = mailed(Figures.model_validate(report.figures))
    on_paper = [_on_paper(session, report, public_url)] if with_pdf else []
    return queue_for_organizers(
        session,
        organizers,
        _skeleton(report, public_url, pictures),
        about=f"report:{report.week}",
        purpose=Purpose.report,
        sender_name=sender_name,
        sender_address=sender_address,
        tokens=tokens,
        now=now,
        enclosures=[*(picture.file for picture in pictures), *on_paper],
    )


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


def _skeleton(report: WeeklyReport, public_url: str, pictures: Sequence[Mailed]) -> Skeleton:
    figures, links = Figures.model_validate(report.figures), rendering.Links(public_url)
    return Skeleton.of(
        "en",
        _without_markers(wording.subject(figures)),
        _without_markers(rendering.as_text(figures, links)),
        _without_markers(rendering.as_html(figures, links, pictures)),
    )


def _on_paper(session: Session, report: WeeklyReport, public_url: str) -> Enclosure:
    figures = Figures.model_validate(report.figures)
    before = stored(session, Week.parse(report.week).previous)
    return paper.enclosed(figures, before, rendering.Links(public_url))


def _without_markers(text: str) -> str:
    """A report quotes strangers: what they write must not be taken for a place to fill."""
    return text.replace(RESERVED, f"{RESERVED[:2]} {RESERVED[2:]}")
