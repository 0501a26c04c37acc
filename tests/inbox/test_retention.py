"""What is over its time is deleted, in small portions; what waits for a person waits longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import select

from outreach.accounts.tables import Organizer, Role
from outreach.db import Database
from outreach.delivery.addresses import is_erased
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.errors import NotAllowed
from outreach.inbox import retention
from outreach.inbox.processing import take_in, try_again
from outreach.inbox.reading import understand
from outreach.inbox.receiving import store
from outreach.inbox.retention import Tally
from outreach.inbox.tables import (
    Change,
    IncomingMail,
    RawMail,
    RawState,
    Thread,
    ThreadNote,
    ThreadState,
)
from outreach.letters.tables import Skeleton
from tests.inbox.samples import a_mail
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS

YEAR = 365
ANA = "ana@mission-fr.example"


@contextmanager
def a_world(database: Database) -> Iterator[World]:
    with database.transaction() as session:
        yield World(session)


def a_reply(world: World, **fields: str) -> IncomingMail:
    letter = world.letter(1, ANA)
    return world.receive(a_mail("Secret.", in_reply_to=letter.message_id, **fields))


def a_held_mail(world: World) -> IncomingMail:
    return world.receive(a_mail("Who are you?", **{"from": "someone@elsewhere.example"}))


def later(database: Database, *, days: float, raw: int = YEAR, threads: int = 0) -> Tally:
    return retention.delete_old(
        database, raw_mail_days=raw, thread_days=threads, now=NOW + timedelta(days=days)
    )


def raw_mails(database: Database) -> list[tuple[RawState, bytes]]:
    with database.reading() as session:
        return [(raw.state, raw.content) for raw in session.exec(select(RawMail))]


def mails(database: Database) -> list[IncomingMail]:
    with database.reading() as session:
        return list(session.exec(select(IncomingMail)))


def test_the_bytes_of_a_mail_go_when_their_time_is_over_and_not_before(database: Database) -> None:
    with a_world(database) as world:
        a_reply(world)
    assert later(database, days=365) == Tally()
    assert later(database, days=365.1) == Tally(raw_mails=1)
    assert raw_mails(database) == [(RawState.deleted, b"")]
    assert later(database, days=365.1) == Tally()
    (mail,) = mails(database)
    assert (mail.text, mail.from_address) == ("Secret.", ANA)


def test_the_same_mail_fetched_once_more_is_not_taken_in_anew(database: Database) -> None:
    with a_world(database) as world:
        mail = a_reply(world)
        content = world.session.get_one(RawMail, mail.raw_id).content
        store(world.session, content, door="file", recipients=[ANA], now=NOW)
    later(database, days=366)
    with database.transaction() as session:
        again = store(session, content, door="imap", recipients=[ANA], now=NOW)
        assert (again.state, again.content, again.envelope_recipients) == (
            RawState.deleted,
            b"",
            [],
        )
    assert len(raw_mails(database)) == 1


def test_nothing_goes_where_mail_is_kept_for_ever(database: Database) -> None:
    with a_world(database) as world:
        a_reply(world)
        a_held_mail(world)
    assert later(database, days=36_500, raw=0) == Tally()


def test_the_holding_pen_waits_for_a_person_twice_as_long_and_is_then_deleted_whole(
    database: Database,
) -> None:
    with a_world(database) as world:
        mail = a_held_mail(world)
        # The same mail through another door.
        raw = world.session.get_one(RawMail, mail.raw_id)
        world.session.add(
            RawMail(
                digest="2",
                content=b"Received: x\r\n" + raw.content,
                door="imap",
                received_at=NOW,
                state=RawState.done,
                mail_id=mail.id,
            )
        )
    assert later(database, days=729) == Tally()
    assert later(database, days=731) == Tally(held_mails=1)
    assert mails(database) == []
    assert raw_mails(database) == [(RawState.deleted, b"")] * 2
    assert later(database, days=3000) == Tally()


def test_what_could_not_be_read_waits_twice_as_long_and_what_nobody_has_read_is_kept(
    database: Database,
) -> None:
    with a_world(database) as world:
        kept = [store(world.session, content, door="file", now=NOW) for content in (b"1", b"2")]
        kept[0].state = RawState.unreadable
        world.session.add(kept[0])
    assert later(database, days=729) == Tally()
    assert later(database, days=731) == Tally(raw_mails=1)
    assert sorted(raw_mails(database)) == [(RawState.deleted, b""), (RawState.new, b"2")]
    with database.transaction() as session, pytest.raises(NotAllowed, match="were deleted"):
        try_again(session, kept[0].id or 0)


def test_a_pass_deletes_a_small_portion(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION", 2)
    with a_world(database) as world:
        for number in range(1, 6):
            world.letter(number, f"a{number}@mission-{number}.example")
            world.receive(a_mail(**{"from": f"a{number}@mission-{number}.example"}))
    passes = [later(database, days=400).raw_mails for _ in range(4)]
    assert passes == [2, 2, 1, 0]


def an_answer(world: World, mail: IncomingMail) -> Delivery:
    letter = world.session.get_one(Delivery, mail.delivery_id)
    skeleton = Skeleton.of("en", "Re: Secret", "Dear Secret", "<p>Dear Secret</p>")
    world.session.add(skeleton)
    world.session.flush()
    answer = Delivery(
        identity="answer:1",
        key="a" * 16,
        purpose=Purpose.answer,
        state=State.sent,
        campaign_id=letter.campaign_id,
        mission_id=letter.mission_id,
        skeleton_id=skeleton.id,
        sender_address="letters@example.org",
        recipient_name="Secret",
        recipient_address=ANA,
        recipient_domain="mission-fr.example",
        in_reply_to=mail.message_id,
        created_at=NOW,
    )
    world.session.add(answer)
    return answer


def a_conversation(world: World) -> IncomingMail:
    mail = a_reply(
        world,
        subject="Secret",
        message_id="<secret@mission-fr.example>",
        cc="secret@mission-fr.example",
    )
    organizer = Organizer(address="o@example.org", role=Role.organizer, created_at=NOW)
    world.session.add(organizer)
    an_answer(world, mail)
    world.session.flush()
    note = ThreadNote(
        thread_id=mail.thread_id, author_id=organizer.id, text="Secret", written_at=NOW
    )
    world.session.add(note)
    return mail


def close(database: Database, state: ThreadState = ThreadState.closed) -> None:
    with database.transaction() as session:
        thread = session.exec(select(Thread)).one()
        thread.state = state
        session.add(thread)


def test_a_closed_thread_loses_its_texts_names_and_addresses_and_keeps_what_figures_count(
    database: Database,
) -> None:
    with a_world(database) as world:
        before = a_conversation(world).model_dump()
    close(database)
    assert later(database, days=30, threads=30) == Tally()
    done = later(database, days=31, threads=30)
    assert done == Tally(texts=1, notes=1, answers=1)
    (mail,) = mails(database)
    after = mail.model_dump()
    kept = {name for name in after if after[name] == before[name]}
    assert kept >= {"kind", "received_at", "sent_at", "thread_id", "delivery_id", "contact_id"}
    assert "secret" not in str(after).lower()
    assert ANA not in str(after)
    assert raw_mails(database) == [(RawState.deleted, b"")]
    with database.reading() as session:
        assert session.exec(select(ThreadNote)).all() == []
        assert session.exec(select(Change)).all() == []
        assert session.exec(select(Skeleton)).all() == []
        answer = session.exec(select(Delivery).where(Delivery.purpose == Purpose.answer)).one()
        assert (answer.recipient_name, answer.skeleton_id, answer.in_reply_to) == ("", None, None)
        assert is_erased(answer.recipient_address)
        letter = session.exec(select(Delivery).where(Delivery.purpose == Purpose.letter)).one()
        assert letter.recipient_address == ANA
    assert later(database, days=31, threads=30) == Tally()


@pytest.mark.parametrize("state", [ThreadState.waiting_for_us, ThreadState.waiting_for_them])
def test_a_thread_that_is_not_closed_keeps_everything(
    database: Database, state: ThreadState
) -> None:
    with a_world(database) as world:
        a_conversation(world)
    close(database, state)
    assert later(database, days=3000, raw=0, threads=30) == Tally()


def test_threads_are_kept_for_ever_unless_a_time_is_set(database: Database) -> None:
    with a_world(database) as world:
        a_conversation(world)
    close(database)
    assert later(database, days=3000) == Tally(raw_mails=1)
    assert mails(database)[0].text == "Secret."


def test_a_machines_mail_that_no_thread_followed_is_emptied_in_its_time(
    database: Database,
) -> None:
    with a_world(database) as world:
        letter = world.letter(1, ANA)
        away = a_mail(
            "I am out of the office.", in_reply_to=letter.message_id, auto_submitted="auto-replied"
        )
        mail = world.receive(away)
        assert (mail.thread_id, mail.delivery_id) == (None, letter.id)
    assert later(database, days=30, raw=0, threads=30) == Tally()
    assert later(database, days=31, raw=0, threads=30) == Tally(texts=1)
    assert mails(database)[0].text == ""


def test_a_mail_that_was_emptied_and_comes_once_more_by_another_door_is_not_kept(
    database: Database,
) -> None:
    with a_world(database) as world:
        mail = a_conversation(world)
        content = world.session.get_one(RawMail, mail.raw_id).content
    close(database)
    later(database, days=31, threads=30)
    with database.transaction() as session:
        raw = store(session, b"Received: by another door\r\n" + content, door="imap", now=NOW)
        assert take_in(session, raw, *understand(raw.content), TOKENS, NOW) == "repeated"
    assert raw_mails(database) == [(RawState.deleted, b"")] * 2
