"""The table of states, and that nothing gets past it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col

from outreach.db import Database
from outreach.delivery.states import MAY_HAVE_GONE, NOT_LEFT, TAKEN, TRANSITIONS, move, move_where
from outreach.delivery.tables import Delivery, State
from tests.delivery.making import MORNING, a_row, put


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=st.lists(st.sampled_from(list(State)), max_size=8))
def test_no_sequence_of_moves_leaves_the_table(database: Database, wanted: list[State]) -> None:
    with Session(database.engine) as session:
        [delivery] = put(session, a_row())
        state = State.queued
        for to in wanted:
            moved = move(session, [delivery.id or 0], to, now=MORNING)
            assert moved == ([delivery.id] if to in TRANSITIONS[state] else [])
            state = to if moved else state
            session.refresh(delivery)
            assert delivery.state is state


def at(session: Session, *path: State, now: datetime = MORNING) -> Delivery:
    """A delivery that came along this path."""
    [delivery] = put(session, a_row())
    for state in path:
        assert move(session, [delivery.id or 0], state, now=now)
    session.refresh(delivery)
    return delivery


def test_every_state_is_in_the_table() -> None:
    assert set(TRANSITIONS) == set(State)


def test_a_copy_has_left_or_not_or_that_is_not_settled() -> None:
    between = {State.sending, State.failed}
    assert sorted([*NOT_LEFT, *MAY_HAVE_GONE, *between]) == sorted(State)
    assert TAKEN < MAY_HAVE_GONE


def test_only_the_rows_that_may_move_are_named(session: Session) -> None:
    first, second = put(session, a_row(1), a_row(2))
    move(session, [second.id or 0], State.cancelled, now=MORNING)
    ids = [first.id or 0, second.id or 0, 999]
    assert move(session, ids, State.sending, now=MORNING) == [first.id]


def test_the_reason_and_the_moment_are_set_with_the_state(session: Session) -> None:
    delivery = at(session, State.sending)
    move(session, [delivery.id or 0], State.failed, now=MORNING, reason="550 5.1.1 no such user")
    session.refresh(delivery)
    assert (delivery.state, delivery.reason) == (State.failed, "550 5.1.1 no such user")
    assert delivery.settled_at == MORNING


def test_a_new_state_does_not_keep_the_reason_of_the_one_before(session: Session) -> None:
    delivery = at(session, State.sending)
    move(session, [delivery.id or 0], State.queued, now=MORNING, reason="450 later")
    move(session, [delivery.id or 0], State.sending, now=MORNING)
    session.refresh(delivery)
    assert delivery.reason is None


@pytest.mark.parametrize("settled", [State.sent, State.delivered, State.bounced])
def test_a_copy_that_was_in_doubt_went_when_the_doubt_came_up(
    session: Session, settled: State
) -> None:
    delivery = at(session, State.sending, State.unknown)
    move(session, [delivery.id or 0], settled, now=MORNING + timedelta(days=3))
    session.refresh(delivery)
    assert delivery.sent_at == MORNING


def test_when_it_was_sent_stays_when_it_is_delivered(session: Session) -> None:
    delivery = at(session, State.sending, State.sent)
    move(session, [delivery.id or 0], State.delivered, now=MORNING + timedelta(hours=1))
    session.refresh(delivery)
    assert delivery.sent_at == MORNING
    assert delivery.settled_at == MORNING + timedelta(hours=1)


def test_a_row_back_in_the_queue_belongs_to_nobody(session: Session) -> None:
    [delivery] = put(session, a_row())
    ids = [delivery.id or 0]
    move(session, ids, State.sending, now=MORNING, claimed_by="one", lease_until=MORNING)
    move(session, ids, State.queued, now=MORNING)
    session.refresh(delivery)
    assert (delivery.claimed_by, delivery.lease_until) == (None, None)


def test_a_caller_may_narrow_where_rows_come_from(session: Session) -> None:
    delivery = at(session, State.sending, State.unknown)
    ids = [delivery.id or 0]
    assert move(session, ids, State.queued, now=MORNING, only_from={State.sending}) == []
    assert move(session, ids, State.queued, now=MORNING, only_from={State.unknown}) == ids


def test_all_rows_that_meet_a_condition_move_at_once(session: Session) -> None:
    rows = put(session, *(a_row(number, step=number % 2) for number in range(6)))
    odd = col(Delivery.step) == 1
    moved = move_where(session, odd, State.cancelled, now=MORNING, reason="withdrawn")
    assert sorted(moved) == sorted(row.id or 0 for row in rows if row.step == 1)
