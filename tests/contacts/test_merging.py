"""Two contacts become one, and nobody gets a mail twice by it."""

from datetime import timedelta
from itertools import product

import pytest
from sqlmodel import Session, col, select

from outreach.contacts import doubles, editing, lists
from outreach.contacts.erasing import erase, find_person
from outreach.contacts.merging import WHY, Merged, merge
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact
from outreach.delivery.states import MAY_HAVE_GONE
from outreach.delivery.suppression import suppress, suppressed
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.errors import NotAllowed
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, RawMail
from tests.contacts.conftest import Import, MakeFile
from tests.contacts.making import NOW, TOKENS, a_campaign, a_contact, a_copy

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def pair(session: Session, states: MemberStates) -> tuple[Contact, Contact]:
    """The one that stays, and the one that goes."""
    keep = a_contact(session, states, "keep@example.org", name="Ana Silva", tags="a")
    away = a_contact(session, states, "away@example.org", name="ANA SILVA", role="ambassador",
                     tags="b", languages="fr", seat="4")  # fmt: skip
    return keep, away


def test_the_one_that_stays_has_all_and_the_other_only_its_address(
    session: Session, pair: tuple[Contact, Contact]
) -> None:
    keep, away = pair
    merge(session, keep, away, now=LATER)
    assert (keep.name, keep.role, keep.languages) == ("Ana Silva", "ambassador", ["fr"])
    assert (keep.tags, keep.extra) == (["a", "b"], {"seat": "4"})
    assert "role:ambassador" in keep.terms
    assert (away.address, away.merged_into) == ("away@example.org", keep.id)
    assert not any((away.name, away.role, away.tags, away.languages, away.extra, away.terms))


@pytest.mark.parametrize(("ours", "theirs"), list(product(State, State)))
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_of_two_copies_of_one_step_at_most_one_still_goes(
    session: Session, pair: tuple[Contact, Contact], ours: State, theirs: State
) -> None:
    keep, away = pair
    campaign = a_campaign(session)
    first, second = (a_copy(session, campaign, c, s) for c, s in ((keep, ours), (away, theirs)))
    done = merge(session, keep, away, now=LATER)
    went = MAY_HAVE_GONE | {State.sending}
    copies = [first, second]
    for copy in copies:
        session.refresh(copy)
    waiting = [copy for copy in copies if copy.state is State.queued]
    assert len(waiting) <= 1
    if {ours, theirs} & went:
        assert not waiting
    elif State.queued in {ours, theirs}:
        assert waiting[0].contact_id == keep.id
    assert done.withdrawn == (ours, theirs).count(State.queued) - len(waiting)
    # One copy of a step each, or what follows it would follow both.
    assert sorted(copy.contact_id or 0 for copy in copies) == [keep.id, away.id]


def test_what_is_withdrawn_says_why(session: Session, pair: tuple[Contact, Contact]) -> None:
    keep, away = pair
    campaign = a_campaign(session)
    a_copy(session, campaign, keep, State.sent)
    copy = a_copy(session, campaign, away, State.queued)
    assert merge(session, keep, away, now=LATER) == Merged(0, 1, 0, 0, False)
    session.refresh(copy)
    assert (copy.state, copy.reason) == (State.cancelled, WHY)


def test_copies_that_only_the_other_had_go_on_under_the_name_that_no_plan_makes_again(
    session: Session, pair: tuple[Contact, Contact]
) -> None:
    keep, away = pair
    campaign = a_campaign(session)
    a_copy(session, campaign, away, State.sent)
    a_copy(session, campaign, away, State.queued, step=2)
    assert merge(session, keep, away, now=LATER).copies == 2
    copies = session.exec(select(Delivery).order_by(col(Delivery.step))).all()
    assert [copy.identity for copy in copies] == [
        f"campaign:wipo:{step}:contact:{keep.id}" for step in (1, 2)
    ]
    assert {copy.contact_id for copy in copies} == {keep.id}
    assert [copy.state for copy in copies] == [State.sent, State.queued]


