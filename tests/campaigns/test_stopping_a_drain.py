"""Pause, resume and cancel while a worker sends: no more than the group in its hands goes."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from outreach.campaigns import progress
from outreach.campaigns.tables import Campaign
from outreach.db import Database
from outreach.delivery.carriers import Outcome
from outreach.delivery.composing import Outgoing
from outreach.delivery.recording import Tally
from outreach.delivery.sending import drain
from outreach.delivery.tables import Delivery, State
from tests.campaigns.making import (
    MONDAY,
    SCHEDULE,
    a_contact,
    a_running_campaign,
    release,
)
from tests.delivery.making import a_composer

GROUP = 3
TUESDAY = datetime(2026, 12, 1, 15, tzinfo=UTC)  # when all letters are due
REMINDER = datetime(2026, 12, 10, 15, 10, tzinfo=UTC)  # seven working days later

Act = Callable[[Session, Campaign], object]


class Interrupted:
    """Takes everything; while it has its second group in hand, somebody does something."""

    name, group_size = "interrupted", GROUP

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._groups = 0

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        self._groups += 1
        if self._groups == 2:
            self._act()
        return [Outcome("sent")] * len(group)

    def close(self) -> None:
        pass


def do(database: Database, act: Act) -> None:
    with database.transaction() as session:
        act(session, progress.get(session, "offices"))


def pause(session: Session, campaign: Campaign) -> None:
    progress.pause(session, campaign, now=TUESDAY, reason="a mistake")


def cancel(session: Session, campaign: Campaign) -> None:
    progress.cancel(session, campaign, now=TUESDAY, reason="a mistake")


def send(database: Database, now: datetime, act: Act = lambda session, campaign: None) -> Tally:
    carrier = Interrupted(lambda: do(database, act))
    return drain(database, carrier, a_composer(), worker="one", clock=lambda: now)


def give_moments(database: Database, now: datetime) -> int:
    with database.transaction() as session:
        return release(session, now)


def states_of(database: Database, step: int) -> list[State]:
    with database.reading() as session:
        query = select(col(Delivery.state)).where(Delivery.step == step)
        return sorted(session.exec(query))


@pytest.fixture
def ten_letters(database: Database) -> Database:
    with database.transaction() as session:
        for number in range(10):
            a_contact(session, address=f"person@{number}.example")
        a_running_campaign(session, SCHEDULE)
    assert give_moments(database, MONDAY) == 10
    return database


def let_letters_go(database: Database) -> None:
    assert send(database, TUESDAY).sent == 10
    in_time = REMINDER - timedelta(hours=2)
    assert give_moments(database, in_time) == 10


def test_a_pause_lets_no_more_go_than_the_group_in_hand(ten_letters: Database) -> None:
    assert send(ten_letters, TUESDAY, pause).sent == 2 * GROUP
    assert send(ten_letters, TUESDAY).total == 0
    assert give_moments(ten_letters, TUESDAY) == 0
    assert states_of(ten_letters, 1) == [State.queued] * 4 + [State.sent] * 6


def test_resumed_it_sends_the_rest_and_nothing_twice(ten_letters: Database) -> None:
    send(ten_letters, TUESDAY, pause)
    wednesday = TUESDAY + timedelta(days=1)
    do(ten_letters, lambda session, campaign: progress.resume(session, campaign, now=wednesday))
    assert send(ten_letters, wednesday).total == 0
    assert give_moments(ten_letters, wednesday - timedelta(hours=5)) == 4
    assert send(ten_letters, wednesday).sent == 4
    assert states_of(ten_letters, 1) == [State.sent] * 10


def test_a_cancellation_lets_no_more_go_than_the_group_in_hand(ten_letters: Database) -> None:
    assert send(ten_letters, TUESDAY, cancel).sent == 2 * GROUP
    assert states_of(ten_letters, 1) == [State.cancelled] * 4 + [State.sent] * 6
    assert states_of(ten_letters, 2) == [State.cancelled] * 10
    assert give_moments(ten_letters, REMINDER) == 0


@pytest.mark.parametrize(("act", "left"), [(pause, State.queued), (cancel, State.cancelled)])
def test_reminders_are_stopped_as_letters_are(ten_letters: Database, act: Act, left: State) -> None:
    let_letters_go(ten_letters)
    assert send(ten_letters, REMINDER, act).sent == 2 * GROUP
    assert send(ten_letters, REMINDER).total == 0
    assert states_of(ten_letters, 2) == sorted([left] * 4 + [State.sent] * 6)
