"""The weekly report is made once a week and reaches every organizer once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.db import Database
from outreach.delivery.tables import Delivery, Purpose, State, Suppression, SuppressionReason
from outreach.errors import NotAllowed
from outreach.inbox.kinds import MailKind
from outreach.letters import copies
from outreach.letters.tables import Enclosure, Skeleton
from outreach.reports import paper, weekly
from outreach.reports.figures import Figures
from outreach.reports.rendering import Links
from outreach.reports.tables import WeeklyReport
from outreach.reports.weeks import Week
from outreach.tokens import Tokens
from tests.reports.rows import Rows

APPROVED = datetime(2026, 11, 24, 10, tzinfo=UTC)
MONDAY_AT_8 = datetime(2026, 11, 30, 7, tzinfo=UTC)  # in Zurich


@pytest.fixture
def report(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> WeeklyReport:
    rows.sent(rows.campaign(), rows.contact(), APPROVED)
    return weekly.make(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)


def queue(
    session: Session,
    report: WeeklyReport,
    organizers: list[Organizer],
    tokens: Tokens,
    with_pdf: bool = False,
) -> int:
    figures = Figures.model_validate(report.figures)
    return weekly.queue_for_sending(
        session,
        weekly.mailing(figures, "https://desk.example.org", with_pdf=with_pdf),
        organizers,
        sender_name="Outreach",
        sender_address="reports@example.org",
        tokens=tokens,
        now=MONDAY_AT_8,
    )


def test_a_report_once_made_does_not_change(
    rows: Rows, report: WeeklyReport, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    before = Figures.model_validate(report.figures)
    rows.sent(rows.campaign(), rows.contact(), APPROVED)
    later = MONDAY_AT_8 + timedelta(days=3)
    again = weekly.make(rows.session, week, zone=zone, states=states, now=later)
    assert (again.made_at, again.figures) == (MONDAY_AT_8, report.figures)
    seen = weekly.figures_of(rows.session, week, zone=zone, states=states, now=later)
    assert seen == before
    assert before.counts["sent"].week == 1


def test_looking_at_a_week_without_a_report_makes_none(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    rows.sent(rows.campaign(), rows.contact(), APPROVED)
    seen = weekly.figures_of(rows.session, week, zone=zone, states=states, now=APPROVED)
    assert seen.counts["sent"].week == 1
    assert rows.session.exec(select(WeeklyReport)).all() == []


def test_a_week_that_is_not_over_has_no_report_yet(
    session: Session, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    end = week.bounds(zone)[1]
    with pytest.raises(NotAllowed, match="not over"):
        weekly.make(session, week, zone=zone, states=states, now=end - timedelta(microseconds=1))
    assert weekly.make(session, week, zone=zone, states=states, now=end).week == "2026-W48"


def test_of_two_workers_at_once_the_first_one_s_report_stands(
    database: Database, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    """Neither sees the other's row before it writes its own."""
    hours = (MONDAY_AT_8, MONDAY_AT_8 + timedelta(hours=1))
    barrier = Barrier(2, timeout=10)

    def make(now: datetime) -> datetime:
        with database.transaction() as session:
            if not database.is_sqlite:  # SQLite lets one writer in at a time
                session.get(WeeklyReport, str(week))
                barrier.wait()
            return weekly.make(session, week, zone=zone, states=states, now=now).made_at

    with ThreadPoolExecutor(2) as workers:
        assert len(set(workers.map(make, hours))) == 1


