"""An erased contact leaves nothing of itself behind and does not come back."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from outreach.contacts import erasing
from outreach.contacts.erasing import Erased, find_person
from outreach.contacts.lists import contacts_on
from outreach.contacts.tables import Contact
from outreach.delivery.tables import Delivery, Purpose, State, Suppression, SuppressionReason
from outreach.errors import InvalidInput
from outreach.letters.tables import Enclosure, Skeleton
from outreach.tokens import Tokens
from tests.contacts.conftest import Import, MakeFile

HEADER = ("E-mail", "State", "Name", "Title", "Role", "Language", "Time zone", "Tags", "Table")
SECRET = ("secret@example.org", "FR", *["secret"] * 3, "fr", "Asia/Tokyo", "secret", "secret")


def erase(session: Session, address: str, *, tokens: Tokens, now: datetime) -> Erased:
    return erasing.erase(session, find_person(session, address, tokens), now=now)


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


def test_erasing_twice_finds_nothing_more(
    session: Session, bring_in: Import, a_file: MakeFile, tokens: Tokens, now: datetime
) -> None:
    bring_in(a_file(HEADER, SECRET))
    contact_id = session.exec(select(Contact.id)).one()
    session.add(a_delivery(1, State.sent, now, contact_id=contact_id))
    session.flush()
    assert erase(session, "secret@example.org", tokens=tokens, now=now) == Erased(0, 1, 0)
    assert not find_person(session, "secret@example.org", tokens).is_known
    assert erase(session, "secret@example.org", tokens=tokens, now=now) == Erased(0, 0, 0)


def test_the_text_and_the_files_of_an_answer_go_unless_another_copy_has_them(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    for_her, for_all = (Skeleton.of("en", name, "secret", "") for name in ("hers", "all"))
    her_file, a_file = (Enclosure.of(name, "text/plain", b"secret") for name in ("hers", "all"))
    session.add_all([for_her, for_all, her_file, a_file])
    session.flush()
    both = [her_file.id, a_file.id]
    answer = {"purpose": Purpose.answer, "in_reply_to": "<secret@x>", "references": ["<secret@x>"]}
    for number, skeleton in enumerate((for_her, for_all)):
        own = {"skeleton_id": skeleton.id, "enclosures": both, **answer}
        session.add(a_delivery(number, State.sent, now, **own))
    other = {"skeleton_id": for_all.id, "enclosures": [a_file.id]}
    session.add(a_delivery(7, State.sent, now, recipient_address="other@example.org", **other))
    session.flush()
    assert erase(session, "secret@example.org", tokens=tokens, now=now) == Erased(0, 2, 2)
    session.expire_all()
    assert [row.subject for row in session.exec(select(Skeleton))] == ["all"]
    assert [row.name for row in session.exec(select(Enclosure))] == ["all"]
    blank = select(Delivery).where(Delivery.recipient_address != "other@example.org")
    for copy in session.exec(blank):
        assert (copy.skeleton_id, copy.enclosures, copy.in_reply_to) == (None, [], None)
        assert copy.references == []


def test_the_letter_that_went_to_many_stays(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    letter = Skeleton.of("en", "Letter", "To all", "")
    session.add(letter)
    session.flush()
    session.add(a_delivery(1, State.sent, now, skeleton_id=letter.id))
    session.flush()
    erase(session, "secret@example.org", tokens=tokens, now=now)
    session.expire_all()
    assert session.exec(select(Delivery.skeleton_id)).one() == letter.id


def test_what_a_server_said_goes_and_why_a_rule_held_a_copy_back_stays(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    session.add(a_delivery(1, State.bounced, now, reason="550 <secret@example.org> has left"))
    session.add(a_delivery(2, State.skipped, now, reason="no letter in this language"))
    session.flush()
    erase(session, "secret@example.org", tokens=tokens, now=now)
    session.expire_all()
    reasons = session.exec(select(Delivery.reason).order_by(Delivery.identity)).all()
    assert reasons == ["the contact was erased", "no letter in this language"]


def test_what_keeps_mail_from_the_address_stays_without_its_remark(
    session: Session, tokens: Tokens, now: datetime
) -> None:
    by_hand = SuppressionReason.by_hand
    remark = Suppression(
        address="secret@example.org", reason=by_hand, detail="she called", suppressed_at=now
    )
    session.add(remark)
    session.flush()
    erase(session, "secret@example.org", tokens=tokens, now=now)
    session.expire_all()
    kept = session.exec(select(Suppression)).one()
    assert (kept.address, kept.detail) == ("secret@example.org", "")


def test_erasing_what_is_no_address_says_so(session: Session, tokens: Tokens) -> None:
    with pytest.raises(InvalidInput):
        find_person(session, "nonsense", tokens)
