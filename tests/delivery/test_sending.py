"""Draining the queue: what is handed over, what is recorded, and what is never sent again."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select, update

from outreach.db import Database
from outreach.delivery.carriers import Outcome
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.composing import Outgoing
from outreach.delivery.handing_over import HandOver
from outreach.delivery.queue import claim, expire_leases
from outreach.delivery.recording import WAITS
from outreach.delivery.sending import Tally, drain
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, SendingAddress, State, SuppressionReason
from outreach.letters.tables import Enclosure
from tests.delivery.making import (
    MORNING,
    a_campaign,
    a_composer,
    a_row,
    a_skeleton,
    every,
    put_in,
)

SENT = Outcome("sent")
Answer = Callable[[Outgoing], Outcome]


class Told:
    """A carrier that answers as told and remembers what it was given."""

    name = "told"

    def __init__(self, answer: Answer | Outcome = SENT, group_size: int = 4) -> None:
        self.answer = answer
        self.group_size = group_size
        self.groups: list[list[Outgoing]] = []

    def send(self, group: Sequence[Outgoing]) -> list[Outcome]:
        self.groups.append(list(group))
        if isinstance(self.answer, Outcome):
            return [self.answer] * len(group)
        return [self.answer(mail) for mail in group]

    def close(self) -> None:
        pass


def send(
    database: Database, carrier: Told, *, now: datetime = MORNING, limit: int | None = None
) -> Tally:
    return drain(database, carrier, a_composer(), worker="one", clock=lambda: now, limit=limit)


def the_only(database: Database) -> Delivery:
    [delivery] = every(database)
    return delivery


def test_everything_due_goes_in_groups_of_the_carrier_s_size(database: Database) -> None:
    put_in(database, *(a_row(number) for number in range(10)))
    carrier = Told()
    assert send(database, carrier) == Tally(sent=10)
    assert [len(group) for group in carrier.groups] == [4, 4, 2]
    assert {(row.state, row.sent_at) for row in every(database)} == {(State.sent, MORNING)}


def test_no_more_than_the_limit_goes(database: Database) -> None:
    put_in(database, *(a_row(number) for number in range(10)))
    assert send(database, Told(), limit=6) == Tally(sent=6)
    assert send(database, Told(), limit=0) == Tally()
    assert sum(row.state is State.queued for row in every(database)) == 4


def test_each_copy_holds_its_own_values(database: Database, tmp_path: Path) -> None:
    put_in(database, *(a_row(number) for number in range(3)))
    drain(database, Outbox(tmp_path), a_composer(), worker="one", clock=lambda: MORNING)
    for row in every(database):
        content = (tmp_path / "new" / f"{row.key}.eml").read_text()
        assert f"Dear {row.recipient_name}," in content
        assert content.count("Dear Person") == 2  # once as text, once as HTML


def test_while_the_carrier_works_the_intent_is_stored_and_no_transaction_is_open(
    database: Database,
) -> None:
    put_in(database, a_row(1))
    in_use, states = [], []

    def look(mail: Outgoing) -> Outcome:
        in_use.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]
        states.append(the_only(database).state)
        return SENT

    send(database, Told(look))
    assert (in_use, states) == ([0], [State.sending])


def test_what_the_provider_calls_it_is_kept(database: Database) -> None:
    put_in(database, a_row(1))
    send(database, Told(Outcome("sent", provider_id="message-7")))
    assert the_only(database).provider_id == "message-7"


def test_a_refusal_for_good_is_kept_with_the_last_answer(database: Database) -> None:
    put_in(database, a_row(1))
    assert send(database, Told(Outcome("refused", "550 5.1.1 no such user"))) == Tally(refused=1)
    row = the_only(database)
    assert (row.state, row.reason) == (State.failed, "550 5.1.1 no such user")


def test_a_refusal_for_now_waits_longer_each_time_and_then_is_for_good(
    database: Database,
) -> None:
    last = MORNING + timedelta(days=30)
    put_in(database, a_row(1, expires_at=last))
    now, waits = MORNING, []
    while the_only(database).state is State.queued:
        tally = send(database, Told(Outcome("later", "450 4.2.1 busy")), now=now)
        row = the_only(database)
        assert row.due_at is not None
        waits.append(row.due_at - now)
        assert row.expires_at == last
        now = row.due_at
    assert tuple(waits[:-1]) == WAITS
    assert sorted(WAITS) == list(WAITS)
    assert (row.state, tally) == (State.failed, Tally(refused=1))
    assert row.reason == "refused for now 7 times; the last answer: 450 4.2.1 busy"


def test_a_copy_that_waits_says_why(database: Database) -> None:
    put_in(database, a_row(1))
    assert send(database, Told(Outcome("later", "450 4.2.1 busy"))) == Tally(later=1)
    row = the_only(database)
    assert (row.state, row.reason) == (State.queued, "450 4.2.1 busy")
    assert (row.claimed_by, row.lease_until) == (None, None)


def test_a_carrier_that_asks_to_wait_is_left_alone_and_uses_up_no_attempt(
    database: Database,
) -> None:
    put_in(database, *(a_row(number) for number in range(6)))
    carrier = Told(Outcome("later", "429", retry_after=timedelta(seconds=90)))
    assert send(database, carrier) == Tally(later=4)
    assert len(carrier.groups) == 1
    asked = [row for row in every(database) if row.reason == "429"]
    assert {(row.attempts, row.due_at) for row in asked} == {(0, MORNING + timedelta(seconds=90))}


def test_a_copy_in_doubt_is_not_sent_again(database: Database) -> None:
    put_in(database, a_row(1))
    assert send(database, Told(Outcome("unknown", "no answer"))) == Tally(unknown=1)
    row = the_only(database)
    assert (row.state, row.reason, row.settled_at) == (State.unknown, "no answer", MORNING)
    assert send(database, Told(), now=MORNING + timedelta(days=9)) == Tally()


def breaks(mail: Outgoing) -> Outcome:
    raise RuntimeError(f"no idea about {mail.recipient.name} <{mail.recipient.address}>")


def test_a_carrier_that_breaks_off_leaves_a_doubt_and_the_next_group_goes(
    database: Database,
) -> None:
    put_in(database, *(a_row(number) for number in range(6)))
    carrier = Told(lambda mail: breaks(mail) if len(carrier.groups) == 1 else SENT)
    assert send(database, carrier) == Tally(sent=2, unknown=4)
    in_doubt = [row for row in every(database) if row.state is State.unknown]
    assert {row.reason for row in in_doubt} == {"the told carrier broke off: RuntimeError"}


def test_what_is_logged_of_it_names_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    put_in(database, a_row(1))
    with caplog.at_level(logging.DEBUG, logger="outreach"):
        send(database, Told(breaks))
    assert "broke off with 1 mails: no idea about [name] <[address]>" in caplog.text
    assert "test_sending.py" in caplog.text
    assert "Person 1" not in caplog.text
    assert "mission.example" not in caplog.text


def test_a_carrier_that_loses_count_leaves_a_doubt(database: Database) -> None:
    put_in(database, a_row(1), a_row(2))
    carrier = Told()
    carrier.send = lambda group: [SENT]  # type: ignore[method-assign]
    assert send(database, carrier) == Tally(unknown=2)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"recipient_address": "a b"}, "The address for To cannot stand in a mail."),
        ({"slots": []}, "A skeleton has more places than its copy has values."),
        ({"skeleton_id": None}, "its letter is not stored, or what it encloses"),
    ],
)
def test_a_row_that_cannot_be_composed_fails_without_the_others(
    database: Database, broken: dict[str, object], reason: str
) -> None:
    put_in(database, a_row(1), a_row(2, **broken), a_row(3))
    assert send(database, Told()) == Tally(sent=2, refused=1)
    first, second, third = every(database)
    assert first.state is third.state is State.sent
    assert (second.state, second.reason) == (
        State.failed,
        f"it could not be composed: {reason}",
    )


def test_a_group_in_which_nothing_can_be_composed_holds_up_nothing(database: Database) -> None:
    put_in(database, *(a_row(number, slots=[]) for number in range(4)), a_row(5))
    carrier = Told()
    assert send(database, carrier) == Tally(sent=1, refused=4)
    assert [len(group) for group in carrier.groups] == [1]


def test_what_may_not_go_any_more_is_put_away(database: Database) -> None:
    with database.transaction() as session:
        suppress(session, "person1@mission.example", SuppressionReason.unsubscribed, now=MORNING)
    suppressed, expired, left, fine = put_in(
        database, a_row(1), a_row(2, expires_at=MORNING), a_row(3), a_row(4)
    )
    with database.transaction() as session:
        session.exec(
            update(Delivery)
            .where(col(Delivery.id) == left)
            .values(state=State.sending, lease_until=MORNING)
        )
    assert send(database, Told()) == Tally(sent=1)
    assert {row.id: row.state for row in every(database)} == {
        suppressed: State.cancelled,
        expired: State.skipped,
        left: State.unknown,
        fine: State.sent,
    }


def test_a_group_in_hand_when_it_is_to_stop_is_the_last(database: Database) -> None:
    put_in(database, *(a_row(number) for number in range(10)))
    carrier = Told()
    tally = drain(
        database,
        carrier,
        a_composer(),
        worker="one",
        clock=lambda: MORNING,
        stop=lambda: bool(carrier.groups),
    )
    assert tally == Tally(sent=4)
    assert sum(row.state is State.queued for row in every(database)) == 6


def test_who_watches_is_told_of_each_campaign_in_the_order_of_its_copies(
    database: Database,
) -> None:
    with database.transaction() as session:
        ids = [a_campaign(session, slug).id for slug in ("one", "two")]
    put_in(database, *(a_row(number, campaign_id=ids[number % 2]) for number in range(4)), a_row(9))
    answers = [SENT, Outcome("refused", "550 no"), Outcome("unknown", "?"), SENT, SENT]
    told: list[dict[int, Sequence[Outcome]]] = []
    drain(
        database,
        Told(lambda mail: answers[mail.delivery_id - 1], group_size=5),
        a_composer(),
        worker="one",
        clock=lambda: MORNING,
        watch=lambda session, outcomes, now: told.append(dict(outcomes)),
    )
    assert told == [{ids[0]: [answers[0], answers[2]], ids[1]: [answers[1], answers[3]]}]


def test_a_database_that_is_away_is_told_what_became_of_a_group_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put_in(database, *(a_row(number) for number in range(6)))
    failures = iter([OperationalError("COMMIT", {}, Exception("locked"))] * 2)
    real = database.transaction

    @contextmanager
    def away() -> Iterator[Session]:
        with real() as session:
            yield session
            if error := next(failures, None):  # at the commit: all of it is lost
                raise error

    def answer(mail: Outgoing) -> Outcome:
        monkeypatch.setattr(database, "transaction", away)
        return SENT

    assert send(database, Told(answer)) == Tally(sent=6)
    assert {(row.state, row.attempts) for row in every(database)} == {(State.sent, 1)}
    assert caplog.text.count("The database is away") == 2


def test_letters_read_in_a_transaction_that_failed_are_still_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter of the second group is first seen in the very transaction that is rolled back."""
    put_in(database, *(a_row(number) for number in range(4)))
    with database.transaction() as session:
        session.add(a_skeleton(id="another"))
    put_in(database, *(a_row(number, skeleton_id="another") for number in range(4, 8)))
    failures = iter([OperationalError("COMMIT", {}, Exception("full"))])
    real = database.transaction

    @contextmanager
    def away() -> Iterator[Session]:
        with real() as session:
            yield session
            if error := next(failures, None):
                raise error

    def answer(mail: Outgoing) -> Outcome:
        monkeypatch.setattr(database, "transaction", away)
        return SENT

    assert send(database, Told(answer)) == Tally(sent=8)


