"""Answers from the desk: to whom, as what, once, and back into the same thread."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from outreach.accounts.tables import Organizer, Role
from outreach.delivery.states import move
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, Purpose, State, SuppressionReason
from outreach.errors import InvalidInput, NotAllowed
from outreach.inbox import answering, threads
from outreach.inbox.answering import Draft
from outreach.inbox.kinds import MailKind
from outreach.inbox.overruling import overrule
from outreach.inbox.tables import IncomingMail, Thread, ThreadState
from outreach.letters.tables import Enclosure
from tests.delivery.making import a_composer, body, read
from tests.inbox.samples import a_mail, sample
from tests.inbox.world import World, contact_of
from tests.tracking.making import NOW, TOKENS, state_of, suppressed

ANA = "ana@mission-fr.example"
ANNA = Organizer(
    address="anna@example.org", name="Anna Müller", role=Role.organizer, created_at=NOW
)
NONCE = "a-nonce-of-this-form"


class Desk:
    """A thread of one letter and one answer to it, and somebody who writes back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.letter = world.letter(1, ANA)
        self.mail = self.receive(subject="AW: Offices", message_id="<two@mission-fr.example>")
        (self.thread,) = world.threads()

    def receive(self, text: str = "Thank you.", **fields: str) -> IncomingMail:
        to = f"inbox+{TOKENS.sign('reply', self.letter.key)}@in.example.org"
        return self.world.receive(a_mail(text, **{"to": to, **fields}))

    @property
    def seen(self) -> list[str]:
        return threads.contents(self.world.session, self.thread)

    def send(self, **changes: Any) -> bool:
        about = {"mail_id": self.mail.id, "text": "We agree.", "nonce": NONCE, "seen": self.seen}
        assert self.thread.id is not None
        return answering.send(
            self.world.session,
            self.thread.id,
            Draft(**{**about, **changes}),
            by=ANNA,
            composer=a_composer(),
            tokens=TOKENS,
            zone=ZoneInfo("Europe/Zurich"),
            now=NOW,
        )

    def answers(self) -> list[Delivery]:
        query = select(Delivery).where(Delivery.purpose == Purpose.answer).order_by("id")
        return list(self.world.session.exec(query))

    def message(self) -> EmailMessage:
        (answer,) = self.answers()
        composed = a_composer().compose_stored(self.world.session, answer, NOW)
        assert composed
        return read(composed.mime())

    def turn(self) -> ThreadState:
        self.world.session.flush()
        self.world.session.refresh(self.thread)
        return self.thread.state


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_an_answer_is_a_mail_from_the_person_in_the_thread_of_the_mail_it_answers(
    desk: Desk,
) -> None:
    asked = desk.receive(
        "Which office?",
        **{
            "from": "Ana Silva <ana@mission-fr.example>",
            "subject": "AW: Re: Offices",
            "message_id": "<three@mission-fr.example>",
            "references": f"{desk.letter.message_id} <two@mission-fr.example>",
            "date": "Tue, 1 Dec 2026 08:30:00 +0000",
        },
    )
    assert desk.send(mail_id=asked.id, text="Dear Ana,\n\nthe one in <Moscow>.")
    message = desk.message()
    assert str(message["From"]) == "Anna Müller <letters@example.org>"
    assert str(message["To"]) == "Ana Silva <ana@mission-fr.example>"
    assert message["Subject"] == "Re: Offices"
    assert message["In-Reply-To"] == "<three@mission-fr.example>"
    assert str(message["References"]).split() == [
        desk.letter.message_id,
        "<two@mission-fr.example>",
        "<three@mission-fr.example>",
    ]
    (answer,) = desk.answers()
    assert message["Reply-To"] == a_composer().reply_to(answer.key)
    assert "List-Unsubscribe" not in message
    assert "Auto-Submitted" not in message
    assert body(message, "plain") == (
        "Dear Ana,\n\nthe one in <Moscow>.\n\n"
        "On 1 December 2026 at 09:30, Ana Silva wrote:\n> Which office?\n"
    )
    assert "the one in &lt;Moscow&gt;." in body(message, "html")


def test_it_goes_at_once_and_makes_it_their_turn(desk: Desk) -> None:
    desk.send()
    (answer,) = desk.answers()
    assert (answer.state, answer.due_at, answer.step) == (State.queued, NOW, None)
    assert (answer.campaign_id, answer.mission_id) == (
        desk.letter.campaign_id,
        desk.letter.mission_id,
    )
    assert answer.contact_id == desk.letter.contact_id
    assert not answer.tracks_opens
    assert desk.turn() is ThreadState.waiting_for_them


