"""A file is looked at before it is stored, and what was seen is what the worker stores."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from outreach.accounts.tables import AuditEntry
from outreach.contacts import inspecting, lists, loading, uploads
from outreach.contacts.erasing import erase, find_person
from outreach.contacts.inspecting import Findings
from outreach.contacts.loading import Loader
from outreach.contacts.states import MemberStates
from outreach.contacts.storing import Store
from outreach.contacts.tables import Contact, ContactUpload, ContactUploadFile, UploadStage
from outreach.db import Database
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import SuppressionReason
from outreach.errors import InvalidInput, NotAllowed, NotFound
from tests.contacts.making import NOW, TOKENS, a_contact

FILE = """E-mail,State,Name,Seat,日
there@example.org,FR,Ana,4,x
new@example.org,Brésil,Bo,5,
bad,FR,,,
NEW@example.org,FR,,,
stopped@example.org,FR,,,
"""
MANY = "E-mail,State\n" + "".join(f"p{number}@example.org,FR\n" for number in range(7))


@pytest.fixture
def loader(database: Database, states: MemberStates) -> Loader:
    """The worker's part, in a database that knows one of those in FILE and sends another none."""
    with database.transaction() as session:
        a_contact(session, states, "there@example.org", role="mailbox")
        suppress(session, "stopped@example.org", SuppressionReason.bounced, now=NOW)
    return Loader(database, states, TOKENS, lambda: NOW)


def taken(loader: Loader, content: str = FILE) -> int:
    with loader.database.transaction() as session:
        upload = uploads.keep(session, "contacts.csv", content.encode(), "ann@example.org", NOW)
    return upload.id or 0


def looked_at(loader: Loader, content: str = FILE) -> tuple[int, Findings]:
    number = taken(loader, content)
    loader.work()
    return number, found(loader, number)


def upload(loader: Loader, number: int) -> ContactUpload:
    with loader.database.reading() as session:
        return uploads.get(session, number)


def found(loader: Loader, number: int) -> Findings:
    findings = uploads.findings(upload(loader, number))
    assert findings
    return findings


def tell_to_store(loader: Loader, number: int, seen: str, *, skip_bad: bool = True) -> None:
    with loader.database.transaction() as session:
        uploads.begin_storing(
            session, number, by="bob@example.org", list_slug="l", skip_bad=skip_bad, seen=seen
        )


def choose(loader: Loader, number: int, fields: Sequence[str]) -> None:
    with loader.database.transaction() as session:
        uploads.choose(session, number, fields)


def addresses(loader: Loader) -> list[str]:
    with loader.database.reading() as session:
        return list(session.exec(select(Contact.address).order_by(col(Contact.id))))


def test_the_preview_tells_all_and_stores_nothing(loader: Loader) -> None:
    _, seen = looked_at(loader)
    assert (seen.added, seen.updated, seen.unchanged) == (2, 1, 0)
    assert (seen.bad_rows, seen.doubles, seen.stopped) == (2, 1, 1)
    assert [(each.row, each.header) for each in seen.problems] == [(4, "E-mail"), (5, "E-mail")]
    assert seen.fields == ["address", "state", "name", "own.seat", "own.日"]
    first = [
        (each.row, each.becomes, each.cells["name"], each.cells["state"]) for each in seen.first
    ]
    assert first == [(2, "changed", "Ana", "FR"), (3, "new", "Bo", "BR"), (6, "new", "", "FR")]
    assert addresses(loader) == ["there@example.org"]


def test_what_was_seen_is_stored_and_the_file_goes(loader: Loader) -> None:
    number, seen = looked_at(loader)
    tell_to_store(loader, number, seen.seen)
    loader.work()
    done = upload(loader, number)
    assert (done.stage, done.stored) == (
        UploadStage.stored,
        {"added": 2, "updated": 1, "unchanged": 0},
    )
    assert found(loader, number).first == []  # which would be a copy of the file
    with loader.database.reading() as session:
        assert len(lists.contacts_on(session, ["l"])) == 3
        assert session.exec(select(ContactUploadFile)).all() == []
        noted = session.exec(select(AuditEntry)).one()
    assert (noted.actor, noted.detail) == ("bob@example.org", "2 new, 1 updated")


def test_rows_with_errors_are_left_out_only_by_a_person_s_word(loader: Loader) -> None:
    number, seen = looked_at(loader)
    with pytest.raises(NotAllowed, match="left out"):
        tell_to_store(loader, number, seen.seen, skip_bad=False)


def test_where_contacts_changed_meanwhile_a_person_looks_once_more(
    loader: Loader, states: MemberStates
) -> None:
    number, seen = looked_at(loader)
    with loader.database.transaction() as session:
        a_contact(session, states, "new@example.org", "BR")
    tell_to_store(loader, number, seen.seen)
    loader.work()
    again = upload(loader, number)
    assert (again.stage, again.problem) == (UploadStage.checked, loading.CHANGED)
    assert (found(loader, number).added, len(addresses(loader))) == (1, 2)
    tell_to_store(loader, number, found(loader, number).seen)
    loader.work()
    assert upload(loader, number).stage is UploadStage.stored


