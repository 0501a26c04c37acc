"""A file is looked at before it is stored, and what was seen is what is stored."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from outreach.contacts import lists, uploads
from outreach.contacts.erasing import erase, find_person
from outreach.contacts.importing import ImportResult
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, ContactUpload
from outreach.contacts.uploads import Preview
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


def taken(session: Session, content: str = FILE) -> ContactUpload:
    return uploads.keep(session, "contacts.csv", content.encode(), NOW)


def look(session: Session, upload: ContactUpload, states: MemberStates) -> Preview:
    return uploads.preview(session, upload, states, tokens=TOKENS, now=NOW)


def store(
    session: Session,
    upload: ContactUpload,
    states: MemberStates,
    seen: str,
    *,
    skip_bad: bool = True,
) -> ImportResult:
    return uploads.store(
        session, upload, states,
        tokens=TOKENS, now=NOW, list_slug="l", skip_bad=skip_bad, seen=seen,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _there(session: Session, states: MemberStates) -> None:
    a_contact(session, states, "there@example.org", role="mailbox")
    suppress(session, "stopped@example.org", SuppressionReason.bounced, now=NOW)


def test_the_preview_tells_all_and_stores_nothing(session: Session, states: MemberStates) -> None:
    seen = look(session, taken(session), states)
    result = seen.result
    assert (result.added, result.updated, result.unchanged) == (2, 1, 0)
    assert (result.bad_rows, result.doubles, seen.stopped) == (2, 1, 1)
    assert [(each.row, each.field) for each in result.problems] == [(4, "E-mail"), (5, "E-mail")]
    assert seen.columns.fields == ("address", "state", "name", "own.seat", "own.日")
    first = [
        (each.row.number, each.is_new, each.after["name"], each.after["role"])
        for each in seen.first
    ]
    assert first == [(2, False, "Ana", "mailbox"), (3, True, "Bo", ""), (6, True, "", "")]
    assert len(session.exec(select(Contact)).all()) == 1


def test_what_was_seen_is_stored_and_the_file_goes(session: Session, states: MemberStates) -> None:
    upload = taken(session)
    result = store(session, upload, states, look(session, upload, states).seen)
    assert (result.added, result.updated) == (2, 1)
    assert len(lists.contacts_on(session, ["l"])) == 3
    session.flush()
    assert session.exec(select(ContactUpload)).all() == []


def test_rows_with_errors_are_left_out_only_by_a_person_s_word(
    session: Session, states: MemberStates
) -> None:
    upload = taken(session)
    with pytest.raises(NotAllowed, match="left out"):
        store(session, upload, states, look(session, upload, states).seen, skip_bad=False)


def test_nothing_is_stored_that_nobody_saw(session: Session, states: MemberStates) -> None:
    upload = taken(session)
    before = look(session, upload, states).seen
    a_contact(session, states, "new@example.org", "BR")
    with pytest.raises(NotAllowed, match="after you looked"), session.begin_nested():
        store(session, upload, states, before)
    seen = look(session, upload, states).seen
    uploads.choose(session, upload, ["address", "state", "-", "own.seat", "-"])
    with pytest.raises(NotAllowed, match="after you looked"), session.begin_nested():
        store(session, upload, states, seen)
    assert lists.names(session) == []


def test_columns_are_what_a_person_says(session: Session, states: MemberStates) -> None:
    upload = taken(session, "a,b,c,d\nx@example.org,FR,Ana,\x01\n")
    assert "no column for e-mail" in look(session, upload, states).problem
    uploads.choose(session, upload, ["address", "state", "name", "-"])
    seen = look(session, upload, states)
    assert not seen.problem
    assert seen.result.bad_rows == 0
    store(session, upload, states, seen.seen)
    stored = session.exec(select(Contact).where(Contact.address == "x@example.org")).one()
    assert (stored.name, stored.extra) == ("Ana", {})


@pytest.mark.parametrize(
    "fields", [["address"], ["address", "state", "own.z", "-"], ["", "a", "b", "c"]]
)
def test_columns_are_nothing_else(session: Session, fields: list[str]) -> None:
    upload = taken(session, "a,b,c,d\n")
    with pytest.raises(InvalidInput, match="load the page anew"):
        uploads.choose(session, upload, fields)


def test_two_columns_for_one_field_are_told(session: Session, states: MemberStates) -> None:
    upload = taken(session, "E-mail,State,a\nx@example.org,FR,y\n")
    uploads.choose(session, upload, ["address", "state", "address"])
    assert "are both for e-mail" in look(session, upload, states).problem


@pytest.mark.parametrize("content", ["", "\n\n", "\xff\xfe\x00"])
def test_what_is_no_table_is_refused_at_once(session: Session, content: str) -> None:
    with pytest.raises(InvalidInput):
        uploads.keep(session, "x", content.encode("latin-1"), NOW)


def test_too_many_rows_lead_to_the_command_line(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_ROWS", 5)
    taken(session)
    with pytest.raises(InvalidInput, match="outreach contacts import FILE"):
        taken(session, FILE + "z@example.org,FR,,,\n")


def test_a_file_is_kept_for_a_day_and_never_longer_than_a_person_in_it(session: Session) -> None:
    upload = taken(session)
    uploads.forget_old(session, NOW + timedelta(hours=23))
    assert uploads.get(session, upload.id or 0)
    uploads.forget_old(session, NOW + timedelta(days=1))
    session.expunge_all()
    with pytest.raises(NotFound, match="for a day"):
        uploads.get(session, upload.id or 0)
    taken(session)
    erase(session, find_person(session, "there@example.org", TOKENS), now=NOW)
    assert session.exec(select(ContactUpload)).all() == []