def test_a_mistake_of_ours_uses_up_no_letter(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put_in(database, a_row(1))
    composer = a_composer()
    monkeypatch.setattr(composer, "compose", lambda *given: 1 / 0)
    tally = drain(database, Told(), composer, worker="one", clock=lambda: MORNING)
    assert tally == Tally(later=1)
    row = the_only(database)
    assert (row.state, row.attempts) == (State.queued, 0)
    assert row.reason == "it could not be composed: ZeroDivisionError"
    assert "could not be composed: ZeroDivisionError" in caplog.text


def test_since_when_an_address_sends_is_remembered(database: Database) -> None:
    put_in(database, a_row(1), a_row(2, sender_address="other@example.org", slots=[]))
    send(database, Told())
    put_in(database, a_row(3))
    send(database, Told(), now=MORNING + timedelta(days=1))
    with database.reading() as session:
        rows = session.exec(select(SendingAddress)).all()
    assert [(row.address, row.first_sent_at) for row in rows] == [("letters@example.org", MORNING)]


def test_what_is_refused_until_it_is_too_late_is_skipped_at_once(database: Database) -> None:
    put_in(database, a_row(1, expires_at=MORNING + WAITS[0]), a_row(2))
    send(database, Told(Outcome("later", "450 4.2.1 busy")))
    assert [row.state for row in every(database)] == [State.skipped, State.queued]


def overtaken(database: Database, outcome: Outcome) -> Delivery:
    """A copy whose lease ran out while the carrier was still busy with it."""
    put_in(database, a_row(1))

    def slowly(mail: Outgoing) -> Outcome:
        with database.transaction() as session:
            expire_leases(session, now=MORNING + timedelta(hours=1))
        return outcome

    send(database, Told(slowly))
    return the_only(database)


def test_that_it_went_is_believed_even_after_the_lease(database: Database) -> None:
    assert overtaken(database, Outcome("sent")).state is State.sent


@pytest.mark.parametrize("outcome", [Outcome("later", "450 busy"), Outcome("refused", "550 no")])
def test_anything_else_after_the_lease_leaves_the_doubt_to_a_person(
    database: Database, outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    assert overtaken(database, outcome).state is State.unknown
    assert "1 outcomes" in caplog.text


def test_an_outcome_does_not_touch_a_copy_that_somebody_else_has_claimed_since(
    database: Database,
) -> None:
    [delivery_id] = put_in(database, a_row(1))

    def slowly(mail: Outgoing) -> Outcome:
        with database.transaction() as session:
            row = update(Delivery).where(col(Delivery.id) == delivery_id)
            session.exec(row.values(state=State.queued))
            claim(session, worker="two", limit=1, now=MORNING)
        return Outcome("later", "450 busy")

    send(database, Told(slowly))
    row = the_only(database)
    assert (row.state, row.claimed_by) == (State.sending, "two")


def test_files_that_are_one_copys_own_are_forgotten_after_its_group(database: Database) -> None:
    for_all, *own = (Enclosure.of(f"{n}.pdf", "application/pdf", b"%d" % n) for n in range(7))
    with database.transaction() as session:
        session.add_all([for_all, *own])
    rows = [a_row(n, enclosures=[each.id, for_all.id]) for n, each in enumerate(own, 1)]
    put_in(database, *rows)
    hand_over = HandOver(Told(), a_composer())
    for _ in range(3):
        with database.transaction() as session:
            group = claim(session, worker="one", limit=2, now=MORNING)
            hand_over.load(session, group)
        names = {each for copy in group for each in copy.enclosures}
        assert hand_over._enclosures.keys() == names
        assert [each.verdict for each in hand_over.send(group, MORNING)] == ["sent"] * 2
