"""Search over all mail, on both databases."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, text
from sqlmodel import Session, select

from outreach.cli import cli
from outreach.db import Database
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox import searching
from outreach.inbox.kinds import MailKind
from outreach.inbox.overruling import overrule
from outreach.inbox.search_filter import MailFilter, ThreadFilter
from outreach.inbox.search_index import SearchEntry, earliest_number, entry_number
from outreach.inbox.search_query import read
from outreach.inbox.tables import IncomingMail, Outcome, RawMail, Thread, ThreadState
from outreach.letters.written import write
from tests.inbox.samples import a_mail
from tests.inbox.test_answering import Desk
from tests.inbox.test_search_words import matches
from tests.inbox.world import World
from tests.tracking.making import NOW

EVERYTHING = ThreadFilter()


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def mail_of(
    session: Session,
    text: str = "",
    *,
    subject: str = "",
    sender: str = "Anna Müller <anna.mueller@mission.example>",
    at: datetime = NOW,
    **values: object,
) -> IncomingMail:
    """A stored and indexed mail."""
    number = session.exec(select(func.count()).select_from(RawMail)).one()
    raw = RawMail(digest=f"{number:064}", content=b"", door="file", received_at=at)
    session.add(raw)
    session.flush()
    name, _, address = sender.rstrip(">").rpartition(" <")
    mail = IncomingMail(
        raw_id=raw.id,
        message_key=f"{number:064}",
        received_at=at,
        from_name=name,
        from_address=address,
        subject=subject,
        text=text,
        **{"kind": MailKind.reply, **values},
    )
    session.add(mail)
    session.flush()
    searching.index(session, mail)
    return mail


def found(
    session: Session,
    query: str = "",
    *,
    threads: ThreadFilter = EVERYTHING,
    below: int | None = None,
    limit: int = 50,
    **mails: object,
) -> list[searching.Found]:
    narrowed = MailFilter(**mails)  # type: ignore[arg-type]
    return searching.find(
        session, read(query), mails=narrowed, threads=threads, below=below, limit=limit
    )


def mails(hits: list[searching.Found]) -> list[IncomingMail | None]:
    return [hit.mail for hit in hits]


@pytest.mark.parametrize(
    "query",
    [
        "delegations",
        "MULLER",
        "anna.mueller@mission.example",
        "mission.example",
        "anna",
        "reminders",
        "reponse",
        "reponse_finale.pdf",
        "signature",
        "делегация",
        "代表团",
        "وفد",
        '"thanks the organizers"',
        "thanks -regrets",
        "-regrets",
    ],
)
def test_a_mail_is_found_by_all_that_is_in_it(session: Session, query: str) -> None:
    mail = mail_of(
        session,
        "The delegation thanks the organizers. Нашей делегации. 常驻代表团感谢。 إلى الوفد.",
        subject="Your reminder",
        quoted="-- \nSignature of the attaché",
        attachments=[{"name": "Réponse_finale.pdf", "type": "", "size": 1, "sha256": ""}],
    )
    mail_of(session, "Somebody regrets.", sender="Berta <berta@elsewhere.example>")
    assert mails(found(session, query)) == [mail]


def test_a_phrase_does_not_run_from_one_part_into_the_next(session: Session) -> None:
    mail_of(session, "letter", subject="open")
    assert mails(found(session, '"open letter"')) == []
    assert len(found(session, "open letter")) == 1


QUERIES = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["open", "letter", "-open", '"', "'", "AND", "OR", "NOT", "NEAR(", "*", ":", "(", ")",
             "&", "|", "!", "<->", "\\", "{", "^", "代表团", "-团", "الوفد", "%", "_"]
        )
    ).map(" ".join),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(query=QUERIES)
def test_whatever_is_typed_both_databases_find_what_the_words_say(
    session: Session, query: str
) -> None:
    session.rollback()
    texts = ["an open letter", "letters, openly", "常驻代表团", "إلى الوفد and OR not", "50% _x_"]
    for each in texts:
        mail_of(session, each, sender=" <>")
    asked = read(query)
    expected = {each for each in texts if matches(asked, each)}
    assert {hit.mail.text for hit in found(session, query) if hit.mail} == expected


def test_the_largest_query_and_the_largest_mail_are_taken(session: Session) -> None:
    mail = mail_of(session, " ".join(f"{number:x}" for number in range(150_000)))
    many = " ".join(f"{number:x}" for number in range(100, 200))
    assert mails(found(session, many)) == [mail]
    assert mails(found(session, f"-{many.replace(' ', ' -')}")) == []
    assert mails(found(session, f'"{many}"')) == [mail]


def test_the_latest_come_first_page_by_page(session: Session) -> None:
    days = [3, 1, 2, 2, 0]
    stored = [mail_of(session, "letter", at=NOW - timedelta(days=each)) for each in days]
    ordered = [stored[4], stored[1], stored[3], stored[2], stored[0]]
    first = found(session, "letter", limit=2)
    second = found(session, "letter", below=first[-1].number, limit=3)
    assert mails([*first, *second]) == ordered
    assert mails(found(session, limit=2)) == ordered[:2]


def test_numbers_of_entries_go_by_time_and_no_two_are_the_same() -> None:
    later = NOW + timedelta(seconds=1)
    numbers = [
        earliest_number(NOW),
        entry_number(NOW, 1),
        entry_number(NOW, 1, is_answer=True),
        entry_number(NOW, 2),
        earliest_number(later),
        entry_number(later, 1),
    ]
    assert numbers == sorted(set(numbers))
    assert len(str(entry_number(datetime(2087, 1, 1, tzinfo=UTC), 2**27 - 1))) == 18


def test_filters_of_mails_combine(session: Session) -> None:
    file = {"name": "a.pdf", "type": "", "size": 1, "sha256": ""}
    plain = mail_of(session, "letter", at=NOW - timedelta(days=2))
    absent = mail_of(session, "letter", kind=MailKind.out_of_office)
    filed = mail_of(session, "letter", attachments=[file])
    assert mails(found(session, kind=MailKind.out_of_office)) == [absent]
    assert mails(found(session, "letter", with_attachments=True)) == [filed]
    assert mails(found(session, "letter", kind=MailKind.bounce)) == []
    assert mails(found(session, before=NOW)) == [plain]
    assert mails(found(session, since=NOW)) == [filed, absent]
    assert found(session, "zebra", with_attachments=True) == []
    assert [hit.has_attachments for hit in found(session)] == [True, False, False]


def test_an_overruled_mail_is_found_as_what_it_is_now(session: Session) -> None:
    mail = mail_of(session, "letter")
    overrule(session, mail, MailKind.complaint, now=NOW)
    assert mails(found(session, kind=MailKind.complaint)) == [mail]
    assert mails(found(session, "letter", kind=MailKind.reply)) == []


def test_what_is_answered_at_the_desk_can_be_found(world: World) -> None:
    desk = Desk(world)
    desk.send(text="We bring zebras.")
    (hit,) = found(world.session, "zebra")
    assert [hit.answer] == desk.answers()
    assert hit.thread == desk.thread


THREADS: list[Callable[[Thread], ThreadFilter]] = [
    lambda thread: ThreadFilter(turn=ThreadState.waiting_for_us),
    lambda thread: ThreadFilter(outcome=Outcome.supportive),
    lambda thread: ThreadFilter(owner_id=7),
    lambda thread: ThreadFilter(campaign_id=thread.campaign_id, member_state="FR"),
    lambda thread: ThreadFilter(due_by=date(2026, 12, 1), owner_id=7),
]


@pytest.mark.parametrize("narrowed", THREADS)
def test_mails_are_narrowed_down_by_their_threads(
    session: Session, world: World, narrowed: Callable[[Thread], ThreadFilter]
) -> None:
    ours, theirs = (world.letter(n, f"{n}@m.example", mission=s) for n, s in ((1, "FR"), (2, "EG")))
    for copy, state in ((ours, ThreadState.waiting_for_us), (theirs, ThreadState.closed)):
        session.add(_thread(copy, state))
    thread = session.exec(select(Thread).where(Thread.mission_id == ours.mission_id)).one()
    thread.outcome, thread.owner_id, thread.due_on = Outcome.supportive, 7, date(2026, 12, 1)
    wanted = mail_of(session, "letter", delivery_id=ours.id, thread_id=thread.id)
    mail_of(session, "letter", delivery_id=theirs.id)
    mail_of(session, "letter")
    for query in ("", "letter"):
        (hit,) = found(session, query, threads=narrowed(thread))
        assert (hit.mail, hit.thread) == (wanted, thread)
        assert hit.mission
        assert hit.mission.state == "FR"
    assert found(session, threads=ThreadFilter(due_by=date(2026, 11, 30))) == []


def _thread(copy: Delivery, state: ThreadState) -> Thread:
    assert copy.campaign_id
    assert copy.mission_id
    return Thread(
        campaign_id=copy.campaign_id,
        mission_id=copy.mission_id,
        state=state,
        opened_at=NOW,
        last_mail_at=NOW,
    )


def test_an_answer_from_the_desk_is_found_with_its_thread(session: Session, world: World) -> None:
    copy = world.letter(1, "fr@mission.example")
    session.add(thread := _thread(copy, ThreadState.waiting_for_them))
    letter = write("Re: Your visit", "We gladly meet the delegation.", "en", None)
    session.add(letter.skeleton)
    session.flush()
    answer = Delivery(
        identity="answer:1:x",
        key="answer-1",
        purpose=Purpose.answer,
        state=State.queued,
        campaign_id=copy.campaign_id,
        mission_id=copy.mission_id,
        skeleton_id=letter.skeleton.id,
        slots=letter.slots,
        sender_name="Olga",
        sender_address="letters@example.org",
        recipient_address="fr@mission.example",
        recipient_domain="mission.example",
        created_at=NOW,
    )
    session.add(answer)
    session.flush()
    searching.index_answer(session, answer)
    (hit,) = found(session, "delegations")
    assert (hit.mail, hit.answer, hit.thread) == (None, answer, thread)
    assert [piece.text for piece in hit.snippet if piece.is_hit] == ["delegation"]
    assert "".join(piece.text for piece in hit.subject) == "Re: Your visit"
    assert len(found(session, "fr@mission.example")) == len(found(session, "visit olga")) == 1
    searching.forget_answers(session, [answer.id or 0])
    assert found(session) == []


def test_what_is_forgotten_is_found_no_more(session: Session) -> None:
    stays, goes = mail_of(session, "delegation"), mail_of(session, "delegation")
    assert goes.id
    searching.forget(session, [goes.id])
    assert mails(found(session, "delegation")) == mails(found(session)) == [stays]
    session.delete(stays)
    session.flush()
    assert found(session, "delegation") == []
    assert session.exec(select(SearchEntry)).all() == []
    if session.get_bind().dialect.name == "sqlite":  # raises where index and table are at odds
        check = "INSERT INTO search_words(search_words, rank) VALUES ('integrity-check', 1)"
        session.execute(text(check))


def test_a_mail_that_is_taken_in_can_be_found(session: Session, world: World) -> None:
    world.letter(1, "fr@mission.example")
    content = b"From: fr@mission.example\r\nSubject: Zebra crossing\r\n\r\nYes."
    mail = world.receive(content)
    assert mails(found(session, "zebras")) == [mail]
    assert mails(found(session, "yes")) == [mail]


def test_mails_from_before_the_search_are_caught_up_with(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_CAUGHT_UP_AT_ONCE", 2)
    with database.transaction() as session:
        stored = [mail_of(session, f"letter {n}") for n in range(4)]
        stored[0].emptied_at = NOW
        searching.forget(session, [mail.id or 0 for mail in stored[:3]])
    assert [searching.catch_up(database) for _ in range(3)] == [2, 0, 0]
    with database.reading() as session:
        texts = [hit.mail.text for hit in found(session, "letter") if hit.mail]
    assert texts == ["letter 3", "letter 2", "letter 1"]


def test_the_command_line_searches_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for number, body in enumerate(("The permanent mission declines.", "Mission permanent.")):
        Path(f"{number}.eml").write_bytes(a_mail(body, subject="Our answer"))
    run("inbox", "ingest", "0.eml", "1.eml")
    (row,) = json.loads(run("inbox", "search", "permanent mission", "-accepts", "--json").stdout)
    assert (row["subject"], row["kind"]) == ("Our answer", "reply")
    assert row["hit"] == "The permanent mission declines."
    assert "use fewer words" in run("inbox", "search", "permanent", "zebra").stderr


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    return result
