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
from outreach.letters.tables import Skeleton
from outreach.reports import rendering, wording
from outreach.reports.figures import Figures, compute
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
        figures = compute(session, week, zone=zone, states=states, now=now)
        report = WeeklyReport(week=str(week), made_at=now, figures=figures.model_dump(mode="json"))
        insert_once(session, report)
    return session.get_one(WeeklyReport, str(week))


def figures_of(
    session: Session, week: Week, *, zone: ZoneInfo, states: MemberStates, now: datetime
) -> Figures:
    """For looking: the stored report's figures, or today's where none is made; stores nothing."""
    made = session.get(WeeklyReport, str(week))
    if made:
        return Figures.model_validate(made.figures)
    return compute(session, week, zone=zone, states=states, now=now)


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
) -> int:
    """One copy for each organizer, however often it is called; the number that were added."""
    return queue_for_organizers(
        session,
        organizers,
        _skeleton(report, public_url),
        about=f"report:{report.week}",
        purpose=Purpose.report,
        sender_name=sender_name,
        sender_address=sender_address,
        tokens=tokens,
        now=now,
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


def _skeleton(report: WeeklyReport, public_url: str) -> Skeleton:
    figures, links = Figures.model_validate(report.figures), rendering.Links(public_url)
    return Skeleton.of(
        "en",
        _without_markers(wording.subject(figures)),
        _without_markers(rendering.as_text(figures, links)),
        _without_markers(rendering.as_html(figures, links)),
    )


def _without_markers(text: str) -> str:
    """A report quotes strangers: what they write must not be taken for a place to fill."""
    return text.replace(RESERVED, f"{RESERVED[:2]} {RESERVED[2:]}")
