"""Kept mails are read once each, by whichever worker, and none stops the others."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from outreach.db import Database
from outreach.errors import NotAllowed, NotFound
from outreach.inbox import searching
from outreach.inbox.kinds import MailKind
from outreach.inbox.overruling import overrule
from outreach.inbox.processing import Tally, process_new, try_again
from outreach.inbox.reading import CannotStart, Reader, Understand, Understood, understand
from outreach.inbox.receiving import store
from outreach.inbox.search_filter import MailFilter
from outreach.inbox.search_query import Query
from outreach.inbox.tables import IncomingMail, RawMail, RawState
from tests.inbox.samples import NAMES, a_mail, sample
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS


def keep(database: Database, *contents: bytes) -> list[int]:
    with database.transaction() as session:
        kept = [store(session, content, door="file", now=NOW) for content in contents]
        return [raw.id for raw in kept if raw.id is not None]


def come_by_lmtp(database: Database, content: bytes, recipient: str) -> None:
    """The same mail once more, as a server on the way hands it over."""
    with database.transaction() as session:
        content = b"Received: from a.example\r\n" + content
        store(session, content, door="lmtp", recipients=[recipient], now=NOW)


def a_held_mail(database: Database) -> tuple[bytes, str]:
    """Kept and read, but nothing in it names its letter, of which the key is here."""
    with database.transaction() as session:
        key = World(session).letter(1, "ambassador@mission-fr.example").key
    hidden = a_mail(**{"from": "x@elsewhere.example", "message_id": "<1@x.example>"})
    keep(database, hidden)
    assert read(database) == Tally(held=1)
    return hidden, key


def read(
    database: Database, limit: int | None = None, understand: Understand = understand
) -> Tally:
    return process_new(
        database, tokens=TOKENS, clock=lambda: NOW, understand=understand, limit=limit
    )


def mails(database: Database) -> list[IncomingMail]:
    with database.reading() as session:
        return list(session.exec(select(IncomingMail)))


def raw(database: Database, number: int) -> RawMail:
    with database.reading() as session:
        return session.get_one(RawMail, number)


def test_the_same_bytes_through_two_doors_are_kept_once(database: Database) -> None:
    assert len(set(keep(database, sample("away-it"), sample("away-it")))) == 1


def test_recipients_of_a_mail_handed_over_in_portions_are_all_kept(database: Database) -> None:
    for recipient in ("a@in.example.org", "b@in.example.org"):
        with database.transaction() as session:
            store(session, a_mail(), door="lmtp", recipients=[recipient], now=NOW)
    assert raw(database, 1).envelope_recipients == ["a@in.example.org", "b@in.example.org"]


def test_every_recorded_mail_is_read_and_stored(database: Database) -> None:
    keep(database, *map(sample, NAMES))
    assert read(database) == Tally(held=len(NAMES) - 1, unreadable=1)
    assert read(database) == Tally()
    assert len(mails(database)) == len(NAMES) - 1


def test_one_mail_with_two_sets_of_trace_fields_is_one(database: Database) -> None:
    content, trace = sample("away-it"), b"Received: from a.example\r\nDelivered-To: x@b.example\r\n"
    unnamed = a_mail("No Message-ID.", date="Tue, 1 Dec 2026 09:00:00 +0000")
    keep(database, content, trace + content, unnamed, trace + unnamed)
    assert read(database) == Tally(held=2, repeated=2)


def test_two_mails_that_share_a_message_id_by_mistake_are_two(database: Database) -> None:
    shared = {"message_id": "<1@scanner.example>"}
    keep(database, a_mail(**shared), a_mail(**{**shared, "from": "B <b@mission-de.example>"}))
    assert read(database) == Tally(held=2)


def test_a_second_door_that_knows_the_envelope_files_a_held_mail(database: Database) -> None:
    hidden, key = a_held_mail(database)
    to = f"inbox+{TOKENS.sign('reply', key)}@in.example.org"
    come_by_lmtp(database, hidden, to)
    assert read(database) == Tally(filed=1)
    [mail] = mails(database)
    assert (mail.matched_by, mail.thread_id is not None) == ("token", True)


def test_what_a_person_said_of_a_held_mail_holds_when_a_second_door_files_it(
    database: Database,
) -> None:
    hidden, key = a_held_mail(database)
    with database.transaction() as session:
        held = session.exec(select(IncomingMail)).one()
        overrule(session, held, MailKind.auto_reply, now=NOW)
    to = f"inbox+{TOKENS.sign('reply', key)}@in.example.org"
    come_by_lmtp(database, hidden, to)
    assert read(database) == Tally(filed=1)
    [mail] = mails(database)
    assert (mail.kind, mail.thread_id) == (MailKind.auto_reply, None)


def test_a_mail_that_a_second_door_shows_to_be_an_opt_out_is_found_as_one(
    database: Database,
) -> None:
    hidden, key = a_held_mail(database)
    to = f"inbox+{TOKENS.sign('unsubscribe', key)}@in.example.org"
    come_by_lmtp(database, hidden, to)
    read(database)
    with database.reading() as session:
        opt_outs = MailFilter(kind=MailKind.opt_out)
        assert len(searching.find(session, Query(), mails=opt_outs, limit=5)) == 1


def test_as_many_as_asked_for_are_read(database: Database) -> None:
    keep(database, a_mail("One"), a_mail("Two"), a_mail("Three"))
    assert [read(database, limit=2).total, read(database, limit=2).total] == [2, 1]


def test_two_workers_read_each_mail_once(database: Database) -> None:
    keep(database, *(a_mail(f"Mail {number}") for number in range(30)))
    with ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda _: read(database), range(2)))
    assert sum(tally.held for tally in tallies) == 30
    assert sum(tally.repeated + tally.unreadable for tally in tallies) == 0
    assert len(mails(database)) == 30


def test_a_mail_that_fails_is_kept_and_stops_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def fails_on_one(content: bytes) -> Understood:
        if b"secret" in content:
            raise ValueError(content)
        return understand(content)

    bad, good = keep(database, a_mail("a secret"), a_mail("Fine"))
    with caplog.at_level(logging.DEBUG):
        assert read(database, understand=fails_on_one) == Tally(held=1, unreadable=1)
    assert "secret" not in caplog.text
    problem = raw(database, bad).problem or ""
    assert problem.startswith("ValueError in test_processing.py, line ")
    assert raw(database, good).state is RawState.done

    with database.transaction() as session:
        try_again(session, bad)
    assert read(database) == Tally(held=1)
    assert raw(database, bad).problem is None


def test_a_mail_that_takes_long_to_read_keeps_nobody_waiting(database: Database) -> None:
    def others_write_meanwhile(content: bytes) -> Understood:
        keep(database, content + b"\r\nanother")
        return understand(content)

    keep(database, a_mail())
    assert read(database, understand=others_write_meanwhile).total == 1


def test_a_mail_that_another_worker_read_meanwhile_has_no_effect_again(
    database: Database,
) -> None:
    def another_is_faster(content: bytes) -> Understood:
        assert read(database) == Tally(held=1)
        return understand(content)

    keep(database, a_mail())
    assert read(database, understand=another_is_faster) == Tally()
    assert len(mails(database)) == 1


def test_only_what_could_not_be_read_is_tried_again(database: Database) -> None:
    [number] = keep(database, a_mail())
    with database.transaction() as session, pytest.raises(NotAllowed):
        try_again(session, number)
    with database.transaction() as session, pytest.raises(NotFound):
        try_again(session, number + 1)


def test_a_mail_that_breaks_the_reader_off_is_kept_and_stops_no_other(database: Database) -> None:
    bad, good = keep(database, a_mail("x" * 400_000), a_mail("Fine"))
    with Reader(limit=1e-6) as impatient:
        assert read(database, limit=1, understand=impatient.understand) == Tally(unreadable=1)
    assert raw(database, bad).problem == "reading it took longer than 1e-06 seconds"

    with database.transaction() as session:
        try_again(session, bad)
    with Reader() as reader:
        assert read(database, understand=reader.understand) == Tally(held=2)
    assert raw(database, good).state is RawState.done


def test_where_nothing_can_be_read_mails_stay_new(database: Database) -> None:
    def fail(_: bytes) -> Understood:
        raise CannotStart

    [number] = keep(database, a_mail())
    with pytest.raises(CannotStart):
        read(database, understand=fail)
    assert raw(database, number).state is RawState.new
