"""Unsubscribing: once, at once, for the whole address."""

from sqlmodel import Session

from outreach.delivery import suppression
from outreach.delivery.addresses import erased
from outreach.delivery.tables import State
from outreach.tracking.tables import EventKind
from outreach.tracking.unsubscribing import unsubscribe
from tests.tracking.making import NOW, a_campaign, a_contact, a_copy, events, state_of, suppressed


def test_it_stops_everything_for_the_address_in_every_campaign(session: Session) -> None:
    contact = a_contact(session, "ambassador@mission-fr.example")
    copy = a_copy(session, a_campaign(session), contact)
    other = a_copy(session, a_campaign(session, slug="other"), contact, state=State.queued)
    assert unsubscribe(session, copy.key, "page", NOW)
    assert suppressed(session) == {"ambassador@mission-fr.example": "unsubscribed"}
    assert state_of(session, other) is State.cancelled


def test_asking_twice_is_one_event(session: Session) -> None:
    copy = a_copy(session, a_campaign(session), a_contact(session, "a@mission-fr.example"))
    assert unsubscribe(session, copy.key, "page", NOW)
    assert unsubscribe(session, copy.key, "one-click", NOW)
    assert [event.kind for event in events(session)] == [EventKind.unsubscribed]


def test_asking_again_counts_after_an_organizer_lifted_it(session: Session) -> None:
    copy = a_copy(session, a_campaign(session), a_contact(session, "a@mission-fr.example"))
    unsubscribe(session, copy.key, "page", NOW)
    suppression.unsuppress(session, "a@mission-fr.example")
    unsubscribe(session, copy.key, "page", NOW)
    assert suppressed(session) == {"a@mission-fr.example": "unsubscribed"}


def test_an_unknown_copy_unsubscribes_nobody(session: Session) -> None:
    assert not unsubscribe(session, "0" * 16, "page", NOW)
    assert suppressed(session) == {}


def test_who_was_erased_may_still_ask(session: Session) -> None:
    copy = a_copy(session, a_campaign(session), a_contact(session, "a@mission-fr.example"))
    copy.recipient_address = erased(copy.key)
    for _ in range(2):
        assert unsubscribe(session, copy.key, "page", NOW)
    assert suppressed(session) == {}


def test_a_previews_link_stops_the_address_and_is_no_event_of_the_copy(session: Session) -> None:
    contact = a_contact(session, "a@mission-fr.example")
    copy = a_copy(session, a_campaign(session), contact, state=State.queued)
    for _ in range(2):
        assert unsubscribe(session, copy.key, "page", NOW)
    assert suppressed(session) == {"a@mission-fr.example": "unsubscribed"}
    assert events(session) == []
