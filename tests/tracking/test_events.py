"""Events are stored and applied once, in whatever order they come."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlmodel import Session

from outreach.campaigns.tables import Campaign
from outreach.delivery.tables import Delivery, State
from outreach.tracking.events import STATES, record
from outreach.tracking.tables import EventKind
from tests.tracking.making import NOW, a_campaign, a_contact, a_copy, events, state_of, suppressed

K = EventKind


def tell(
    session: Session, copy: Delivery, kind: EventKind, key: str = "", *, permanent: bool = False
) -> bool:
    return record(
        session,
        copy,
        kind,
        happened_at=NOW - timedelta(minutes=5),
        source="sendgrid",
        source_key=key or f"{copy.key}:{kind}",
        permanent=permanent,
        now=NOW,
    )


def a_letter(session: Session, state: State = State.sent) -> Delivery:
    contact = a_contact(session, "ambassador@mission-fr.example")
    return a_copy(session, a_campaign(session), contact, state=state)


def test_only_a_bad_end_gives_its_reason(session: Session) -> None:
    copy = a_letter(session)
    record(
        session,
        copy,
        K.delivered,
        happened_at=NOW,
        source="sendgrid",
        source_key="x",
        detail={"answer": "250 OK"},
        now=NOW,
    )
    assert (copy.state, copy.reason) == (State.delivered, None)


def test_an_event_told_twice_is_stored_and_applied_once(session: Session) -> None:
    copy = a_letter(session)
    assert tell(session, copy, K.delivered, "same")
    assert not tell(session, copy, K.bounced, "same", permanent=True)
    assert len(events(session)) == 1
    assert state_of(session, copy) is State.delivered
    assert suppressed(session) == {}


def test_when_it_happened_and_when_we_heard_are_both_kept(session: Session) -> None:
    tell(session, a_letter(session), K.delivered)
    [event] = events(session)
    assert event.happened_at == NOW - timedelta(minutes=5)
    assert event.received_at == NOW


@pytest.mark.parametrize("order", list(permutations([K.deferred, K.delivered, K.bounced])))
def test_events_in_any_order_lead_to_the_same_state(
    session: Session, order: tuple[EventKind, ...]
) -> None:
    copy = a_letter(session, State.unknown)
    for kind in order:
        tell(session, copy, kind, permanent=True)
    assert state_of(session, copy) is State.bounced
    assert suppressed(session) == {"ambassador@mission-fr.example": "bounced"}


@pytest.mark.parametrize("state", [State.unknown, State.sending])
@pytest.mark.parametrize("kind", list(STATES))
def test_whatever_proves_that_it_went_settles_a_copy_in_doubt(
    session: Session, kind: EventKind, state: State
) -> None:
    copy = a_letter(session, state)
    tell(session, copy, kind, permanent=True)
    assert copy.state is STATES[kind]  # also for who holds the row already
    assert copy.sent_at is not None


@pytest.mark.parametrize("state", [State.unknown, State.sent])
def test_a_loaded_image_changes_no_state(session: Session, state: State) -> None:
    copy = a_letter(session, state)
    assert tell(session, copy, K.opened)
    assert state_of(session, copy) is state


def test_a_copy_put_back_in_the_queue_does_not_go_again_when_its_provider_reports_it(
    session: Session,
) -> None:
    copy = a_letter(session, State.queued)
    tell(session, copy, K.delivered)
    assert state_of(session, copy) is State.delivered


@pytest.mark.parametrize("kind", [K.unsubscribed, K.autoresponded])
def test_what_a_preview_can_cause_does_not_count_as_sending(
    session: Session, kind: EventKind
) -> None:
    copy = a_letter(session, State.queued)
    colleague = a_contact(session, "deputy@mission-fr.example")
    other = a_copy(session, session.get_one(Campaign, copy.campaign_id), colleague)
    for each in (copy, other):
        record(session, each, kind, happened_at=NOW, source="inbox", source_key=each.key, now=NOW)
    assert state_of(session, copy) in (State.queued, State.cancelled)
    assert state_of(session, other) is STATES[kind]


def test_a_permanent_bounce_stops_the_address_and_no_colleague(session: Session) -> None:
    copy = a_letter(session)
    campaign = a_campaign(session, slug="another")
    contact = session.get_one(type(a_contact(session, "x@mission-de.example")), copy.contact_id)
    colleague = a_contact(session, "deputy@mission-fr.example")
    theirs = a_copy(session, campaign, contact, step=2, state=State.queued)
    others = a_copy(session, campaign, colleague, step=2, state=State.queued)
    tell(session, copy, K.bounced, permanent=True)
    assert state_of(session, copy) is State.bounced
    assert state_of(session, theirs) is State.cancelled
    assert state_of(session, others) is State.queued


@pytest.mark.parametrize("kind", [K.bounced, K.deferred])
def test_a_passing_failure_stops_nothing(session: Session, kind: EventKind) -> None:
    campaign = a_campaign(session)
    contact = a_contact(session, "ambassador@mission-fr.example")
    copy = a_copy(session, campaign, contact, state=State.unknown)
    reminder = a_copy(session, campaign, contact, step=2, state=State.queued)
    tell(session, copy, kind)
    assert state_of(session, copy) is State.sent
    assert state_of(session, reminder) is State.queued
    assert suppressed(session) == {}


@pytest.mark.parametrize(
    ("kind", "reason"), [(K.complained, "complained"), (K.unsubscribed, "unsubscribed")]
)
def test_a_complaint_or_opt_out_stops_the_address_and_the_mission(
    session: Session, kind: EventKind, reason: str
) -> None:
    campaign = a_campaign(session)
    contact = a_contact(session, "ambassador@mission-fr.example")
    copy = a_copy(session, campaign, contact)
    colleague = a_contact(session, "deputy@mission-fr.example")
    reminder = a_copy(session, campaign, colleague, step=2, state=State.queued)
    tell(session, copy, kind)
    assert suppressed(session) == {"ambassador@mission-fr.example": reason}
    assert state_of(session, reminder) is State.cancelled


def test_what_the_other_side_said_stands_beside_the_state(session: Session) -> None:
    copy = a_letter(session)
    record(
        session,
        copy,
        K.bounced,
        happened_at=NOW,
        source="inbox",
        source_key="x",
        detail={"answer": "550 no such user"},
        permanent=True,
        now=NOW,
    )
    assert state_of(session, copy) is State.bounced
    assert copy.reason == "550 no such user"
    assert events(session)[0].detail == {"answer": "550 no such user", "permanent": "yes"}


def test_mail_of_no_campaign_has_events_too(session: Session) -> None:
    copy = a_letter(session)
    copy.campaign_id = copy.mission_id = copy.contact_id = None
    session.flush()
    assert tell(session, copy, K.bounced, permanent=True)
    assert state_of(session, copy) is State.bounced
