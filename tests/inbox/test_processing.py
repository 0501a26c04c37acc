"""Kept mails are read once each, by whichever worker, and none stops the others."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from outreach.db import Database
from outreach.errors import NotAllowed, NotFound
from outreach.inbox import processing
from outreach.inbox.processing import Tally, process_new, try_again
from outreach.inbox.receiving import store
from outreach.inbox.tables import IncomingMail, RawMail, RawState
from tests.inbox.samples import NAMES, a_mail, sample
from tests.tracking.making import NOW, TOKENS


def keep(database: Database, *contents: bytes) -> list[int]:
    with database.transaction() as session:
        kept = [store(session, content, door="file", now=NOW) for content in contents]
        return [raw.id for raw in kept if raw.id is not None]


def read(database: Database, limit: int | None = None) -> Tally:
    return process_new(database, tokens=TOKENS, clock=lambda: NOW, limit=limit)


def mails(database: Database) -> list[IncomingMail]:
    with database.reading() as session:
        return list(session.exec(select(IncomingMail)))


def raw(database: Database, number: int) -> RawMail:
    with database.reading() as session:
        return session.get_one(RawMail, number)


def test_the_same_bytes_through_two_doors_are_kept_once(database: Database) -> None:
    assert len(set(keep(database, sample("away-it"), sample("away-it")))) == 1


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
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    classify = processing.classify

    def fails_on_one(mail: processing.ParsedMail) -> processing.Verdict:
        if "secret" in mail.visible:
            raise ValueError(mail.visible)
        return classify(mail)

    monkeypatch.setattr(processing, "classify", fails_on_one)
    bad, good = keep(database, a_mail("a secret"), a_mail("Fine"))
    with caplog.at_level(logging.DEBUG):
        assert read(database) == Tally(held=1, unreadable=1)
    assert "secret" not in caplog.text
    problem = raw(database, bad).problem or ""
    assert problem.startswith("ValueError in test_processing.py, line ")
    assert raw(database, good).state is RawState.done

    monkeypatch.undo()
    with database.transaction() as session:
        try_again(session, bad)
    assert read(database) == Tally(held=1)
    assert raw(database, bad).problem is None


def test_a_mail_that_takes_long_to_read_keeps_nobody_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = processing.parse

    def others_write_meanwhile(content: bytes) -> processing.ParsedMail:
        keep(database, content + b"\r\nanother")
        return parse(content)

    keep(database, a_mail())
    monkeypatch.setattr(processing, "parse", others_write_meanwhile)
    assert read(database).total == 1


def test_a_mail_that_another_worker_read_meanwhile_has_no_effect_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = processing.parse

    def another_is_faster(content: bytes) -> processing.ParsedMail:
        monkeypatch.undo()
        assert read(database) == Tally(held=1)
        return parse(content)

    keep(database, a_mail())
    monkeypatch.setattr(processing, "parse", another_is_faster)
    assert read(database) == Tally()
    assert len(mails(database)) == 1


def test_only_what_could_not_be_read_is_tried_again(database: Database) -> None:
    [number] = keep(database, a_mail())
    with database.transaction() as session, pytest.raises(NotAllowed):
        try_again(session, number)
    with database.transaction() as session, pytest.raises(NotFound):
        try_again(session, number + 1)
