"""A request's events at once: in any order, doubled, cut in any way and told by several at once."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.db import Database
from outreach.delivery.tables import Delivery, State
from outreach.tracking.sendgrid import Tally, apply_events
from outreach.tracking.tables import Event
from tests.tracking.making import NOW, TOKENS, a_campaign, a_contact, a_copy, suppressed

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BOUNCE = {"type": "bounce", "status": "5.1.1", "reason": "550 no such user"}
BLOCKED = {"type": "blocked", "status": "4.7.1", "reason": "451 not now"}

# What is told of a copy by its number, and where it brings it.
STORIES: Sequence[tuple[Sequence[tuple[str, dict[str, str]]], State]] = (
    ([("processed", {})], State.sent),
    ([("processed", {}), ("delivered", {}), ("open", {"useragent": BROWSER})], State.delivered),
    ([("processed", {}), ("delivered", {}), ("bounce", BOUNCE)], State.bounced),
    ([("processed", {}), ("bounce", BLOCKED), ("deferred", {})], State.sent),
    ([("processed", {}), ("dropped", {"reason": "Invalid"})], State.failed),
    ([("delivered", {}), ("open", {"useragent": BROWSER}), ("spamreport", {})], State.delivered),
    ([("click", {}), ("unsubscribe", {})], State.sent),
)
BEFORE = (State.sent, State.unknown, State.sending, State.queued)
COPIES = len(STORIES) * len(BEFORE)


def put_in(session: Session, number: int = COPIES) -> None:
    """Each contact is of a mission of its own: what stops two, stops them in the order told."""
    campaign = a_campaign(session)
    for index in range(number):
        contact = a_contact(session, f"c{index}@mission.example", state=f"{index:02x}")
        a_copy(session, campaign, contact, number=index + 1, state=before(index))
        a_copy(session, campaign, contact, number=index + 1, step=2, state=State.queued)


def told_of(number: int) -> list[dict[str, Any]]:
    """Loads lie so that some are a burst only together with those before and after them."""
    return [
        {
            "event": kind,
            "delivery": TOKENS.key(f"campaign:offices:1:contact:{index + 1}"),
            "sg_event_id": f"{index}-{kind}",
            "timestamp": NOW.timestamp() - 2000 + 2 * index,
            **more,
            # When a copy in doubt went is not known, and so not what was loaded too soon.
            **({} if before(index) is State.sent else {"useragent": "curl/8.5.0"}),
        }
        for index in range(number)
        for kind, more in STORIES[index % len(STORIES)][0]
    ]


def before(index: int) -> State:
    return BEFORE[index // len(STORIES) % len(BEFORE)]


def tell(session: Session, told: Iterable[dict[str, Any]]) -> Tally:
    return apply_events(session, json.dumps(list(told)).encode(), NOW)


def outcome(session: Session) -> tuple[object, ...]:
    copies = select(Delivery.key, Delivery.state, Delivery.reason).order_by(col(Delivery.key))
    columns = select(Event.source_key, Event.kind, Event.agent, Event.happened_at)
    events = columns.order_by(col(Event.source_key))
    return session.exec(copies).all(), session.exec(events).all(), suppressed(session)


def states(session: Session) -> list[State]:
    letters = select(Delivery.state).where(Delivery.step == 1).order_by(col(Delivery.id))
    return list(session.exec(letters))


def expected(number: int) -> list[State]:
    return [STORIES[index % len(STORIES)][1] for index in range(number)]


@contextmanager
def undone(session: Session) -> Iterator[None]:
    nested = session.begin_nested()
    try:
        put_in(session)
        yield
    finally:
        nested.rollback()
        session.expunge_all()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_order_doubles_and_portions_change_nothing(session: Session, data: st.DataObject) -> None:
    events = told_of(COPIES)
    doubles = data.draw(st.lists(st.sampled_from(events), max_size=20))
    shuffled = data.draw(st.permutations(events + doubles))
    cuts = data.draw(st.lists(st.integers(0, len(shuffled)), max_size=6).map(sorted))
    with undone(session):
        tell(session, events)
        once = outcome(session)
    with undone(session):
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            tell(session, shuffled[start:end])
        assert outcome(session) == once
        assert states(session) == expected(COPIES)


def test_several_who_tell_the_same_at_once_neither_fail_nor_change_it(database: Database) -> None:
    number, tellers = 252, 4
    with database.transaction() as session:
        put_in(session, number)
    events = told_of(number)

    def post(seed: int) -> int:
        mine = random.Random(seed).sample(events, len(events))
        new = 0
        for start in range(0, len(mine), 100):
            with database.transaction() as session:
                new += tell(session, mine[start : start + 100]).new
        return new

    with ThreadPoolExecutor(tellers) as pool:
        assert sum(pool.map(post, range(tellers))) == len(events)
    with database.reading() as session:
        assert states(session) == expected(number)
        agents = session.exec(select(Event.agent).where(col(Event.agent).is_not(None))).all()
        assert len(agents) == 2 * number // len(STORIES)


def test_a_request_takes_few_statements(database: Database) -> None:
    with database.transaction() as session:
        put_in(session, 140)
    quiet = [each for each in told_of(140) if each["event"] in ("processed", "delivered", "open")]
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    with database.transaction() as session:
        event.listen(session.connection(), "before_cursor_execute", count)
        tell(session, quiet)
    assert statements < 20


def test_a_text_with_half_a_character_loses_no_event(session: Session) -> None:
    put_in(session, 7)
    bad, *others = told_of(7)
    body = json.dumps([{**bad, "reason": "\ud800", "response": "a\0b"}, *others]).encode()
    assert apply_events(session, body, NOW).new == len(others) + 1
    assert states(session) == expected(7)


def test_bytes_that_are_no_text_lose_no_event_beside_them(session: Session) -> None:
    put_in(session, 7)
    bad, *others = told_of(7)
    body = json.dumps([{**bad, "delivery": "BAD"}, *others]).encode().replace(b"BAD", b"\xff\xfe")
    assert apply_events(session, body, NOW) == Tally(new=len(others), strange=1)


@pytest.mark.parametrize("odd", [{"reason": [[1]] * 3}, {"response": 10**400}, {"x": 10**30}])
def test_odd_values_lose_no_event(session: Session, odd: dict[str, Any]) -> None:
    put_in(session, 7)
    bad, *others = told_of(7)
    del bad["sg_event_id"]
    assert tell(session, [{**bad, **odd}, *others]).new == len(others) + 1


def test_a_provider_s_refusals_count_toward_the_pause_of_the_campaign(session: Session) -> None:
    put_in(session, 21)
    refused = [each for each in told_of(21) if each["event"] in ("bounce", "dropped")]
    tell(session, refused)
    campaign = session.exec(select(Campaign)).one()
    session.refresh(campaign)
    passing = sum(each.get("type") == "blocked" for each in refused)
    assert campaign.refusals == len(refused) - passing
    later = NOW + timedelta(minutes=1)
    body = json.dumps([{**told_of(2)[2], "timestamp": later.timestamp()}]).encode()
    apply_events(session, body, later)
    session.refresh(campaign)
    assert campaign.refusals == 0
