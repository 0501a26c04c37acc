"""Where a mail belongs."""

import pytest

from outreach.delivery.tables import State
from outreach.errors import NotAllowed
from outreach.inbox.filing import file_by_hand, find_place
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import parse
from outreach.inbox.tables import ThreadState
from tests.inbox.samples import a_mail, sample
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS, a_campaign, a_contact, a_copy, state_of

ANA = "ana@mission-fr.example"


def reply_address(key: str) -> str:
    return f"inbox+{TOKENS.sign('reply', key)}@in.example.org"


@pytest.mark.parametrize(
    "field", ["to", "cc", "delivered_to", "x_original_to", "envelope_to", "x_forwarded_to"]
)
def test_a_token_files_in_whichever_field_it_stands(world: World, field: str) -> None:
    letter = world.letter(1, ANA)
    mail = world.receive(a_mail(**{field: f"Somebody <{reply_address(letter.key)}>"}))
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "token")
    assert mail.contact_id == letter.contact_id


def test_a_reply_by_bcc_is_filed_by_what_the_server_noted(world: World) -> None:
    letter = world.letter(12, "w.kamau@mission-ke.example")
    assert world.receive_sample("reply-by-bcc").delivery_id == letter.id


def test_the_envelope_that_the_door_saw_files_too(world: World) -> None:
    letter = world.letter(1, ANA)
    mail = world.receive(a_mail(), reply_address(letter.key))
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "token")


def test_a_retyped_token_from_elsewhere_is_filed_and_marked(world: World) -> None:
    letter = world.letter(11, "ambassador@mission-gh.example")
    mail = world.receive_sample("reply-retyped-token")
    assert (mail.delivery_id, mail.from_stranger) == (letter.id, True)
    assert world.threads()[0].state is ThreadState.waiting_for_us


@pytest.mark.parametrize(
    ("sender", "stranger"),
    [
        (ANA, False),
        ("secretary@mission-fr.example", False),
        ("ana@mail.mission-fr.example", False),
        ("deputy@elsewhere.example", False),  # a known contact of the mission
        ("ana@mission-de.example", True),
        ("ana@evilmission-fr.example", True),
    ],
)
def test_who_is_no_stranger(world: World, sender: str, stranger: bool) -> None:
    letter = world.letter(1, ANA)
    world.colleague(letter, "deputy@elsewhere.example")
    mail = world.receive(a_mail(**{"from": sender, "to": reply_address(letter.key)}))
    assert mail.from_stranger is stranger


def test_a_forged_token_files_nothing_and_is_suggested(world: World) -> None:
    letter = world.letter(1, ANA)
    forged = f"inbox+{letter.key}{'0' * 16}@in.example.org"
    mail = world.receive(a_mail(**{"from": "x@elsewhere.example", "to": forged}))
    assert mail.delivery_id is None
    assert [each["delivery_id"] for each in mail.suggestions] == [letter.id]


def test_who_answers_a_preview_has_not_answered_for_the_mission(world: World) -> None:
    letter = world.letter(1, ANA, state=State.queued)
    sender = {"from": "organizer@elsewhere.example", "in_reply_to": letter.message_id}
    mail = world.receive(a_mail(to=reply_address(letter.key), **sender))
    assert (mail.delivery_id, mail.suggestions) == (None, [])
    with pytest.raises(NotAllowed, match="never left"):
        file_by_hand(world.session, mail, letter, NOW)
    assert (mail.delivery_id, state_of(world.session, letter)) == (None, State.queued)


@pytest.mark.parametrize("field", ["in_reply_to", "references"])
def test_without_a_token_the_answered_mail_files(world: World, field: str) -> None:
    letter = world.letter(1, ANA)
    older = world.letter(2, "b@mission-de.example")
    fields = {field: f"<else@where.example> {letter.message_id}"}
    if field == "references":
        fields[field] = f"{older.message_id} {letter.message_id}"
    mail = world.receive(a_mail(**{"from": "x@elsewhere.example", **fields}))
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "references")


def test_a_bounce_is_filed_by_the_mail_that_it_returns(world: World) -> None:
    letter = world.letter(31, "press@mission-gr.example")
    content = bounce_without_token()
    mail = world.receive(content)
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "references")
    assert mail.from_stranger is False


