"""An erased person is nowhere any more, but where the documents say so."""

import base64
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, col, select

from outreach.accounts.tables import Organizer, Role
from outreach.contacts.erasing import find_person
from outreach.contacts.tables import Contact
from outreach.db import Database
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox import answering, erasing, searching, threads
from outreach.inbox.answering import Draft
from outreach.inbox.erasing import Erased
from outreach.inbox.receiving import store
from outreach.inbox.tables import Change, IncomingMail, RawMail, RawState, Thread, ThreadNote
from outreach.letters.tables import Skeleton
from outreach.tracking.events import record
from outreach.tracking.tables import EventKind
from tests.delivery.making import a_composer
from tests.inbox.samples import a_mail
from tests.inbox.world import World, contact_of
from tests.tracking.making import NOW, TOKENS, events

ANA = "ana.laurent@mission-fr.example"
NAME = "Ana Laurent"
COLLEAGUE = "bea@mission-fr.example"


def erase(session: Session, address: str = ANA) -> Erased:
    session.flush()
    done = erasing.erase(session, find_person(session, address, TOKENS), now=NOW)
    session.flush()
    session.expire_all()
    return done


def test_an_answer_that_is_just_being_sent_is_erased_with_the_rest(database: Database) -> None:
    with database.transaction() as session:
        world = World(session)
        key = world.letter(1, ANA).key
        to = f"inbox+{TOKENS.sign('reply', key)}@in.example.org"
        mail = world.receive(from_ana(to=to, message_id="<1@x.example>"))
        number, thread = mail.id or 0, mail.thread_id or 0
    with ThreadPoolExecutor() as another:
        with database.transaction() as session:
            answer(session, thread, number)
            erased = another.submit(erase_all, database)
            wait([erased], timeout=0.5)
        erased.result()
    with database.reading() as session:
        copies = session.exec(select(Delivery)).all()
        assert {each.recipient_address for each in copies} == {
            find_person(session, ANA, TOKENS).mark
        }
        assert session.exec(select(Skeleton)).all() == []


def erase_all(database: Database) -> None:
    with database.transaction() as session:
        erase(session)


def answer(session: Session, thread: int, mail: int) -> None:
    seen = threads.contents(session, session.get_one(Thread, thread))
    draft = Draft(mail_id=mail, text="Dear Ana", nonce="n" * 20, seen=seen)
    by = Organizer(address="a@example.org", role=Role.organizer, created_at=NOW)
    answering.send(
        session, thread, draft,
        by=by, composer=a_composer(), tokens=TOKENS, zone=ZoneInfo("UTC"), now=NOW,
    )  # fmt: skip


def from_ana(text: str = "Secret.", **fields: str) -> bytes:
    return a_mail(text, **{"from": f"{NAME} <{ANA}>", **fields})


def the_raw(session: Session, mail_id: int | None) -> list[RawMail]:
    return list(session.exec(select(RawMail).where(RawMail.mail_id == mail_id)))


def places(session: Session, *needles: str) -> set[str]:
    """Every column of every table in which one of the words stands, whatever kind it is of."""
    session.flush()
    found = set()
    for table in session.connection().dialect.get_table_names(session.connection()):
        for row in session.connection().execute(text(f'SELECT * FROM "{table}"')).mappings():
            for column, value in row.items():
                written = bytes(value).decode(errors="replace") if _is_blob(value) else str(value)
                if any(needle.lower() in written.lower() for needle in needles):
                    found.add(f"{table}.{column}")
    return found