def test_lists_and_mails_change_hands(session: Session, pair: tuple[Contact, Contact]) -> None:
    keep, away = pair
    both, other = (lists.make(session, name) for name in ("both", "other"))
    for made, whom in ((both, (keep.id, away.id)), (other, (away.id,))):
        lists.put_on(session, made.id or 0, [col(Contact.id).in_(whom)])
    mail = a_mail(session, away)
    done = merge(session, keep, away, now=LATER)
    assert (done.lists, done.mails) == (1, 1)
    assert [len(lists.contacts_on(session, [name])) for name in ("both", "other")] == [1, 1]
    session.refresh(mail)
    assert mail.contact_id == keep.id


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_who_opted_out_stays_out(
    session: Session, pair: tuple[Contact, Contact], reason: SuppressionReason
) -> None:
    keep, away = pair
    suppress(session, away.address, reason, now=NOW)
    done = merge(session, keep, away, now=LATER)
    assert done.stopped == (reason is not SuppressionReason.bounced)
    assert (keep.address in suppressed(session, [keep.address])) == done.stopped


def test_an_import_makes_no_second_contact_of_it(
    session: Session, pair: tuple[Contact, Contact], bring_in: Import, a_file: MakeFile
) -> None:
    keep, away = pair
    merge(session, keep, away, now=LATER)
    file = a_file(["E-mail", "State"], ["away@example.org", "FR"], ["keep@example.org", "FR"])
    result = bring_in(file, list_slug="l")
    assert (result.added, result.updated, result.unchanged, result.merged_rows) == (0, 0, 1, (2,))
    assert [contact.id for contact, _ in lists.contacts_on(session, ["l"])] == [keep.id]


def test_erasing_the_one_erases_the_other_address_too(
    session: Session, pair: tuple[Contact, Contact]
) -> None:
    keep, away = pair
    campaign = a_campaign(session)
    for contact in pair:
        a_copy(session, campaign, contact, State.sent, recipient_name="Ana")
    merge(session, keep, away, now=LATER)
    erase(session, find_person(session, keep.address, TOKENS), now=LATER)
    session.expire_all()
    stored = [
        each.model_dump_json()
        for each in (*session.exec(select(Contact)), *session.exec(select(Delivery)))
    ]
    assert not any(word in row for row in stored for word in ("away@", "keep@", "Ana"))


def test_contacts_of_two_missions_are_two(session: Session, states: MemberStates) -> None:
    one, other = (a_contact(session, states, f"a@{code}.example", code) for code in ("FR", "DE"))
    with pytest.raises(NotAllowed, match="same mission"):
        merge(session, one, other, now=LATER)
    with pytest.raises(NotAllowed):
        merge(session, one, one, now=LATER)


def test_doubles_are_found_whatever_the_portions(
    session: Session, states: MemberStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code, names in {
        "FR": ["Ana", "ÀNA", "Bo"],
        "DE": ["Ana"],
        "EG": ["", "", "X"],
        "JP": ["佐藤"] * 2,
    }.items():
        for number, name in enumerate(names):
            a_contact(session, states, f"{number}@{code.lower()}.example", code, name=name)
    for portion, most in ((1, 9), (3, 9), (4, 9), (100, 9), (100, 1)):
        monkeypatch.setattr(doubles, "_PORTION", portion)
        monkeypatch.setattr(doubles, "MOST", most)
        after: int | None = 0
        found = []
        while after is not None:
            more, after = doubles.look(session, after)
            found += [(each.mission.state, len(each.contacts)) for each in more]
        expected = [("FR", 2), ("JP", 2)] if portion >= 3 else []
        assert found == expected, portion


def a_mail(session: Session, contact: Contact) -> IncomingMail:
    raw = RawMail(digest="x", content=b"x", door="file", received_at=NOW)
    session.add(raw)
    session.flush()
    mail = IncomingMail(
        raw_id=raw.id or 0, message_key="x", received_at=NOW, kind=MailKind.reply,
        contact_id=contact.id,
    )  # fmt: skip
    session.add(mail)
    session.flush()
    return mail


def test_who_is_merged_away_is_not_there_any_more(
    session: Session, pair: tuple[Contact, Contact], states: MemberStates
) -> None:
    keep, away = pair
    merge(session, keep, away, now=LATER)
    with pytest.raises(editing.Refused) as refused:
        a_contact(session, states, "away@example.org")
    assert "another address of a contact" in refused.value.reasons["address"]
