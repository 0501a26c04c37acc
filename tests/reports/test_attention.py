"""What needs a person, and what does not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from outreach.contacts.states import MemberStates
from outreach.delivery.tables import Purpose, State, Suppression, SuppressionReason
from outreach.inbox.tables import MailKind, RawState, ThreadState
from outreach.reports.attention import Need, needs_a_person
from tests.reports.rows import START, Rows

Ask = Callable[[str], list[Need]]

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def needs(rows: Rows, states: MemberStates) -> Ask:
    return lambda kind: [n for n in needs_a_person(rows.session, states) if n.kind == kind]


def test_nothing_needs_a_person_when_all_went_well(rows: Rows, states: MemberStates) -> None:
    campaign, contact = rows.campaign(), rows.contact()
    copy = rows.sent(campaign, contact, AT)
    thread = rows.thread(campaign, contact.mission_id, ThreadState.closed)
    rows.mail(MailKind.reply, AT, thread_id=thread.id, delivery_id=copy.id)
    assert needs_a_person(rows.session, states) == []


def test_threads_wait_and_the_oldest_is_told(rows: Rows, needs: Ask) -> None:
    campaign = rows.campaign()
    for state in ThreadState:
        rows.thread(campaign, rows.mission().id or 0, state)
    assert needs("waiting") == [Need(kind="waiting", count=2, oldest_at=START)]


def test_mail_that_was_not_filed_or_not_read_waits(rows: Rows, needs: Ask) -> None:
    rows.mail(MailKind.reply, AT)
    rows.mail(MailKind.bounce, AT + timedelta(days=1))
    rows.raw(AT, RawState.unreadable)
    assert needs("holding_pen") == [Need(kind="holding_pen", count=2, oldest_at=AT)]
    assert needs("unreadable") == [Need(kind="unreadable", count=1, oldest_at=AT)]


def test_copies_in_doubt_are_counted_by_campaign_answers_too_but_no_reports(
    rows: Rows,
    needs: Ask,
) -> None:
    campaign, contact = rows.campaign("Close it", slug="close"), rows.contact()
    for purpose in (Purpose.letter, Purpose.answer, Purpose.report):
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
