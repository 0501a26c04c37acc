"""Putting in, claiming, and what is left in doubt."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Literal

import pytest
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.db import Database
from outreach.delivery.queue import claim, enqueue, expire_leases, settle, skip_expired
from outreach.delivery.states import move
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.errors import NotAllowed, NotFound
from tests.delivery.making import MORNING, TOKENS, a_row, every, put, put_in

MINUTE = timedelta(minutes=1)


def claimed(session: Session, *, worker: str = "one", limit: int = 100) -> list[int]:
    return [row.id or 0 for row in claim(session, worker=worker, limit=limit, now=MORNING)]


def test_the_same_copy_cannot_be_queued_twice(session: Session) -> None:
    put(session, a_row(1))
    rows = [a_row(1, slots=["Somebody else"]), a_row(2), a_row(2)]
    assert enqueue(session, rows, tokens=TOKENS, now=MORNING) == 1
    stored = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
    assert [row.slots for row in stored] == [["Person 1"], ["Person 2"]]


def test_a_queued_copy_reads_back_as_it_was_put_in(session: Session) -> None:
    row = a_row(
        1, references=("<a@example.org>",), expires_at=MORNING + MINUTE, slots=["Ж", "", "<b>"]
    )
    [stored] = put(session, row)
    assert stored.slots == ["Ж", "", "<b>"]
    assert stored.references == ["<a@example.org>"]
    assert stored.expires_at == MORNING + MINUTE
    assert stored.recipient_domain == "mission.example"
    assert stored.key == TOKENS.key(row.identity)
    assert (stored.state, stored.attempts, stored.created_at) == (State.queued, 0, MORNING)


def test_any_number_of_rows_go_in_from_a_generator(database: Database) -> None:
    with database.transaction() as session:
        put(session)
        rows = (a_row(number) for number in range(2_345))
        assert enqueue(session, rows, tokens=TOKENS, now=MORNING) == 2_345


def test_the_longest_due_are_claimed_first(session: Session) -> None:
    late, early, middle = put(
        session,
        a_row(1, due_at=MORNING),
        a_row(2, due_at=MORNING - 2 * MINUTE),
        a_row(3, due_at=MORNING - MINUTE),
    )
    assert claimed(session, limit=2) == [early.id, middle.id]
    assert claimed(session, limit=2) == [late.id]


def test_a_claimed_copy_says_who_has_it_and_until_when(session: Session) -> None:
    put(session, a_row(1))
    [copy] = claim(session, worker="one", limit=1, now=MORNING, lease=5 * MINUTE)
    row = session.get_one(Delivery, copy.id, populate_existing=True)
    assert (row.state, row.claimed_by, row.attempts) == (State.sending, "one", 1)
    assert row.lease_until == MORNING + 5 * MINUTE


@pytest.mark.parametrize(
    "why_not",
    [
        {"due_at": None},
        {"due_at": MORNING + MINUTE},
        {"open_until": MORNING},
        {"expires_at": MORNING},
        {"state": State.skipped, "reason": "no letter in a language it reads"},
    ],
)
def test_what_may_not_go_now_is_not_claimed(session: Session, why_not: dict[str, object]) -> None:
    put(session, a_row(1, **why_not))
    assert claimed(session) == []


def test_what_is_open_and_not_too_late_is_claimed(session: Session) -> None:
    put(session, a_row(1, open_until=MORNING + MINUTE, expires_at=MORNING + MINUTE))
    assert len(claimed(session)) == 1


def test_a_suppressed_address_is_never_claimed(session: Session) -> None:
    suppress(session, "person1@mission.example", SuppressionReason.by_hand, now=MORNING)
    _, other = put(session, a_row(1), a_row(2))
    assert claimed(session) == [other.id]


def test_several_workers_at_once_take_no_copy_twice(database: Database) -> None:
    ids = put_in(database, *(a_row(number) for number in range(240)))

    def work(worker: str) -> list[int]:
        taken: list[int] = []
        while True:
            with database.transaction() as session:
                group = claimed(session, worker=worker, limit=7)
            if not group:
                return taken
            taken += group

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, ["one", "two", "three", "four"]))
    together = [delivery_id for share in shares for delivery_id in share]
    assert sorted(together) == sorted(ids)
    assert all(delivery.attempts == 1 for delivery in every(database))


def test_a_lease_that_ran_out_brings_the_copy_to_doubt_and_not_back(session: Session) -> None:
    [delivery] = put(session, a_row(1))
    claim(session, worker="one", limit=1, now=MORNING, lease=MINUTE)
    assert expire_leases(session, now=MORNING + MINUTE / 2) == 0
    assert expire_leases(session, now=MORNING + MINUTE) == 1
    session.refresh(delivery)
    assert delivery.state is State.unknown
    assert delivery.reason == "the worker that was sending it did not report back"
    assert claimed(session) == []


def test_what_is_too_late_is_skipped_with_the_reason(session: Session) -> None:
    late, _ = put(session, a_row(1, expires_at=MORNING), a_row(2, expires_at=MORNING + MINUTE))
    assert skip_expired(session, now=MORNING) == 1
    session.refresh(late)
    assert (late.state, late.reason) == (State.skipped, "it could not go before its latest time")


def in_doubt(session: Session, **changes: object) -> int:
    [delivery] = put(session, a_row(1, **changes))
    move(session, [delivery.id or 0], State.sending, now=MORNING, attempts=3)
    move(session, [delivery.id or 0], State.unknown, now=MORNING)
    return delivery.id or 0


def test_a_person_can_say_that_a_copy_in_doubt_went(session: Session) -> None:
    delivery = settle(session, in_doubt(session), "sent", now=MORNING + MINUTE, by="a@example.org")
    assert (delivery.state, delivery.sent_at) == (State.sent, MORNING)
    assert delivery.reason == "settled as sent by a@example.org"


def test_a_person_can_send_a_copy_in_doubt_again(session: Session) -> None:
    delivery = settle(session, in_doubt(session), "queued", now=MORNING, by="a@example.org")
    assert (delivery.state, delivery.attempts) == (State.queued, 0)
    assert claimed(session) == [delivery.id]


def test_a_campaign_gives_its_copies_their_time_itself(session: Session) -> None:
    campaign = Campaign(slug="c", name="C", source="", loaded_by="x", loaded_at=MORNING)
    session.add(campaign)
    session.flush()
    delivery_id = in_doubt(session, campaign_id=campaign.id, open_until=MORNING)
    delivery = settle(session, delivery_id, "queued", now=MORNING, by="a@example.org")
    assert (delivery.due_at, delivery.open_until) == (None, None)


@pytest.mark.parametrize("to", ["sent", "queued"])
@pytest.mark.parametrize("state", [State.sending, State.sent])
def test_only_what_is_in_doubt_can_be_settled(
    session: Session, state: State, to: Literal["sent", "queued"]
) -> None:
    [delivery] = put(session, a_row(1))
    for each in (State.sending, state):
        move(session, [delivery.id or 0], each, now=MORNING)
    with pytest.raises(NotAllowed, match=f"is {state}; only one that is unknown"):
        settle(session, delivery.id or 0, to, now=MORNING, by="a@example.org")
    assert claimed(session) == []


def test_what_is_not_there_cannot_be_settled(session: Session) -> None:
    with pytest.raises(NotFound, match="no delivery 999"):
        settle(session, 999, "sent", now=MORNING, by="a@example.org")
