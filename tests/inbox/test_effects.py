"""What an incoming mail sets going."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from outreach.delivery.addresses import erased
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import ThreadState
from outreach.tracking.tables import EventKind
from tests.inbox.samples import a_mail, sample
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS, events, state_of, suppressed

ANA = "ana@mission-fr.example"


def answer(letter: Delivery, text: str = "We agree.", **fields: str) -> bytes:
    to = f"inbox+{TOKENS.sign('reply', letter.key)}@in.example.org"
    return a_mail(text, **{"to": to, **fields})


def test_a_reply_stops_the_reminders_of_the_whole_mission(world: World) -> None:
    letter = world.letter(1, ANA)
    reminders = [world.reminder(letter), world.colleague(letter, "deputy@mission-fr.example")]
    others = world.reminder(world.letter(2, "b@mission-de.example"))
    mail = world.receive(answer(letter))
    assert [state_of(world.session, each) for each in reminders] == [State.cancelled] * 2
    assert state_of(world.session, others) is State.queued
    [thread] = world.threads()
    assert (mail.thread_id, thread.mission_id) == (thread.id, letter.mission_id)
    assert thread.state is ThreadState.waiting_for_us


def test_a_reply_takes_up_a_closed_thread(world: World) -> None:
    letter = world.letter(1, ANA)
    world.receive(answer(letter, "One"))
    world.threads()[0].state = ThreadState.closed
    world.session.flush()
    world.receive(answer(letter, "Two"))
    [thread] = world.threads()
    world.session.refresh(thread)
    assert thread.state is ThreadState.waiting_for_us


def test_a_reply_shows_that_a_copy_in_doubt_arrived(world: World) -> None:
    letter = world.letter(1, ANA, state=State.unknown)
    world.receive(answer(letter))
    assert state_of(world.session, letter) is State.delivered


def test_a_mail_filed_by_its_sender_proves_nothing_of_the_copy(world: World) -> None:
    letter = world.letter(1, ANA, state=State.unknown)
    assert world.receive(a_mail(**{"from": ANA})).delivery_id == letter.id
    assert state_of(world.session, letter) is State.unknown


def test_an_absence_postpones_past_the_return_and_stops_nothing(world: World) -> None:
    letter = world.letter(16, "peter.novak@mission-si.example")
    reminder = world.reminder(letter)
    reminder.due_at = NOW + timedelta(days=7)
    world.session.flush()
    mail = world.receive_sample("away-exchange-en")
    assert state_of(world.session, reminder) is State.queued
    assert reminder.not_before == datetime(2027, 1, 5, tzinfo=UTC)
    assert reminder.due_at is None
    assert (mail.thread_id, world.threads()) == (None, [])
    assert [event.kind for event in events(world.session)] == [EventKind.autoresponded]


def test_an_absence_without_a_date_postpones_for_some_days(world: World) -> None:
    letter = world.letter(1, ANA)
    reminder = world.reminder(letter)
    world.receive(answer(letter, "I am on leave.", auto_submitted="auto-replied"))
    world.session.refresh(reminder)
    assert reminder.not_before == NOW + timedelta(days=7)


@pytest.mark.parametrize("name", ["auto-ticket", "challenge", "auto-read-receipt"])
def test_a_machines_answer_neither_stops_nor_asks_for_anything(world: World, name: str) -> None:
    number = {"auto-ticket": 26, "auto-read-receipt": 28, "challenge": 29}[name]
    letter = world.letter(number, ANA)
    reminder = world.reminder(letter)
    world.receive_sample(name)
    assert state_of(world.session, reminder) is State.queued
    assert world.threads() == []


def test_a_machines_answer_stands_in_the_thread_without_taking_a_turn(world: World) -> None:
    letter = world.letter(26, ANA)
    world.receive(answer(letter))
    [thread] = world.threads()
    thread.state = ThreadState.waiting_for_them
    world.session.flush()
    assert world.receive_sample("auto-ticket").thread_id == thread.id
    world.session.refresh(thread)
    assert thread.state is ThreadState.waiting_for_them


def test_a_permanent_bounce_stops_the_address_and_not_the_mission(world: World) -> None:
    letter = world.letter(30, "ambassador@mission-td.example")
    reminder = world.reminder(letter)
    colleague = world.colleague(letter, "deputy@mission-td.example")
    world.receive_sample("bounce-postfix")
    assert state_of(world.session, letter) is State.bounced
    assert letter.reason is not None
    assert letter.reason.startswith("550 5.1.1")
    assert state_of(world.session, reminder) is State.cancelled
    assert state_of(world.session, colleague) is State.queued
    assert suppressed(world.session) == {"ambassador@mission-td.example": "bounced"}


@pytest.mark.parametrize(
    ("name", "number", "kind"),
    [
        ("bounce-mailbox-full", 34, EventKind.bounced),
        ("bounce-forwarded", 35, EventKind.bounced),
        ("delayed-postfix", 37, EventKind.deferred),
        ("delayed-in-words", 38, EventKind.deferred),
    ],
)
def test_a_passing_failure_is_kept_and_stops_nothing(
    world: World, name: str, number: int, kind: EventKind
) -> None:
    letter = world.letter(number, ANA)
    reminder = world.reminder(letter)
    world.receive_sample(name)
    assert state_of(world.session, letter) is State.sent
    assert state_of(world.session, reminder) is State.queued
    assert suppressed(world.session) == {}
    assert [event.kind for event in events(world.session)] == [kind]


def test_a_report_of_delivery_says_so(world: World) -> None:
    letter = world.letter(37, ANA)
    world.receive(sample("delayed-postfix").replace(b"Action: delayed", b"Action: delivered"))
    assert state_of(world.session, letter) is State.delivered


def test_a_complaint_stops_the_address_that_we_wrote_to(world: World) -> None:
    letter = world.letter(39, "consul@provider.example")
    world.receive_sample("complaint")
    assert suppressed(world.session) == {letter.recipient_address: "complained"}


@pytest.mark.parametrize(
    ("name", "number", "address"),
    [
        ("opt-out-en", 40, "office@mission-lr.example"),
        ("opt-out-by-mailto", 42, "office@mission-vu.example"),
    ],
)
def test_an_opt_out_stops_the_address_and_the_missions_reminders(
    world: World, name: str, number: int, address: str
) -> None:
    letter = world.letter(number, address)
    colleague = world.colleague(letter, f"deputy@{letter.recipient_domain}")
    mail = world.receive_sample(name)
    assert mail.kind is MailKind.opt_out
    assert suppressed(world.session) == {address: "unsubscribed"}
    assert state_of(world.session, colleague) is State.cancelled
    assert world.threads() == []


def test_a_mail_program_that_unsubscribes_for_its_user_opts_out(world: World) -> None:
    letter = world.letter(42, "office@mission-vu.example")
    to = f"inbox+{TOKENS.sign('unsubscribe', letter.key)}@in.example.org"
    machine = a_mail(
        "This message was sent by a mail program.", to=to, auto_submitted="auto-generated"
    )
    assert world.receive(machine).kind is MailKind.opt_out
    assert letter.recipient_address in suppressed(world.session)


def test_a_mail_about_an_erased_contact_is_filed_all_the_same(world: World) -> None:
    letter = world.letter(1, ANA)
    letter.recipient_address, letter.recipient_domain = erased(letter.key), ""
    world.session.flush()
    to = f"inbox+{TOKENS.sign('unsubscribe', letter.key)}@in.example.org"
    assert world.receive(a_mail("Unsubscribe", to=to)).delivery_id == letter.id
    assert suppressed(world.session) == {}


def test_who_was_given_the_letter_opts_out_for_nobody_else(world: World) -> None:
    letter = world.letter(1, ANA)
    world.receive(answer(letter, "Unsubscribe", **{"from": "x@elsewhere.example"}))
    assert suppressed(world.session) == {}
    assert world.threads()[0].state is ThreadState.waiting_for_us


def test_a_colleague_opts_out_for_both_addresses(world: World) -> None:
    letter = world.letter(1, ANA)
    world.colleague(letter, "deputy@mission-fr.example")
    world.receive(answer(letter, "Unsubscribe", **{"from": "deputy@mission-fr.example"}))
    assert set(suppressed(world.session)) == {ANA, "deputy@mission-fr.example"}


def test_nothing_is_ever_answered(world: World) -> None:
    letters = [
        world.letter(number, f"a{number}@mission-{number}.example") for number in range(1, 47)
    ]
    for name in ("away-zh", "challenge", "auto-ticket", "reply-gmail-en", "bounce-postfix"):
        world.receive_sample(name)
    assert len(world.session.exec(select(Delivery)).all()) == len(letters)


def test_an_answer_to_mail_of_no_campaign_is_filed_without_a_thread(world: World) -> None:
    letter = world.letter(1, ANA)
    letter.campaign_id = letter.mission_id = letter.contact_id = None
    world.session.flush()
    mail = world.receive(answer(letter))
    assert (mail.delivery_id, mail.thread_id) == (letter.id, None)