def test_nothing_is_stored_with_columns_that_nobody_saw(loader: Loader) -> None:
    number, seen = looked_at(loader)
    choose(loader, number, ["address", "state", "-", "own.seat", "-"])
    with pytest.raises(NotAllowed, match="in hand"):
        tell_to_store(loader, number, seen.seen)
    loader.work()
    with pytest.raises(NotAllowed, match="after you looked"):
        tell_to_store(loader, number, seen.seen)


def test_columns_are_what_a_person_says(loader: Loader) -> None:
    number, seen = looked_at(loader, "a,b,c,d\nx@example.org,FR,Ana,\x01\n")
    assert "no column for e-mail" in seen.problem
    choose(loader, number, ["address", "state", "name", "-"])
    loader.work()
    seen = found(loader, number)
    assert (seen.problem, seen.bad_rows) == ("", 0)
    tell_to_store(loader, number, seen.seen)
    loader.work()
    with loader.database.reading() as session:
        stored = session.exec(select(Contact).where(Contact.address == "x@example.org")).one()
    assert (stored.name, stored.extra) == ("Ana", {})


@pytest.mark.parametrize(
    "fields", [["address"], ["address", "state", "own.z", "-"], ["", "a", "b", "c"]]
)
def test_columns_are_nothing_else(loader: Loader, fields: list[str]) -> None:
    number, _ = looked_at(loader, "a,b,c,d\n")
    with pytest.raises(InvalidInput, match="load the page anew"):
        choose(loader, number, fields)


def test_two_columns_for_one_field_are_told(loader: Loader) -> None:
    number, _ = looked_at(loader, "E-mail,State,a\nx@example.org,FR,y\n")
    choose(loader, number, ["address", "state", "address"])
    loader.work()
    assert "are both for e-mail" in found(loader, number).problem


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ('E-mail,State\n"a,FR\n', "quotation mark"),
        ("E-mail,State" + ",x" * 10_000, "more than 200 columns"),
        (MANY, "outreach contacts import FILE"),
    ],
)
def test_what_is_no_table_goes_no_further_and_says_why(
    loader: Loader, monkeypatch: pytest.MonkeyPatch, content: str, told: str
) -> None:
    monkeypatch.setattr(inspecting, "MOST_ROWS", 6)
    number = taken(loader, content)
    loader.work()
    broken = upload(loader, number)
    assert broken.stage is UploadStage.broken
    assert told in broken.problem
    with loader.database.reading() as session:
        assert session.exec(select(ContactUploadFile)).all() == []


def test_a_worker_that_was_stopped_goes_on_where_it_was(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_PORTION", 3)
    number, seen = looked_at(loader, MANY)
    tell_to_store(loader, number, seen.seen)
    replace(loader, stop=_after(2)).work()
    halfway = upload(loader, number)
    assert (halfway.stage, halfway.done, halfway.total) == (UploadStage.to_store, 3, 7)
    with pytest.raises(NotAllowed, match="goes on to its end"), loader.database.transaction() as s:
        uploads.forget(s, number)
    loader.work()
    assert upload(loader, number).stored["added"] == 7
    assert len(addresses(loader)) == 8


def test_two_workers_do_not_take_the_same_file(loader: Loader) -> None:
    number = taken(loader)
    assert loader._take()
    assert loader.work() == 0
    later = replace(loader, clock=lambda: NOW + 2 * loading.LEASE)
    assert later.work() == 1  # the other one died
    assert upload(loader, number).stage is UploadStage.checked


def test_a_mistake_of_ours_ends_it_and_is_raised(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    number = taken(loader)
    monkeypatch.setattr(Store, "write", broken)
    with pytest.raises(RuntimeError):
        loader.work()
    assert upload(loader, number).problem == loading.BROKEN


def test_a_file_is_kept_for_a_day_and_never_longer_than_a_person_in_it(loader: Loader) -> None:
    number = taken(loader)
    with loader.database.transaction() as session:
        uploads.forget_old(session, NOW + timedelta(hours=23))
        assert uploads.get(session, number)
        uploads.forget_old(session, NOW + timedelta(days=1))
    with loader.database.reading() as session, pytest.raises(NotFound, match="for a day"):
        uploads.get(session, number)
    taken(loader)
    with loader.database.transaction() as session:
        erase(session, find_person(session, "there@example.org", TOKENS), now=NOW)
        assert nothing_is_kept(session)


def nothing_is_kept(session: Session) -> bool:
    kinds = (ContactUpload, ContactUploadFile)
    return not any(session.exec(select(kind)).all() for kind in kinds)


def _after(calls: int) -> Callable[[], bool]:
    """Says no so many times, and yes from then on."""
    said = iter([False] * calls)
    return lambda: next(said, True)