def bounce_without_token() -> bytes:

    lines = sample("bounce-exchange").split(b"\r\n")
    dropped = (b"To: <inbox+", b"Reply-To:", b"In-Reply-To:", b"References:")
    return b"\r\n".join(line for line in lines if not line.startswith(dropped))


@pytest.mark.parametrize("kind", [MailKind.bounce, MailKind.complaint])
def test_a_report_in_a_contacts_name_alone_files_nothing(world: World, kind: MailKind) -> None:
    """Whoever knows the address could stop it."""
    world.letter(1, ANA)
    forged = parse(a_mail(**{"from": ANA}))
    assert find_place(world.session, forged, kind, (), TOKENS).delivery is None


def test_the_sender_files_to_the_copy_that_went_last(world: World) -> None:
    contact = a_contact(world.session, ANA)
    old = a_copy(world.session, a_campaign(world.session, slug="old"), contact)
    new = a_copy(world.session, world.campaign, contact)
    a_copy(world.session, world.campaign, contact, step=2, state=State.queued)
    mail = world.receive(a_mail(**{"from": ANA.upper()}))
    assert (mail.delivery_id, mail.matched_by) == (new.id, "sender")
    assert old.id != new.id


def test_a_colleague_without_a_letter_is_filed_while_the_thread_is_open(world: World) -> None:
    letter = world.letter(1, ANA)
    world.colleague(letter, "deputy@mission-fr.example")
    from_deputy = {"from": "deputy@mission-fr.example"}
    assert world.receive(a_mail("One", **from_deputy)).delivery_id is None
    world.receive(a_mail(to=reply_address(letter.key)))
    second = world.receive(a_mail("Two", **from_deputy))
    assert second.delivery_id == letter.id
    assert second.contact_id != letter.contact_id
    world.threads()[0].state = ThreadState.closed
    world.session.flush()
    assert world.receive(a_mail("Three", **from_deputy)).delivery_id is None


def test_a_subject_alone_files_nothing(world: World) -> None:
    world.letter(1, ANA)
    mail = world.receive(a_mail(**{"from": "x@elsewhere.example", "subject": "Re: Open letter"}))
    assert (mail.thread_id, mail.delivery_id, mail.suggestions) == (None, None, [])


def test_a_bounce_that_only_names_an_address_waits_for_a_person(world: World) -> None:
    letter = world.letter(1, "posol@mission-tj.example")
    mail = world.receive_sample("bounce-words-ru")
    assert (mail.kind, mail.delivery_id) == (MailKind.bounce, None)
    assert mail.suggestions[0]["delivery_id"] == letter.id
    assert state_of(world.session, letter) is State.sent


def test_suggestions_come_with_reasons_the_likeliest_first(world: World) -> None:
    by_domain = world.letter(1, ANA)
    mentioned = world.letter(2, "b@mission-de.example")
    sender = {"from": "registry@mission-fr.example"}
    mail = world.receive(a_mail("Your letter to b@mission-de.example came to us.", **sender))
    assert [each["delivery_id"] for each in mail.suggestions] == [mentioned.id, by_domain.id]
    assert all(each["why"] for each in mail.suggestions)


def test_a_public_providers_domain_suggests_nobody(world: World) -> None:
    for number in range(1, 6):
        world.letter(number, f"mission{number}@provider.example")
    mail = world.receive(a_mail(**{"from": "somebody@provider.example"}))
    assert mail.suggestions == []


def test_a_person_files_what_was_held_and_its_effects_follow_once(world: World) -> None:
    letter = world.letter(1, ANA)
    reminder = world.reminder(letter)
    mail = world.receive(a_mail(**{"from": "ana@elsewhere.example"}))
    assert state_of(world.session, reminder) is State.queued
    file_by_hand(world.session, mail, letter, NOW)
    assert (mail.delivery_id, mail.matched_by) == (letter.id, "hand")
    assert mail.thread_id == world.threads()[0].id
    assert state_of(world.session, reminder) is State.cancelled
    with pytest.raises(NotAllowed):
        file_by_hand(world.session, mail, letter, NOW)