def test_the_answer_is_in_the_language_that_the_contact_reads(desk: Desk) -> None:
    contact_of(desk.world.session, desk.letter).languages = ["fr", "en"]
    desk.send()
    assert desk.answers()[0].language == "fr"
    assert "a écrit :" in body(desk.message(), "plain")


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({}, ANA),
        ({"reply_to": "Cabinet <cabinet@mission-fr.example>"}, "cabinet@mission-fr.example"),
        ({"reply_to": "inbox@in.example.org"}, ANA),
        ({"reply_to": "inbox+abc@IN.example.org"}, ANA),
        ({"reply_to": "letters@example.org"}, ANA),
    ],
)
def test_it_goes_where_the_mail_asks_and_never_to_ourselves(
    desk: Desk, fields: dict[str, str], address: str
) -> None:
    desk.send(mail_id=desk.receive("Another.", **fields).id)
    (answer,) = desk.answers()
    assert answer.recipient_address == address
    assert (answer.recipient_name == "Ana") == (address == ANA)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"from": "inbox@in.example.org"}, "no address but our own"),
        ({"from": "nobody"}, "no address but our own"),
        ({"reply_to": "a..b@mission-fr.example"}, "cannot be written to"),
    ],
)
def test_a_mail_without_an_address_to_write_to_is_not_answered(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    mail = desk.receive("Another.", **fields)
    with pytest.raises(InvalidInput, match=said):
        desk.send(mail_id=mail.id)
    assert desk.answers() == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (SuppressionReason.unsubscribed, "opted out"),
        (SuppressionReason.bounced, "came back for good"),
        (SuppressionReason.complained, "complained"),
    ],
)
def test_a_suppressed_address_is_refused_with_the_reason(
    desk: Desk, reason: SuppressionReason, said: str
) -> None:
    suppress(desk.world.session, ANA, reason, now=NOW)
    with pytest.raises(NotAllowed, match=said):
        desk.send()
    assert desk.answers() == []
    assert desk.turn() is ThreadState.waiting_for_us


@pytest.mark.parametrize("kind", list(MailKind))
def test_nobody_answers_a_bounce_or_a_complaint(desk: Desk, kind: MailKind) -> None:
    desk.mail.kind = kind
    if kind in (MailKind.bounce, MailKind.complaint):
        with pytest.raises(NotAllowed, match="cannot be answered"):
            desk.send()
    else:
        assert desk.send()


def test_the_last_mail_of_a_person_is_answered_unless_another_is_chosen(desk: Desk) -> None:
    def mail(number: int, kind: MailKind) -> IncomingMail:
        return IncomingMail(id=number, raw_id=number, message_key="", received_at=NOW, kind=kind)

    ticket, bounce = mail(1, MailKind.auto_reply), mail(2, MailKind.bounce)
    person, away = mail(3, MailKind.reply), mail(4, MailKind.out_of_office)
    assert answering.to_answer([ticket, bounce, person, away]) is person
    assert answering.to_answer([ticket, bounce]) is ticket
    assert answering.to_answer([bounce]) is None


def test_the_same_form_twice_sends_once(desk: Desk) -> None:
    seen = desk.seen
    assert desk.send(seen=seen)
    assert not desk.send(seen=seen)
    assert len(desk.answers()) == 1
    assert desk.send(nonce="the-nonce-of-another")
    assert len(desk.answers()) == 2


def test_what_is_new_in_the_thread_is_read_first(desk: Desk) -> None:
    seen = desk.seen
    desk.receive("Wait, one more thing.")
    with pytest.raises(NotAllowed, match="Something new"):
        desk.send(seen=seen)
    seen = desk.seen
    desk.send(nonce="somebody-elses-form-")
    with pytest.raises(NotAllowed, match="Something new"):
        desk.send(seen=seen)
    assert len(desk.answers()) == 1


@pytest.mark.parametrize("text", ["", " \r\n\t", "x" * (answering.LONGEST + 1)])
def test_an_empty_or_endless_text_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(InvalidInput):
        desk.send(text=text)
    assert desk.turn() is ThreadState.waiting_for_us


@pytest.mark.parametrize("nonce", ["", "short", "x" * 200, "with spaces and :marks:"])
def test_a_form_without_a_proper_nonce_is_refused(desk: Desk, nonce: str) -> None:
    with pytest.raises(InvalidInput):
        desk.send(nonce=nonce)


def test_a_mail_of_another_thread_is_not_answered_from_here(desk: Desk) -> None:
    stray = desk.world.receive(a_mail("Hello", **{"from": "x@elsewhere.example"}))
    for number in (stray.id, 9999):
        with pytest.raises(InvalidInput, match="of this thread"):
            desk.send(mail_id=number)