def test_a_report_is_due_on_monday_at_eight_and_not_before(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    rows.campaign(approved_at=APPROVED)
    early = MONDAY_AT_8 - timedelta(microseconds=1)
    assert weekly.due_weeks(rows.session, early, zone) == []
    assert weekly.due_weeks(rows.session, MONDAY_AT_8, zone) == [week]


def test_missed_mondays_are_made_up_each_once(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    rows.campaign(approved_at=APPROVED)
    now = MONDAY_AT_8 + timedelta(weeks=2)
    due = weekly.due_weeks(rows.session, now, zone)
    assert due == [week, week.next, week.next.next]
    weekly.make(rows.session, week.next, zone=zone, states=states, now=now)
    assert weekly.due_weeks(rows.session, now, zone) == [week, week.next.next]


def test_nothing_is_due_before_a_campaign_is_approved(rows: Rows, zone: ZoneInfo) -> None:
    rows.campaign(approved_at=None)
    assert weekly.due_weeks(rows.session, MONDAY_AT_8, zone) == []


def test_a_campaign_that_is_approved_anew_leaves_no_gap(
    rows: Rows, report: WeeklyReport, week: Week, zone: ZoneInfo
) -> None:
    for campaign in rows.session.exec(select(Campaign)):
        campaign.approved_at = APPROVED + timedelta(weeks=2)
    rows.session.flush()
    due = weekly.due_weeks(rows.session, MONDAY_AT_8 + timedelta(weeks=1), zone)
    assert due == [week.next]


def test_readers_are_the_organizers_who_want_reports_and_are_not_disabled(rows: Rows) -> None:
    wants = rows.organizer("Ann")
    rows.organizer("Ben", gets_reports=False)
    rows.organizer("Cem", disabled_at=APPROVED)
    assert list(weekly.readers(rows.session)) == [wants]


def test_each_organizer_gets_one_copy_however_often_it_is_queued(
    rows: Rows, report: WeeklyReport, tokens: Tokens
) -> None:
    organizers = [rows.organizer("Ann"), rows.organizer("Ben")]
    assert queue(rows.session, report, organizers, tokens) == 2
    assert queue(rows.session, report, organizers, tokens) == 0
    query = select(Delivery).where(Delivery.purpose == Purpose.report)
    copies = rows.session.exec(query).all()
    assert {copy.recipient_address for copy in copies} == {"ann@example.org", "ben@example.org"}
    assert {(copy.state, copy.due_at) for copy in copies} == {(State.queued, MONDAY_AT_8)}
    assert not any(copy.tracks_opens for copy in copies)
    skeleton = rows.session.get_one(Skeleton, copies[0].skeleton_id)
    assert "1 letter left" in skeleton.subject
    assert "https://desk.example.org/reports/2026-W48" in skeleton.text


def test_the_report_is_enclosed_as_pdf_once_for_all_where_it_is_wanted(
    rows: Rows, report: WeeklyReport, week: Week, tokens: Tokens
) -> None:
    organizers = [rows.organizer("Ann"), rows.organizer("Ben")]
    assert queue(rows.session, report, organizers, tokens, with_pdf=True) == 2
    (file,) = attached(rows.session)
    query = select(Delivery).where(Delivery.purpose == Purpose.report)
    assert [copy.enclosures[-1] for copy in rows.session.exec(query)] == [file.id] * 2
    assert (file.name, file.media_type) == ("Weekly report 2026-W48.pdf", "application/pdf")
    figures = weekly.stored(rows.session, week)
    assert figures
    assert file.content == paper.as_pdf(figures, Links("https://desk.example.org"))


def attached(session: Session) -> list[Enclosure]:
    """Without the pictures that the mail shows itself."""
    (html,) = session.exec(select(Skeleton.html)).all()
    return [file for file in session.exec(select(Enclosure)) if file.content_id not in html]


def test_nothing_is_enclosed_where_it_is_not_asked_for(
    rows: Rows, report: WeeklyReport, tokens: Tokens
) -> None:
    queue(rows.session, report, [rows.organizer("Ann")], tokens)
    assert attached(rows.session) == []


def test_the_mail_shows_the_pictures_that_go_with_it_and_says_what_they_show(
    rows: Rows, report: WeeklyReport, tokens: Tokens
) -> None:
    queue(rows.session, report, [rows.organizer("Ann")], tokens)
    copy = rows.session.exec(select(Delivery).where(Delivery.purpose == Purpose.report)).one()
    skeleton = rows.session.get_one(Skeleton, copy.skeleton_id)
    files = [rows.session.get_one(Enclosure, each) for each in copy.enclosures]
    assert [(file.name, file.media_type) for file in files] == [
        ("states.png", "image/png"),
        ("flow.png", "image/png"),
    ]
    shown = re.findall(r'<img src="cid:([^"]+)" alt="([^"]+)"', skeleton.html)
    assert [at for at, _ in shown] == [file.content_id for file in files]
    assert shown[0][1] == "Where the 193 states stand. Not written to: 192; Sent: 1."
    assert sum(len(file.content) for file in files) < 150_000


def test_the_latest_reports_come_newest_first(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    now = MONDAY_AT_8 + timedelta(weeks=2)
    for each in (week.next, week, week.previous):
        weekly.make(rows.session, each, zone=zone, states=states, now=now)
    latest = weekly.latest(rows.session, 2)
    assert [figures.week for figures in latest] == ["2026-W49", "2026-W48"]
    assert weekly.stored(rows.session, week.next) == latest[0]
    assert weekly.stored(rows.session, week.next.next) is None


def test_nothing_is_queued_to_an_organizer_whose_address_is_suppressed(
    rows: Rows, report: WeeklyReport, tokens: Tokens
) -> None:
    ann = rows.organizer("Ann")
    rows.session.add(
        Suppression(
            address=ann.address, reason=SuppressionReason.bounced, suppressed_at=MONDAY_AT_8
        )
    )
    rows.session.flush()
    assert queue(rows.session, report, [ann], tokens) == 0


def test_a_stranger_cannot_write_places_to_fill_into_a_report(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, tokens: Tokens
) -> None:
    thread = rows.thread(rows.campaign(), rows.mission().id or 0)
    text = "zq7slot0qz and zq7unsubscribeqz"
    rows.mail(MailKind.reply, APPROVED, thread_id=thread.id, text=text)
    made = weekly.make(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)
    queue(rows.session, made, [rows.organizer("Ann")], tokens)
    links = copies.Links("https://u.example.org")
    copy = copies.fill(rows.session.exec(select(Skeleton)).one(), copies.values([], links))
    assert "https://u.example.org" not in copy.text + copy.html
    assert "zq 7slot0qz" in copy.text


def test_what_was_drafted_is_not_kept_once_an_answer_was_taken_out(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    thread = rows.thread(rows.campaign(), rows.mission().id or 0)
    mail = rows.mail(MailKind.reply, APPROVED, thread_id=thread.id)
    asked = {"zone": zone, "states": states, "now": MONDAY_AT_8}
    drafted = weekly.draft(rows.session, week, **asked)
    mail.text = ""
    rows.session.flush()
    assert not weekly.keep(rows.session, drafted, states)
    assert weekly.stored(rows.session, week) is None
    again = weekly.draft(rows.session, week, **asked)
    assert weekly.keep(rows.session, again, states)
    assert weekly.stored(rows.session, week) == again
    assert not weekly.keep(rows.session, drafted, states)


def test_a_report_keeps_what_the_one_before_it_said(
    rows: Rows, report: WeeklyReport, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    later = MONDAY_AT_8 + timedelta(weeks=1)
    weekly.make(rows.session, week.next, zone=zone, states=states, now=later)
    figures = weekly.stored(rows.session, week.next)
    assert figures
    assert figures.change("sent") == -1
    assert Figures.model_validate(report.figures).change("sent") is None
