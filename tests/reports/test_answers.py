"""Who answered, and how the answer begins."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.contacts.states import MemberStates
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import ThreadState
from outreach.reports.answers import answers_in, opening
from outreach.reports.counters.keeping import catch_up
from outreach.reports.weeks import Week
from tests.reports.rows import Rows

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def period(week: Week, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return week.bounds(zone)


def test_several_mails_in_a_thread_are_one_answer_that_begins_with_the_first(
    rows: Rows, period: tuple[datetime, datetime], states: MemberStates
) -> None:
    campaign, mission = rows.campaign("Close it"), rows.mission("NG", "Permanent Mission, Geneva")
    thread = rows.thread(campaign, mission.id or 0, ThreadState.waiting_for_us)
    for text, hours in (("And one thing more", 5), ("We agree.\n\nYours", 0)):
        at = IN_WEEK + timedelta(hours=hours)
        rows.mail(MailKind.reply, at, thread_id=thread.id, text=text)
    (answer,) = answers_in(rows.session, period, states)
    assert answer.mails == 2
    assert answer.first_lines == "We agree. Yours"
    assert (answer.organization, answer.state) == ("Permanent Mission, Geneva", "Nigeria")
    assert (answer.campaign, answer.thread_id) == ("Close it", thread.id)
    assert answer.received_at == IN_WEEK
    assert answer.waits_for_us
    assert not answer.answered_before


def test_whoever_wrote_in_an_earlier_week_is_marked(
    rows: Rows, period: tuple[datetime, datetime], states: MemberStates, zone: ZoneInfo
) -> None:
    thread = rows.thread(rows.campaign(), rows.mission().id or 0, ThreadState.closed)
    rows.mail(MailKind.reply, period[0], thread_id=thread.id)
    (answer,) = answers_in(rows.session, period, states)
    assert not answer.answered_before
    rows.mail(MailKind.reply, period[0] - timedelta(microseconds=1), thread_id=thread.id)
    catch_up(rows.session, zone)
    (answer,) = answers_in(rows.session, period, states)
    assert answer.answered_before
    assert answer.mails == 1
    assert not answer.waits_for_us


def test_only_what_a_person_wrote_within_the_week_is_an_answer(
    rows: Rows, period: tuple[datetime, datetime], states: MemberStates
) -> None:
    thread = rows.thread(rows.campaign(), rows.mission().id or 0)
    rows.mail(MailKind.out_of_office, IN_WEEK, thread_id=thread.id)
    rows.mail(MailKind.reply, period[1], thread_id=thread.id)
    rows.mail(MailKind.reply, IN_WEEK)
    assert answers_in(rows.session, period, states) == []


@given(st.text())
def test_an_opening_is_one_printable_line_of_a_few_words(text: str) -> None:
    shown = opening(text, limit=40)
    assert len(shown) <= 42
    assert "\n" not in shown
    assert not any(turned in shown for turned in "\u202a\u202e\u2066")


def test_an_opening_is_cut_between_words() -> None:
    assert opening("Dear all,\n\nwe shall answer", limit=18) == "Dear all, we …"
    assert opening("Dear all,\n\nwe shall answer", limit=25) == "Dear all, we shall answer"