def test_long_references_keep_their_first_and_their_last(desk: Desk) -> None:
    many = " ".join(f"<{number}@mission-fr.example>" for number in range(100))
    mail = desk.receive("Another.", references=many, message_id="<last@mission-fr.example>")
    desk.send(mail_id=mail.id)
    ids = str(desk.message()["References"]).split()
    assert (len(ids), ids[0], ids[-1]) == (
        30,
        "<0@mission-fr.example>",
        "<last@mission-fr.example>",
    )


def test_enclosed_files_go_with_it(desk: Desk) -> None:
    file = Enclosure.of("Note.pdf", "application/pdf", b"%PDF- %%EOF")
    desk.send(enclosures=[file])
    (part,) = desk.message().iter_attachments()
    assert (part.get_filename(), part.get_payload(decode=True)) == ("Note.pdf", b"%PDF- %%EOF")


def left(desk: Desk) -> Delivery:
    desk.send()
    (answer,) = desk.answers()
    move(desk.world.session, [answer.id or 0], State.sending, now=NOW)
    move(desk.world.session, [answer.id or 0], State.sent, now=NOW)
    desk.world.session.refresh(answer)
    return answer


def to(answer: Delivery) -> str:
    return a_composer().reply_to(answer.key)


def test_a_reply_to_the_answer_comes_back_to_the_thread_and_stops_nothing_else(desk: Desk) -> None:
    elsewhere = desk.world.reminder(desk.world.letter(2, "b@mission-de.example"))
    answer = left(desk)
    desk.send(nonce="the-nonce-of-another")
    reply = desk.world.receive(a_mail("Then we agree.", to=to(answer)))
    assert (reply.thread_id, reply.delivery_id) == (desk.thread.id, answer.id)
    assert reply.contact_id == desk.letter.contact_id
    assert desk.turn() is ThreadState.waiting_for_us
    assert state_of(desk.world.session, answer) is State.delivered
    assert state_of(desk.world.session, desk.answers()[1]) is State.queued
    assert state_of(desk.world.session, elsewhere) is State.queued


@pytest.mark.parametrize("fields", [{}, {"from": "Ana <ana@mission-fr.example>"}])
def test_a_reply_that_names_the_answer_only_by_its_id_comes_back_too(
    desk: Desk, fields: dict[str, str]
) -> None:
    answer = left(desk)
    mail = a_mail("Yes.", **{"from": "x@mission-fr.example", **fields})
    reply = desk.world.receive(b"In-Reply-To: " + answer.message_id.encode() + b"\r\n" + mail)
    assert (reply.thread_id, reply.matched_by) == (desk.thread.id, "references")


def test_an_absence_does_not_hold_the_answer(desk: Desk) -> None:
    desk.send()
    away = a_mail("I am out of the office until 9 December 2026.", subject="Automatic reply: x")
    assert desk.world.receive(away).kind is MailKind.out_of_office
    (answer,) = desk.answers()
    desk.world.session.refresh(answer)
    assert (answer.due_at, answer.not_before) == (NOW, None)


def test_an_answer_that_comes_back_says_nothing_about_the_letters_address(desk: Desk) -> None:
    session = desk.world.session
    mail = desk.receive("Another.", reply_to="cabinet@mission-fr.example")
    desk.mail = mail
    answer = left(desk)
    reminder = desk.world.reminder(desk.letter)
    bounce = sample("bounce-postfix")
    bounce = bounce.replace(b"ambassador@mission-td.example", b"cabinet@mission-fr.example")
    told = desk.world.receive(bounce, to(answer))
    assert told.kind is MailKind.bounce
    assert told.thread_id == desk.thread.id
    assert state_of(session, answer) is State.bounced
    assert suppressed(session) == {"cabinet@mission-fr.example": "bounced"}
    assert state_of(session, reminder) is State.queued


def test_an_opt_out_withdraws_an_answer_that_has_not_gone(desk: Desk) -> None:
    desk.send()
    suppress(desk.world.session, ANA, SuppressionReason.unsubscribed, now=NOW + timedelta(hours=1))
    assert state_of(desk.world.session, desk.answers()[0]) is State.cancelled


def test_an_answer_withdrawn_by_a_misread_mail_does_not_go_by_itself_later(desk: Desk) -> None:
    desk.send()
    mail = desk.receive("Unsubscribe")
    assert mail.kind is MailKind.opt_out
    overrule(desk.world.session, mail, MailKind.auto_reply, now=NOW)
    assert suppressed(desk.world.session) == {}
    assert state_of(desk.world.session, desk.answers()[0]) is State.cancelled


def test_nothing_answers_by_itself(desk: Desk) -> None:
    makers: list[Callable[[], object]] = [
        lambda: desk.receive("One more."),
        lambda: desk.world.receive_sample("auto-ticket"),
    ]
    for make in makers:
        make()
    assert desk.answers() == []
    assert isinstance(desk.thread, Thread)
