"""A thread taken away: the mails are what they were, and what is missing is named."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlmodel import Session, select

from outreach.accounts.tables import AuditEntry, Organizer, Role
from outreach.cli import cli
from outreach.contacts.states import load_states
from outreach.delivery.addresses import erased
from outreach.delivery.composing import Composer
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotFound
from outreach.inbox.correspondence import Correspondence, Letter, gather
from outreach.inbox.exporting import as_pdf, write_zip
from outreach.inbox.tables import Outcome, RawMail, RawState, ThreadNote, ThreadState
from outreach.letters.tables import Enclosure, Skeleton
from outreach.texts import speaking
from outreach.tokens import Purpose
from outreach.wiring import Outreach
from tests.inbox.samples import a_mail
from tests.inbox.world import World
from tests.tracking.making import NOW, TOKENS
from tests.typesetting.reading import Pdf

ZONE = ZoneInfo("Europe/Zurich")
STATES = load_states()
COMPOSER = Composer(
    tokens=TOKENS, public_url="https://outreach.example.org", reply_address="inbox@in.example.org"
)
ADDRESS = "ana@mission-fr.example"
QUOTED = "On Tue, 1 Dec 2026 at 09:00, The organizers wrote:\n> Please answer."
REPLY = a_mail(f"Nous vous remercions.\r\n\r\n{QUOTED}", subject="Re: An open letter")
PURPOSES: tuple[Purpose, ...] = ("unsubscribe", "reply")
FILE = b"%PDF- %%EOF"


@pytest.fixture
def letter(world: World) -> Delivery:
    """A letter that was sent and answered, and a reminder that is planned."""
    text, html = "Excellence,\n\nrépondez.", "<p>Excellence</p>"
    skeleton = Skeleton.of("fr", "An open letter", text, html)
    enclosed = Enclosure.of("Pétition.pdf", "application/pdf", FILE)
    world.session.add_all([skeleton, enclosed])
    world.session.flush()
    sent = world.letter(1, ADDRESS, mission="FR")
    sent.skeleton_id, sent.enclosures = skeleton.id, [enclosed.id]
    world.reminder(sent)
    world.receive(REPLY)
    return sent


def gathered(world: World) -> Correspondence:
    (thread,) = world.threads()
    assert thread.id is not None
    return gather(world.session, thread.id, COMPOSER, STATES)


def zipped(world: World) -> ZipFile:
    write_zip(gathered(world), ZONE, packed := BytesIO())
    return ZipFile(packed)


def index(world: World) -> str:
    return zipped(world).read("index.txt").decode()


def on_paper(world: World, *, with_notes: bool = False) -> str:
    return Pdf(as_pdf(gathered(world), ZONE, with_notes=with_notes)).text


def test_every_mail_is_in_the_zip_octet_for_octet(world: World, letter: Delivery) -> None:
    archive = zipped(world)
    sent = COMPOSER.compose_stored(world.session, letter, NOW)
    assert sent
    assert archive.read("001 2026-12-01 out letter.eml") == sent.mime()
    assert archive.read("002 2026-12-01 in reply.eml") == REPLY
    assert archive.testzip() is None


def test_mail_programs_can_open_them(world: World, letter: Delivery) -> None:
    archive = zipped(world)
    mails = [
        message_from_bytes(archive.read(name), policy=policy.default)
        for name in archive.namelist()
        if name.endswith(".eml")
    ]
    assert [mail["Subject"] for mail in mails] == ["An open letter", "Re: An open letter"]
    (enclosed,) = mails[0].iter_attachments()  # type: ignore[attr-defined]
    assert enclosed.get_filename() == "Pétition.pdf"
    assert enclosed.get_content() == FILE


def test_the_index_lists_them_with_their_heads(world: World, letter: Delivery) -> None:
    lines = index(world).splitlines()
    assert lines[0] == "France, Permanent Mission: offices"
    assert lines[1].endswith("Times are those of Europe/Zurich.")
    at = lines.index("001 2026-12-01 out letter.eml")
    assert lines[at + 1 : at + 6] == [
        "    Sent: letter, Tue 1 Dec 2026, 09:00 CET",
        "    From: letters@example.org",
        f"    To: {ADDRESS}",
        "    Subject: An open letter",
        "    Attached: Pétition.pdf (11 bytes)",
    ]


def test_what_never_left_is_named_with_the_reason(world: World, letter: Delivery) -> None:
    assert not [name for name in zipped(world).namelist() if "reminder" in name]
    assert "Not here:\n    Not sent: reminder" in index(world)
    assert "Missing: it was withdrawn before it left: " in index(world)


def test_what_was_erased_is_named_and_left_out(world: World, letter: Delivery) -> None:
    letter.recipient_address, letter.slots = erased("0123456789abcdef"), []
    assert zipped(world).namelist() == ["index.txt", "001 2026-12-01 in reply.eml"]
    assert "Not here:\n    Sent: letter, Tue 1 Dec 2026" in index(world)
    assert "Missing: its text was deleted." in index(world)
    assert "Not shown: its text was deleted." in on_paper(world)


def test_of_a_mail_that_is_no_longer_kept_its_text_is_there(world: World, letter: Delivery) -> None:
    session = world.session
    raw = session.exec(select(RawMail)).one()
    raw.content, raw.state = b"", RawState.deleted
    text = zipped(world).read("002 2026-12-01 in reply.txt").decode()
    assert text.startswith(f"From: Ana <{ADDRESS}>\nTo: inbox@in.example.org\nSubject: Re: An open")
    assert text.endswith(f"\n\nNous vous remercions.\n{QUOTED}")
    assert "Missing: the mail as it came was deleted." in index(world)


def test_the_same_thread_gives_the_same_bytes(world: World, letter: Delivery) -> None:
    archives = [BytesIO(), BytesIO()]
    for archive in archives:
        write_zip(gathered(world), ZONE, archive)
    assert archives[0].getvalue() == archives[1].getvalue()
    assert as_pdf(gathered(world), ZONE) == as_pdf(gathered(world), ZONE)
    dates = {each.filename[:3]: each.date_time for each in ZipFile(archives[0]).infolist()}
    assert dates["001"] == (2026, 12, 1, 9, 0, 0), "when it was sent, in the organizers' zone"


def test_the_pdf_tells_the_whole_conversation(world: World, letter: Delivery) -> None:
    (thread,) = world.threads()
    owner = an_organizer(world.session, "Anna")
    thread.owner_id, thread.outcome, thread.due_on = owner.id, Outcome.committed, date(2026, 12, 4)
    told = on_paper(world)
    parts = (
        "France, Permanent Mission: offices", "waiting for us", "committed", "Anna", "Fri 4 Dec",
        "Sent: letter, Tue 1 Dec 2026, 09:00 CET", f"To{ADDRESS}", "Pétition.pdf (11 bytes)",
        "Excellence,", "répondez.",
        "Received: reply, Tue 1 Dec 2026, 10:00 CET", "Nous vous remercions.", "> Please answer.",
    )  # fmt: skip
    places = [told.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert "reminder" not in told, "it never left"


def test_notes_are_on_paper_only_when_asked_for(world: World, letter: Delivery) -> None:
    (thread,) = world.threads()
    author = an_organizer(world.session, "Anna")
    note = ThreadNote(
        thread_id=thread.id, author_id=author.id, text="They telephoned.", written_at=NOW
    )
    world.session.add(note)
    world.session.flush()
    assert "They telephoned." not in on_paper(world)
    assert "They telephoned." in on_paper(world, with_notes=True)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.unknown, "Whether this mail arrived is not known."),
        (State.bounced, "This mail came back."),
    ],
)
def test_the_pdf_says_what_may_not_have_been_read(
    world: World, letter: Delivery, state: State, says: str
) -> None:
    letter.state = state
    assert says in on_paper(world)


def test_a_thread_that_is_not_there_is_told_in_a_sentence(session: Session) -> None:
    with pytest.raises(NotFound, match="There is no thread 7"):
        gather(session, 7, COMPOSER, STATES)


def test_a_pdf_that_is_handed_on_gives_no_token_away(world: World, letter: Delivery) -> None:
    leave, reply = (TOKENS.sign(purpose, letter.key) for purpose in PURPOSES)
    link = f"https://outreach.example.org/u/{leave}"
    again = f"{QUOTED}\r\n> To leave: {link}\r\n> Write to inbox+{reply.upper()}@in.example.org"
    world.receive(a_mail(f"Thank you.\r\n\r\n{again}", to=f"inbox+{reply}@in.example.org"))
    told = on_paper(world).lower()
    assert "https://outreach.example.org/u/…" in told
    assert told.count("inbox+…@in.example.org") == 2
    assert leave not in told
    assert reply not in told


def a_correspondence(*letters: Letter) -> Correspondence:
    return Correspondence(
        thread_id=1, title="France", state=ThreadState.new, outcome=None, owner="", due_on=None,
        letters=letters, notes=[], last_at=NOW,
    )  # fmt: skip


def a_letter(number: int = 0, **values: str) -> Letter:
    at = NOW + timedelta(hours=number)
    return Letter(at=at, is_ours=False, kind="reply", content=lambda: b"mail", **values)


def test_names_sort_in_order_and_hold_nothing_from_the_mail() -> None:
    hostile = a_letter(subject="../../etc/passwd\r\nNot here:", sender="\u202egpj.exe <a@b>")
    write_zip(a_correspondence(*[hostile] * 1_000), ZONE, packed := BytesIO())
    names = ZipFile(packed).namelist()
    assert names[:2] == ["index.txt", "0001 2026-12-01 in reply.eml"]
    assert names[1:] == sorted(names[1:])
    assert "\nNot here" not in ZipFile(packed).read("index.txt").decode()


def test_dates_are_those_of_the_organizers() -> None:
    late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    mail = Letter(at=late, is_ours=False, kind="reply", content=lambda: b"mail")
    write_zip(a_correspondence(mail), ZONE, packed := BytesIO())
    assert "001 2026-12-02 in reply.eml" in ZipFile(packed).namelist()


def test_more_than_anybody_reads_is_cut_and_said_to_be() -> None:
    long = a_letter(text="word " * 100_000, quoted="short")
    pdf = Pdf(as_pdf(a_correspondence(long, a_letter(1, text="The end.")), ZONE))
    assert "Only its beginning is shown; the whole is in the mail itself." in pdf.text
    assert 15_000 < pdf.text.count("word") < 25_000
    assert "short" in pdf.text
    assert "The end." in pdf.text


def test_hundreds_of_recipients_run_over_pages_and_none_is_lost() -> None:
    crowd = ", ".join(f"r{number}@x.example" for number in range(300))
    pdf = Pdf(as_pdf(a_correspondence(a_letter(recipients=crowd[:4_900], text="Hello.")), ZONE))
    assert pdf.letters["@"] == crowd[:4_900].count("@")


def an_organizer(session: Session, name: str) -> Organizer:
    found = Organizer(
        address=f"{name.lower()}@example.org", name=name, role=Role.organizer, created_at=NOW
    )
    session.add(found)
    session.flush()
    return found


def test_the_command_writes_either_form_and_notes_it(
    outreach: Outreach, monkeypatch: pytest.MonkeyPatch
) -> None:
    with outreach.database.transaction() as session:
        world = World(session)
        world.letter(1, ADDRESS, mission="FR")
        world.receive(REPLY)
    monkeypatch.setenv("OUTREACH_VAR_DIR", str(outreach.settings.var_dir))
    forms = {"pdf": b"%PDF-", "eml": b"PK\x03\x04"}
    for form, beginning in forms.items():
        result = CliRunner().invoke(cli, ["inbox", "export", "1", "--as", form])
        assert result.stdout_bytes.startswith(beginning)
    with outreach.database.reading() as session:
        entries = session.exec(select(AuditEntry.subject, AuditEntry.detail)).all()
    assert entries == [("thread 1", "PDF"), ("thread 1", "mails")]


def test_it_is_told_in_the_language_of_whoever_takes_it_away(
    world: World, letter: Delivery
) -> None:
    with speaking("fr"):
        paper, listed = (
            told.replace("\N{NO-BREAK SPACE}", " ") for told in (on_paper(world), index(world))
        )
    assert "Envoyé : lettre, mar. 1 déc. 2026, 09:00 CET" in listed
    assert "Absent d’ici :\n    Non envoyé : relance" in listed
    for said in ("Arrivé", "réponse reçue", "État", "pas encore dit", "celles de Europe/Zurich"):
        assert said in paper
