"""Addresses that nothing is sent to any more."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from outreach.delivery.states import move
from outreach.delivery.suppression import cancel_suppressed, suppress, suppressed, unsuppress
from outreach.delivery.tables import State, SuppressionReason
from tests.delivery.making import MORNING, a_row, put

ADDRESS = "person1@mission.example"


def test_an_address_is_stored_once_and_keeps_its_first_reason(session: Session) -> None:
    assert suppress(session, ADDRESS, SuppressionReason.bounced, now=MORNING, detail="5.1.1")
    assert not suppress(session, ADDRESS, SuppressionReason.unsubscribed, now=MORNING)
    [kept] = suppressed(session, [ADDRESS, "other@mission.example"]).values()
    assert (kept.reason, kept.detail) == (SuppressionReason.bounced, "5.1.1")


def test_an_opt_out_holds_however_the_address_is_written(session: Session) -> None:
    suppress(session, " Person1@MISSION.example", SuppressionReason.unsubscribed, now=MORNING)
    assert set(suppressed(session, [ADDRESS])) == {ADDRESS}


def test_everything_queued_for_it_is_cancelled_with_the_reason(session: Session) -> None:
    letter, reminder, other = put(
        session,
        a_row(1),
        a_row(1, identity="campaign:test:2:contact:1", due_at=None),
        a_row(2),
    )
    suppress(session, ADDRESS, SuppressionReason.unsubscribed, now=MORNING)
    for row in (letter, reminder, other):
        session.refresh(row)
    assert letter.state is reminder.state is State.cancelled
    assert letter.reason == "the recipient opted out"
    assert other.state is State.queued


@pytest.mark.parametrize("state", [State.sent, State.unknown, State.failed])
def test_what_is_no_longer_queued_stays_as_it_is(session: Session, state: State) -> None:
    [row] = put(session, a_row(1))
    move(session, [row.id or 0], State.sending, now=MORNING)
    move(session, [row.id or 0], state, now=MORNING)
    suppress(session, ADDRESS, SuppressionReason.complained, now=MORNING)
    session.refresh(row)
    assert row.state is state


def test_what_is_queued_afterwards_is_cancelled_when_it_is_due(session: Session) -> None:
    suppress(session, ADDRESS, SuppressionReason.bounced, now=MORNING)
    due, planned = put(
        session, a_row(1), a_row(1, identity="later", due_at=MORNING + timedelta(days=1))
    )
    assert cancel_suppressed(session, now=MORNING) == 1
    session.refresh(due)
    session.refresh(planned)
    assert (due.state, due.reason) == (
        State.cancelled,
        "mail to this address came back for good",
    )
    assert planned.state is State.queued


def test_an_address_can_be_written_to_again(session: Session) -> None:
    suppress(session, ADDRESS, SuppressionReason.by_hand, now=MORNING)
    assert unsuppress(session, ADDRESS)
    assert not unsuppress(session, ADDRESS)
    assert suppressed(session, [ADDRESS]) == {}
