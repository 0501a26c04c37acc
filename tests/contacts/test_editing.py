"""A contact by hand goes by the rules of the import."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from outreach.contacts import editing
from outreach.contacts.editing import Refused
from outreach.contacts.erasing import erase, find_person
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.suppression import suppress, suppressed
from outreach.delivery.tables import SuppressionReason
from outreach.errors import NotAllowed, NotFound
from tests.contacts.conftest import Import, MakeFile
from tests.contacts.making import NOW, TOKENS, a_contact, typed


def change(session: Session, states: MemberStates, contact: Contact, **fields: str) -> list[str]:
    form = editing.as_typed(contact, session.get_one(Mission, contact.mission_id)) | fields
    return editing.change(
        session,
        contact.id or 0,
        form,
        states,
        tokens=TOKENS,
        seen=editing.version(contact),
        now=NOW + timedelta(hours=1),
    )


def test_it_is_stored_as_the_same_row_of_a_file_would_be(
    session: Session, states: MemberStates, bring_in: Import, a_file: MakeFile
) -> None:
    header = ["E-mail", "State", "Given name", "Family name", "Role", "Languages", "Tags", "Seat"]
    cells = ["B@Example.org", "Brésil", "Ana", "Silva", "Embajadora", "french, en", "a; b", "4"]
    bring_in(a_file(header, cells))
    (by_file,) = session.exec(select(Contact)).all()
    asked = {"role": "Embajadora", "languages": "french, en", "tags": "a; b", "seat": "4"}
    by_hand = a_contact(
        session, states, "A@Example.org", "BR", given_name="Ana", family_name="Silva", **asked
    )
    apart = {"id", "address", "terms"}
    assert by_hand.model_dump(exclude=apart) == by_file.model_dump(exclude=apart)
    assert by_hand.terms == by_file.terms.replace("b example org", "a example org")


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("address", "nobody", "@-sign"),
        ("address", "", "empty"),
        ("state", "XX", "no member state"),
        ("languages", "of the moon", "no language"),
        ("time_zone", "Mars", "no time zone"),
        ("name", "x" * 201, "longer than 200"),
        ("name", "a\0b", "control characters"),
        ("address", "there@example.org", "of another contact"),
    ],
)
def test_what_a_file_may_not_hold_a_form_may_not_either(
    session: Session, states: MemberStates, field: str, text: str, reason: str
) -> None:
    a_contact(session, states, "there@example.org")
    with pytest.raises(Refused) as refused:
        a_contact(session, states, **{"address": "new@example.org", field: text})
    assert reason in refused.value.reasons[field]
    assert len(session.exec(select(Contact)).all()) == 1


def test_all_mistakes_are_told_at_once(session: Session, states: MemberStates) -> None:
    with pytest.raises(Refused) as refused:
        a_contact(session, states, "nobody", "XX", time_zone="Mars")
    assert refused.value.reasons.keys() == {"address", "state", "time_zone"}


def test_one_is_changed_and_the_changed_fields_are_named(
    session: Session, states: MemberStates
) -> None:
    contact = a_contact(session, states, "a@example.org", seat="4", organization="Ministry")
    changed = change(
        session, states, contact, name="Ana", organization="MINISTRY", **{"own.seat": ""}
    )
    assert changed == ["name", "own.seat"]
    assert (contact.name, contact.extra) == ("Ana", {})
    assert " ana " in f" {contact.terms} "
    assert change(session, states, contact, name="Ana") == []
    assert len(session.exec(select(Mission)).all()) == 1


def test_whoever_was_slower_is_told_and_changes_nothing(
    session: Session, states: MemberStates
) -> None:
    contact = a_contact(session, states, "a@example.org")
    seen = editing.version(contact)
    change(session, states, contact, name="Ana")
    with pytest.raises(NotAllowed, match="Somebody changed"):
        editing.change(
            session, contact.id or 0, typed("b@example.org"), states,
            tokens=TOKENS, seen=seen, now=NOW,
        )  # fmt: skip
    assert contact.address == "a@example.org"


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_a_new_address_opts_nobody_in(
    session: Session, states: MemberStates, reason: SuppressionReason
) -> None:
    contact = a_contact(session, states, "old@example.org")
    suppress(session, "old@example.org", reason, now=NOW)
    change(session, states, contact, address="new@example.org")
    still = suppressed(session, ["new@example.org"])
    assert bool(still) == (reason is not SuppressionReason.bounced)


def test_nobody_who_was_erased_comes_back(session: Session, states: MemberStates) -> None:
    contact = a_contact(session, states, "a@example.org")
    erase(session, find_person(session, "a@example.org", TOKENS), now=NOW)
    with pytest.raises(NotFound):
        editing.get(session, contact.id or 0)
    with pytest.raises(Refused) as refused:
        a_contact(session, states, "a@example.org")
    assert "asked to be erased" in refused.value.reasons["address"]
