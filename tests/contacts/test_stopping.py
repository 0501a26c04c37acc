"""What keeps mail from an address is lifted by hand only where it was put by hand."""

import pytest
from sqlmodel import Session, select

from outreach.contacts import stopping
from outreach.contacts.states import MemberStates
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import State, Suppression, SuppressionReason
from outreach.errors import InvalidInput, NotAllowed, NotFound
from tests.contacts.making import NOW, a_campaign, a_contact, a_copy


def test_an_address_is_stopped_and_what_waits_for_it_withdrawn(
    session: Session, states: MemberStates
) -> None:
    contact = a_contact(session, states, "a@example.org")
    copy = a_copy(session, a_campaign(session), contact, State.queued)
    stopped = stopping.stop(session, " A@example.org", "asked  by\nphone", NOW)
    assert stopped
    assert (stopped.address, stopped.detail) == ("a@example.org", "asked by phone")
    assert stopping.stop(session, "a@example.org", "", NOW) is None
    session.refresh(copy)
    assert copy.state is State.cancelled
    assert stopping.page(session, address="", before=None, rows=5) == [(stopped, contact)]
    assert stopping.page(session, address="b@example.org", before=None, rows=5) == []


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_only_what_was_put_by_hand_is_lifted(session: Session, reason: SuppressionReason) -> None:
    suppress(session, "a@example.org", reason, now=NOW)
    row = session.exec(select(Suppression)).one()
    if reason is SuppressionReason.by_hand:
        stopping.lift(session, row.id or 0)
    else:
        with pytest.raises(NotAllowed):
            stopping.lift(session, row.id or 0)
    there = session.exec(select(Suppression)).all()
    assert bool(there) == (reason is not SuppressionReason.by_hand)
    with pytest.raises(NotFound):
        stopping.lift(session, 99)


@pytest.mark.parametrize(("address", "note"), [("nobody", ""), ("a@example.org", "x" * 501)])
def test_what_cannot_be_stopped_is_told(session: Session, address: str, note: str) -> None:
    with pytest.raises(InvalidInput):
        stopping.stop(session, address, note, NOW)