def _is_blob(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


def the_whole_of_it(world: World) -> None:
    """A person who is in every table that there is."""
    session = world.session
    letter = world.letter(1, ANA)
    contact = contact_of(session, letter)
    contact.name, contact.family_name = NAME, "Laurent"
    letter.recipient_name, letter.slots = NAME, [f"Dear {NAME}"]
    session.add_all([contact, letter])
    world.reminder(letter)
    reply = world.receive(
        from_ana(in_reply_to=letter.message_id, message_id=f"<1.{ANA}>", subject=f"From {NAME}")
    )
    organizer = Organizer(address="o@example.org", role=Role.organizer, created_at=NOW)
    answer = Skeleton.of("en", f"Re: {NAME}", f"Dear {NAME}, you wrote: Secret.", "")
    session.add_all([organizer, answer])
    session.flush()
    written = Delivery(
        identity="answer:1",
        key="b" * 16,
        purpose=Purpose.answer,
        state=State.sent,
        campaign_id=letter.campaign_id,
        mission_id=letter.mission_id,
        skeleton_id=answer.id,
        sender_address="letters@example.org",
        recipient_name=NAME,
        recipient_address=ANA,
        recipient_domain="mission-fr.example",
        in_reply_to=reply.message_id,
        references=[reply.message_id or ""],
        created_at=NOW,
    )
    session.add(written)
    session.flush()
    searching.index_answer(session, written)
    record(
        session,
        letter,
        EventKind.deferred,
        happened_at=NOW,
        source="sendgrid",
        source_key="e1",
        detail={"answer": f"450 <{ANA}> {NAME} is away", "status": "4.2.2"},
        now=NOW,
    )
    world.receive(
        from_ana("I am away.", in_reply_to=letter.message_id, auto_submitted="auto-replied")
    )
    world.receive(a_bounce(letter))
    world.receive(a_mail("Secret", **{"from": f"{NAME} <x@private.example>"}, reply_to=ANA))
    store(
        session, b"no mail at all " + ANA.encode(), door="file", now=NOW
    ).state = RawState.unreadable


def a_bounce(letter: Delivery) -> bytes:
    report = [
        "From: MAILER-DAEMON@mission-fr.example",
        "To: inbox@in.example.org",
        "Subject: Undelivered Mail Returned to Sender",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        f"{NAME} has left.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.mission-fr.example",
        "",
        f"Final-Recipient: rfc822; {letter.recipient_address}",
        "Action: failed",
        "Status: 5.1.1",
        f"Diagnostic-Code: smtp; 550 <{letter.recipient_address}> {NAME} has left",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {letter.message_id}",
        f"To: {letter.recipient_address}",
        "",
        "--b--",
    ]
    return "\r\n".join(report).encode()


def test_afterwards_the_address_stands_only_where_nothing_is_sent_to_and_the_name_nowhere(
    world: World,
) -> None:
    the_whole_of_it(world)
    everywhere = {
        "contact.address",
        "delivery.recipient_address",
        "incoming_mail.from_address",
        "incoming_mail.bounce",
        "raw_mail.content",
        "event.detail",
        "skeleton.text",
        "suppression.address",
    }
    before = places(world.session, ANA, NAME)
    assert before >= everywhere
    assert len(before) > 20
    erase(world.session)
    assert places(world.session, ANA) == {"suppression.address"}
    assert places(world.session, NAME, "Laurent", "Secret") == set() | {"suppression.address"}


def test_what_figures_count_stays(world: World) -> None:
    the_whole_of_it(world)

    def counted() -> list[tuple[Any, ...]]:
        query = select(
            IncomingMail.kind, IncomingMail.received_at, IncomingMail.thread_id,
            IncomingMail.delivery_id, IncomingMail.contact_id,
        ).where(col(IncomingMail.delivery_id).is_not(None))  # fmt: skip
        return [tuple(row) for row in world.session.exec(query)]

    mails, told = counted(), [(e.kind, e.detail.get("status")) for e in events(world.session)]
    assert len(mails) == 3
    erase(world.session)
    assert counted() == mails
    assert [(e.kind, e.detail.get("status")) for e in events(world.session)] == told


def test_it_is_counted_and_a_second_time_there_is_nothing(world: World) -> None:
    the_whole_of_it(world)
    done = erase(world.session)
    assert (done.contacts, done.copies.cancelled, done.copies.blanked) == (1, 0, 3)
    assert (done.copies.answers, len(done.mails), done.raw_mails) == (1, 4, 5)
    assert (done.recipients, done.others_mails, done.threads) == (0, [], [])
    assert done.events == 2
    again = erase(world.session)
    assert not again.anything


def test_a_mail_is_found_through_its_thread_its_reply_address_and_the_holding_pen(
    world: World,
) -> None:
    letter = world.letter(1, ANA)
    filed = world.receive(from_ana(in_reply_to=letter.message_id))
    private = world.receive(
        a_mail("Mine", **{"from": "x@private.example"}, in_reply_to=letter.message_id)
    )
    asks = world.receive(a_mail("For her", **{"from": "y@private.example"}, reply_to=ANA.upper()))
    ids = [filed.id, private.id, asks.id]
    done = erase(world.session)
    assert [mail.id for mail in done.mails] == ids
    assert world.session.get_one(IncomingMail, private.id).text == ""
    assert world.session.exec(select(IncomingMail.id)).all() == ids[:2]
    states = set(world.session.exec(select(RawMail.state)))
    assert states == {RawState.deleted}
    assert world.session.exec(select(Change)).all() == []


def test_copies_of_a_mail_that_came_by_other_doors_go_too(world: World) -> None:
    letter = world.letter(1, ANA)
    mail = world.receive(from_ana(in_reply_to=letter.message_id, message_id="<1@x.example>"))
    world.session.add(
        RawMail(
            digest="2",
            content=b"Received: x",
            door="imap",
            received_at=NOW,
            state=RawState.done,
            mail_id=mail.id,
        )
    )
    assert erase(world.session).raw_mails == 2
    assert {raw.content for raw in the_raw(world.session, mail.id)} == {b""}


def test_a_colleague_who_answers_in_the_persons_place_is_left_alone_and_shown(
    world: World,
) -> None:
    letter = world.letter(1, ANA)
    world.colleague(letter, COLLEAGUE)
    mail = world.receive(
        a_mail(
            f"Ms Laurent ({ANA}) asked me to answer.",
            **{"from": COLLEAGUE},
            in_reply_to=letter.message_id,
            cc=ANA,
        )
    )
    done = erase(world.session)
    assert (done.mails, done.recipients, done.others_mails) == ([], 1, [mail.id])
    kept = world.session.get_one(IncomingMail, mail.id)
    assert ANA in kept.text
    assert ANA not in kept.recipients
    assert len(kept.recipients) == 2
    assert the_raw(world.session, mail.id)[0].content


def test_a_contact_of_another_mission_who_answers_the_persons_letter_is_left_alone(
    world: World,
) -> None:
    letter = world.letter(1, ANA)
    world.letter(2, "carl@mission-de.example")
    answer = a_mail(
        "We join.", **{"from": "Carl@mission-de.example"}, in_reply_to=letter.message_id
    )
    mail = world.receive(answer)
    assert mail.contact_id == letter.contact_id
    assert erase(world.session).mails == []
    assert world.session.get_one(IncomingMail, mail.id).text == "We join."


def test_one_whose_address_ends_like_the_persons_is_left_alone(world: World) -> None:
    other = f"mari{ANA}"
    letter = world.letter(1, ANA)
    theirs = world.letter(2, other)
    mails = [
        world.receive(a_mail("Mine", **{"from": other}, in_reply_to=theirs.message_id)),
        world.receive(a_bounce(theirs)),
    ]
    store(world.session, b"not read " + other.encode(), door="file", now=NOW)
    done = erase(world.session)
    assert (done.copies.blanked, done.mails, done.raw_mails, done.others_mails) == (1, [], 0, [])
    assert {world.session.get_one(IncomingMail, mail.id).emptied_at for mail in mails} == {None}
    assert letter.recipient_address != ANA


def test_a_bounce_about_the_address_goes_wherever_it_is_filed(world: World) -> None:
    letter = world.letter(1, ANA)
    letter.key = "n" * 16  # nobody knows the copy any more
    other = world.letter(2, "other@mission-de.example")
    bounce = world.receive(a_bounce(letter).replace(b"n" * 16, other.key.encode()))
    assert bounce.delivery_id == other.id
    assert [mail.id for mail in erase(world.session).mails] == [bounce.id]
    assert world.session.get_one(IncomingMail, bounce.id).bounce is None


def test_what_could_not_be_read_goes_where_the_address_stands_in_it(world: World) -> None:
    world.letter(1, ANA)
    contents = [
        b"\x00\xff To: " + ANA.upper().encode(),
        b"nobody",
        base64.b64encode(ANA.encode()),
    ]
    for number, content in enumerate(contents):
        raw = store(world.session, content, door="file", now=NOW)
        raw.state = RawState.unreadable if number else RawState.new
        world.session.add(raw)
    assert erase(world.session).raw_mails == 1
    query = select(RawMail.content).order_by(col(RawMail.id))
    # What hides the address is not found; docs/data-protection.md says so.
    assert world.session.exec(query).all() == [b"", *contents[1:]]


def test_notes_of_the_persons_threads_and_those_that_name_the_person_are_shown(
    world: World,
) -> None:
    organizer = Organizer(address="o@example.org", role=Role.organizer, created_at=NOW)
    world.session.add(organizer)
    letters = [
        world.letter(number, address)
        for number, address in enumerate((ANA, "b@mission-de.example", "c@mission-es.example"), 1)
    ]
    threads = [
        world.receive(
            a_mail(**{"from": each.recipient_address}, in_reply_to=each.message_id)
        ).thread_id
        for each in letters
    ]
    world.session.flush()
    for thread, note in zip(threads, ("Call back", f"ask {ANA}", "Call back"), strict=True):
        world.session.add(
            ThreadNote(thread_id=thread, author_id=organizer.id, text=note, written_at=NOW)
        )
    assert erase(world.session).threads == threads[:2]
    notes = world.session.exec(select(ThreadNote.text).order_by(col(ThreadNote.id)))
    assert notes.all() == ["Call back", f"ask {ANA}", "Call back"]


def test_a_person_who_is_no_contact_but_has_written_is_erased(world: World) -> None:
    letter = world.letter(1, ANA)
    mail = world.receive(
        a_mail("Secret", **{"from": "Eve <eve@mission-fr.example>"}, in_reply_to=letter.message_id)
    )
    done = erase(world.session, "eve@mission-fr.example")
    assert (done.contacts, [each.id for each in done.mails]) == (0, [mail.id])
    assert places(world.session, "eve@mission-fr.example", "Secret") == set()
    assert contact_of(world.session, letter).address == ANA


def test_of_nobody_there_is_nothing_to_erase(world: World) -> None:
    world.letter(1, ANA)
    assert not erase(world.session, "nobody@mission-fr.example").anything


def test_one_who_writes_afterwards_is_a_stranger(world: World) -> None:
    the_whole_of_it(world)
    erase(world.session)
    mail = world.receive(from_ana("Once more", message_id="<new@x.example>"))
    assert (mail.contact_id, mail.delivery_id) == (None, None)
    assert ANA not in world.session.exec(select(Contact.address)).all()
    number = mail.id
    assert [each.id for each in erase(world.session).mails] == [number]


def test_an_answer_that_names_another_address_of_the_person_goes(world: World) -> None:
    letter = world.letter(1, ANA)
    mail = world.receive(
        from_ana(in_reply_to=letter.message_id, message_id="<1@x.example>", reply_to="p@p.example")
    )
    skeleton = Skeleton.of("en", "Re", "You wrote: Secret.", "")
    world.session.add(skeleton)
    world.session.flush()
    world.session.add(
        Delivery(
            identity="answer:1",
            key="b" * 16,
            purpose=Purpose.answer,
            state=State.queued,
            skeleton_id=skeleton.id,
            sender_address="letters@example.org",
            recipient_address="p@p.example",
            recipient_domain="p.example",
            in_reply_to=mail.message_id,
            created_at=NOW,
        )
    )
    done = erase(world.session)
    assert (done.copies.answers, done.copies.cancelled) == (1, 1)
    assert places(world.session, "p@p.example", "Secret") == set()


def test_a_server_that_names_the_person_in_its_answer_about_another_copy(world: World) -> None:
    world.letter(1, ANA)
    other = world.letter(2, "office@mission-fr.example", mission="01")
    other.reason = f"550 forwarded to {ANA}, who has left"
    world.session.add(other)
    record(
        world.session,
        other,
        EventKind.deferred,
        happened_at=NOW,
        source="sendgrid",
        source_key="e1",
        detail={"answer": f"450 {ANA}", "status": "4.2.2"},
        now=NOW,
    )
    assert erase(world.session).events == 2
    assert [event.detail for event in events(world.session)] == [{"status": "4.2.2"}]
    assert (
        world.session.get_one(Delivery, other.id).reason
        == "550 forwarded to [address] who has left"
    )
