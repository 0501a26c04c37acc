"""What needs a person, and what does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.tables import Delivery, Purpose, State, Suppression, SuppressionReason
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import RawState, Thread, ThreadState
from outreach.reports import stuck_kept
from outreach.reports.attention import needs_a_person
from outreach.reports.needs import Need
from tests.reports.rows import START, Rows

Ask = Callable[[str], list[Need]]

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def needs(rows: Rows, states: MemberStates) -> Ask:
    def ask(kind: str) -> list[Need]:
        return [need for need in needs_a_person(rows.session, states, TODAY) if need.kind == kind]

    return ask


def test_nothing_needs_a_person_when_all_went_well(rows: Rows, states: MemberStates) -> None:
    campaign, contact = rows.campaign(), rows.contact()
    copy = rows.sent(campaign, contact, AT)
    thread = rows.thread(campaign, contact.mission_id, ThreadState.closed)
    rows.mail(MailKind.reply, AT, thread_id=thread.id, delivery_id=copy.id)
    assert needs_a_person(rows.session, states, TODAY) == []


def test_threads_wait_and_the_oldest_is_told(rows: Rows, needs: Ask) -> None:
    campaign = rows.campaign()
    for state in ThreadState:
        rows.thread(campaign, rows.mission().id or 0, state)
    assert needs("waiting") == [Need(kind="waiting", count=2, oldest_at=START, older=2)]


def test_mail_that_was_not_filed_or_not_read_waits(rows: Rows, needs: Ask) -> None:
    rows.mail(MailKind.reply, AT)
    rows.mail(MailKind.bounce, AT + timedelta(days=1))
    rows.raw(AT, RawState.unreadable)
    assert needs("holding_pen") == [Need(kind="holding_pen", count=2, oldest_at=AT)]
    assert needs("unreadable") == [Need(kind="unreadable", count=1, oldest_at=AT)]


def test_threads_are_due_from_their_day_until_they_are_closed(rows: Rows, needs: Ask) -> None:
    campaign = rows.campaign()
    for name, days, state in (
        ("Today", 0, ThreadState.waiting_for_them),
        ("Yesterday", -1, ThreadState.waiting_for_us),
        ("Tomorrow", 1, ThreadState.waiting_for_us),
        ("Closed", -1, ThreadState.closed),
    ):
        thread = rows.thread(campaign, rows.mission("KE", name).id or 0, state)
        thread.due_on = TODAY + timedelta(days=days)
    rows.session.flush()
    (need,) = needs("due")
    assert (need.count, need.missions) == (2, ["Yesterday, Kenya", "Today, Kenya"])


def an_answer(rows: Rows, thread: Thread, state: State) -> Delivery:
    campaign = rows.session.get_one(Campaign, thread.campaign_id)
    contact = rows.contact(rows.session.get_one(Mission, thread.mission_id))
    return rows.copy(
        campaign, contact, state, purpose=Purpose.answer, step=None, settled_at=AT, sent_at=None
    )


LOST = (State.failed, State.bounced, State.cancelled, State.unknown)


@pytest.mark.parametrize("state", LOST)
def test_an_answer_that_did_not_arrive_needs_a_person_in_its_thread(
    rows: Rows, needs: Ask, state: State
) -> None:
    mission = rows.mission("KE", "Permanent Mission of Kenya")
    thread = rows.thread(rows.campaign(), mission.id or 0, ThreadState.waiting_for_them)
    rows.thread(rows.campaign(), mission.id or 0)
    an_answer(rows, thread, state)
    (need,) = needs("answer_lost")
    assert (need.thread_id, need.count, need.oldest_at) == (thread.id, 1, AT)
    assert need.missions == ["Permanent Mission of Kenya"]


@pytest.mark.parametrize("state", [State.queued, State.sending, State.sent, State.delivered])
def test_an_answer_on_its_way_needs_nobody(rows: Rows, needs: Ask, state: State) -> None:
    an_answer(rows, rows.thread(rows.campaign(), rows.mission().id or 0), state)
    assert needs("answer_lost") == []


@pytest.mark.parametrize("state", LOST)
def test_another_answer_or_closing_mends_what_was_lost_but_no_doubt(
    rows: Rows, needs: Ask, state: State
) -> None:
    campaign = rows.campaign()
    answered = rows.thread(campaign, rows.mission().id or 0)
    closed = rows.thread(campaign, rows.mission().id or 0, ThreadState.closed)
    an_answer(rows, answered, state)
    an_answer(rows, answered, State.sent)
    an_answer(rows, closed, state)
    open_still = [answered.id, closed.id] if state is State.unknown else []
    assert [need.thread_id for need in needs("answer_lost")] == open_still


def test_copies_in_doubt_are_counted_by_campaign_and_no_reports(
    rows: Rows,
    needs: Ask,
) -> None:
    campaign, contact = rows.campaign("Close it", slug="close"), rows.contact()
    for purpose in (Purpose.letter, Purpose.reminder, Purpose.answer, Purpose.report):
        rows.copy(campaign, contact, State.unknown, purpose=purpose, settled_at=AT)
    (need,) = needs("in_doubt")
    assert (need.count, need.campaign, need.slug, need.oldest_at) == (2, "Close it", "close", AT)


def test_a_mission_needs_a_person_once_no_contact_of_it_can_be_reached(
    rows: Rows, needs: Ask
) -> None:
    campaign, mission = rows.campaign(), rows.mission("KE", "Permanent Mission of Kenya")
    first, second = rows.contact(mission), rows.contact(mission)
    rows.copy(campaign, first, State.bounced, settled_at=AT)
    assert needs("unreachable") == []
    rows.copy(campaign, second, State.failed, settled_at=AT)
    (need,) = needs("unreachable")
    assert need.missions == ["Permanent Mission of Kenya"]
    second.address = "corrected@mission.example"
    rows.session.flush()
    assert needs("unreachable") == []


def test_an_erased_contact_keeps_no_mission_reachable(rows: Rows, needs: Ask) -> None:
    mission = rows.mission("KE", "Consulate")
    rows.copy(rows.campaign(), rows.contact(mission), State.bounced, settled_at=AT)
    rows.contact(mission, erased_at=AT)
    (need,) = needs("unreachable")
    assert (need.count, need.missions) == (1, ["Consulate, Kenya"])


def test_contacts_held_back_are_counted_once_for_all_their_steps(rows: Rows, needs: Ask) -> None:
    campaign, contact = rows.campaign(slug="close"), rows.contact()
    for purpose in (Purpose.letter, Purpose.reminder):
        rows.copy(campaign, contact, State.skipped, purpose=purpose, reason="no letter")
    (need,) = needs("held_back")
    assert (need.count, need.reason, need.slug) == (1, "no letter", "close")


def test_who_wants_no_mail_or_is_erased_or_was_late_needs_nobody(rows: Rows, needs: Ask) -> None:
    campaign, unwilling = rows.campaign(), rows.contact()
    rows.session.add(
        Suppression(
            address=unwilling.address, reason=SuppressionReason.unsubscribed, suppressed_at=AT
        )
    )
    rows.copy(campaign, unwilling, State.skipped, reason="the address is suppressed")
    rows.copy(campaign, rows.contact(erased_at=AT), State.skipped, reason="erased")
    rows.copy(campaign, rows.contact(), State.skipped, reason="late", expires_at=AT)
    assert needs("held_back") == []


def test_what_is_stuck_is_kept_for_some_minutes(
    rows: Rows, states: MemberStates, zone: ZoneInfo
) -> None:
    assert stuck_kept.kept(rows.session, AT) is None
    rows.copy(rows.campaign(), rows.contact(), State.bounced, settled_at=AT)
    found = needs_a_person(rows.session, states, TODAY)
    assert [need.kind for need in found] == ["unreachable"]
    stuck_kept.keep(rows.session, states, AT, zone)
    rows.session.flush()
    assert stuck_kept.kept(rows.session, AT + timedelta(minutes=1)) == found
    assert stuck_kept.kept(rows.session, AT + timedelta(minutes=3)) is None
    stuck_kept.keep(rows.session, states, AT + timedelta(minutes=3), zone)
    rows.session.flush()
    assert stuck_kept.kept(rows.session, AT + timedelta(minutes=4)) == found
    assert needs_a_person(rows.session, states, TODAY, []) == []
