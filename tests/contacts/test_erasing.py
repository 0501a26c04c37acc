"""An erased contact leaves nothing of itself behind and does not come back."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from outreach.contacts.erasing import erase
from outreach.contacts.lists import contacts_on
from outreach.contacts.tables import Contact
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.errors import InvalidInput, NotFound
from outreach.tokens import Tokens
from tests.contacts.conftest import Import, MakeFile

HEADER = ("E-mail", "State", "Name", "Title", "Role", "Language", "Time zone", "Tags", "Table")
SECRET = ("secret@example.org", "FR", *["secret"] * 3, "fr", "Asia/Tokyo", "secret", "secret")


def a_delivery(number: int, state: State, now: datetime, **columns: object) -> Delivery:
    values = {
        "identity": f"campaign:c:1:contact:{number}",
        "key": f"{number:016}",
        "purpose": Purpose.letter,
        "state": state,
        "sender_address": "letters@example.org",
        "recipient_address": "secret@example.org",
        "recipient_domain": "example.org",
        "recipient_name": "secret",
        "slots": ["secret"],
        "created_at": now,
    }
    return Delivery(**{**values, **columns})


def everything_stored(session: Session) -> str:
    session.expire_all()
    tables = ("contact", "delivery", "list_membership", "mission")
    return str([session.connection().execute(text(f"SELECT * FROM {t}")).all() for t in tables])


def test_nothing_of_the_person_stays(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    bring_in(a_file(HEADER, SECRET), list_slug="geneva")
    contact_id = session.exec(select(Contact.id)).one()
    session.add(a_delivery(1, State.queued, now, contact_id=contact_id))
    session.add(a_delivery(2, State.sent, now, contact_id=contact_id))
    session.add(a_delivery(3, State.queued, now))  # an answer from the desk, by address alone
    session.flush()
    assert "secret" in everything_stored(session)
    done = erase(session, " SECRET@example.org", tokens=tokens, now=now)
    assert (done.cancelled, done.blanked) == (2, 3)
    assert "secret" not in everything_stored(session)
    assert "Tokyo" not in everything_stored(session)
    states = select(Delivery.state).order_by(Delivery.identity)
    assert session.exec(states).all() == [State.cancelled, State.sent, State.cancelled]
    assert contacts_on(session, ["geneva"]) == []
    assert session.exec(select(Contact.erased_at)).one() == now


def test_others_are_left_alone(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    other = ("other@example.org", "FR", "Other", *SECRET[3:])
    bring_in(a_file(HEADER, SECRET, other), list_slug="geneva")
    session.add(a_delivery(1, State.queued, now, recipient_address="other@example.org"))
    session.flush()
    assert erase(session, "secret@example.org", tokens=tokens, now=now).blanked == 0
    ((kept, _),) = contacts_on(session, ["geneva"])
    assert (kept.name, kept.extra) == ("Other", {"table": "secret"})
    assert session.exec(select(Delivery.slots)).one() == ["secret"]


def test_an_erased_contact_is_not_revived_by_an_import(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    file = a_file(HEADER, ("a@example.org", "DE", *[""] * 7), SECRET)
    bring_in(file)
    erase(session, "secret@example.org", tokens=tokens, now=now)
    for dry_run in (True, False):
        result = bring_in(file, list_slug="geneva", dry_run=dry_run)
        assert result.erased_rows == (3,)
        assert (result.added, result.updated, result.unchanged, result.bad_rows) == (0, 0, 1, 0)
    assert "secret" not in everything_stored(session)
    assert len(contacts_on(session, ["geneva"])) == 1


def test_what_stays_of_an_address_cannot_be_made_without_the_secret(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    bring_in(a_file(HEADER, SECRET))
    erase(session, "secret@example.org", tokens=tokens, now=now)
    result = bring_in(a_file(HEADER, SECRET), tokens=Tokens("another secret"), dry_run=True)
    assert result.erased_rows == ()


def test_erasing_nobody_says_so(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    bring_in(a_file(HEADER, SECRET))
    with pytest.raises(NotFound, match="no contact with that address"):
        erase(session, "nobody@example.org", tokens=tokens, now=now)
    erase(session, "secret@example.org", tokens=tokens, now=now)
    with pytest.raises(NotFound, match="erased already"):
        erase(session, "secret@example.org", tokens=tokens, now=now)


def test_erasing_what_is_no_address_says_so(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    with pytest.raises(InvalidInput):
        erase(session, "nonsense", tokens=tokens, now=now)
