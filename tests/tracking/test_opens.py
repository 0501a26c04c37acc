"""The open image: as much is kept as the campaign allows."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlmodel import Session, select

from outreach.delivery.tables import Delivery, State
from outreach.tracking.opens import record_open
from outreach.tracking.tables import Agent, OpenCount
from tests.tracking.making import NOW, a_campaign, a_contact, a_copy, events, state_of

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = timedelta(minutes=1)


def a_letter(session: Session, opens: str = "person", state: State = State.sent) -> Delivery:
    contact = a_contact(session, "ambassador@mission-fr.example")
    return a_copy(session, a_campaign(session, opens=opens), contact, state=state)


def test_a_load_is_kept_with_who_seems_to_load(session: Session) -> None:
    copy = a_letter(session)
    assert record_open(session, copy.key, BROWSER, NOW)
    assert record_open(session, copy.key, "curl/8.5.0", NOW)
    assert [event.agent for event in events(session)] == [Agent.person, Agent.machine]
    assert state_of(session, copy) is State.sent


def test_the_same_program_counts_once_a_minute(session: Session) -> None:
    copy = a_letter(session)
    assert record_open(session, copy.key, BROWSER, NOW)
    assert not record_open(session, copy.key, BROWSER, NOW + timedelta(seconds=20))
    assert record_open(session, copy.key, BROWSER, NOW + MINUTE)
    assert len(events(session)) == 2


def test_a_user_agent_itself_is_not_kept(session: Session) -> None:
    record_open(session, a_letter(session).key, BROWSER, NOW)
    [event] = events(session)
    assert "Firefox" not in event.source_key
    assert event.detail == {}


def test_where_totals_are_kept_nobody_is_named(session: Session) -> None:
    copy = a_letter(session, opens="count")
    for _ in range(3):
        assert record_open(session, copy.key, BROWSER, NOW)
    record_open(session, copy.key, BROWSER, NOW + timedelta(days=1))
    counts = session.exec(select(OpenCount).order_by(OpenCount.day)).all()  # type: ignore[arg-type]
    assert [(count.step, count.agent, count.loads) for count in counts] == [
        (1, Agent.person, 3),
        (1, Agent.person, 1),
    ]
    assert events(session) == []


def test_where_opens_are_off_nothing_is_kept(session: Session) -> None:
    copy = a_letter(session, opens="off")
    assert not record_open(session, copy.key, BROWSER, NOW)
    assert events(session) == []
    assert session.exec(select(OpenCount)).all() == []


@pytest.mark.parametrize("state", [State.queued, State.cancelled, State.skipped])
def test_a_preview_is_no_open(session: Session, state: State) -> None:
    assert not record_open(session, a_letter(session, state=state).key, BROWSER, NOW)
    assert events(session) == []


def test_a_copy_in_doubt_may_be_opened_and_stays_in_doubt(session: Session) -> None:
    copy = a_letter(session, state=State.unknown)
    assert record_open(session, copy.key, BROWSER, NOW)
    assert state_of(session, copy) is State.unknown


def test_an_unknown_key_is_ignored(session: Session) -> None:
    assert not record_open(session, "0" * 16, BROWSER, NOW)


def test_what_touches_several_copies_at_one_domain_at_once_is_a_machine(session: Session) -> None:
    campaign = a_campaign(session)
    addresses = [f"person{number}@mission-fr.example" for number in range(3)]
    copies = [a_copy(session, campaign, a_contact(session, address)) for address in addresses]
    alone = a_copy(session, campaign, a_contact(session, "a@mission-de.example", state="DE"))
    for copy in [*copies, alone]:
        record_open(session, copy.key, BROWSER, NOW)
    session.expire_all()
    assert [event.agent for event in events(session)] == [Agent.machine] * 3 + [Agent.person]


def test_people_who_open_one_after_another_stay_people(session: Session) -> None:
    campaign = a_campaign(session)
    for number in range(3):
        contact = a_contact(session, f"person{number}@mission-fr.example")
        copy = a_copy(session, campaign, contact)
        record_open(session, copy.key, BROWSER, NOW + number * MINUTE)
    session.expire_all()
    assert {event.agent for event in events(session)} == {Agent.person}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_burst_is_one_whichever_of_its_loads_is_told_last(
    session: Session, order: tuple[int, ...]
) -> None:
    campaign = a_campaign(session)
    addresses = [f"person{number}@mission-fr.example" for number in range(3)]
    copies = [a_copy(session, campaign, a_contact(session, address)) for address in addresses]
    for place in order:
        record_open(session, copies[place].key, BROWSER, NOW + place * timedelta(seconds=9))
    session.expire_all()
    assert {event.agent for event in events(session)} == {Agent.machine}
