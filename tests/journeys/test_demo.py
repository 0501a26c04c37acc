"""The demo is the product: the whole way runs and adds up, and every mail is right."""

import re
import sqlite3
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
import urllib3

from outreach.contacts.states import load_states
from outreach.demo import running, story
from outreach.errors import NotAllowed
from outreach.letters import markers
from tests.journeys.conftest import Lived


def read(path: Path) -> EmailMessage:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def is_letter(mail: EmailMessage) -> bool:
    return "List-Unsubscribe" in mail


def is_answer(mail: EmailMessage) -> bool:
    return not is_letter(mail) and "In-Reply-To" in mail


class Links(HTMLParser):
    """The addresses that a mail's HTML leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attributes if name in ("href", "src") and value is not None
        ]


def test_the_figures_add_up(lived: Lived) -> None:
    figures = lived.finished.figures
    reports = sum("report of" in line for line in lived.told)
    assert figures["contacts"] == figures["planned"] + figures["held"] == 193 + 4
    assert figures["sent"] == 193
    assert figures["unknown"] == 0
    letters, answers = figures["sent"] + figures["reminders"], len(rows(lived, ANSWERS))
    assert len(lived.mails) == letters + answers + 2 * reports
    for name in ("reminders", "opened_person", "opened_machine", "replies", "auto_replies"):
        assert figures[name] > 0, name
    assert figures["bounced"] > 0
    assert figures["opted_out"] > 0
    assert reports == story.WEEKS
    assert Path(figures["report"]).read_text("utf-8").lower().startswith("<!doctype html>")


def test_every_mail_parses_without_a_defect(lived: Lived) -> None:
    for path in lived.mails:
        mail = read(path)
        assert [part.defects for part in mail.walk()] == [[]] * len(list(mail.walk()))
        assert mail.get_content_type() == "multipart/alternative"


def test_no_copy_has_a_hole_a_marker_or_an_empty_salutation(lived: Lived) -> None:
    for mail in filter(is_letter, map(read, lived.mails)):
        whole = f"{mail['Subject']}\n{text_of(mail)}\n{text_of(mail, 'html')}"
        assert not markers.ANY.search(whole)
        for leftover in ("{{", "}}", "{%", "[^", "None", "undefined"):
            assert leftover not in whole
        greeting = re.compile(r"^\S.{3,}[,:!：،]$|^Вниманию .+$", re.MULTILINE)
        assert greeting.search(text_of(mail)), mail["To"]


def test_no_copy_holds_another_contacts_data(lived: Lived) -> None:
    letters = [mail for mail in map(read, lived.mails) if is_letter(mail)]
    domains = {mail["To"].addresses[0].domain for mail in letters}
    assert len(domains) == 193
    for mail in letters:
        own = mail["To"].addresses[0]
        mentioned = set(re.findall(r"[a-z]{2}\.missions\.example", str(mail) + text_of(mail)))
        assert mentioned == {own.domain}
        assert_names_its_own_state(mail, own.domain[:2].upper())


STATES = load_states()


def assert_names_its_own_state(mail: EmailMessage, code: str) -> None:
    language = re.search(r'<html[^>]* lang="([a-z]+)', text_of(mail, "html"))
    assert language
    assert STATES.name(code, language[1]) in text_of(mail)


def shown_in(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if part["Content-ID"]]


def test_every_link_in_every_mail_answers(lived: Lived) -> None:
    http = urllib3.PoolManager()  # links of reports lead to the desk, and there to the sign-in
    pages: set[str] = set()
    for mail in map(read, lived.mails):
        links = Links(text_of(mail, "html")).found
        anchors = set(re.findall(r'id="([^"]+)"', text_of(mail, "html")))
        assert {link[1:] for link in links if link.startswith("#")} <= anchors
        enclosed = {f"cid:{part['Content-ID'].strip('<>')}" for part in shown_in(mail)}
        assert {link for link in links if link.startswith("cid:")} == enclosed
        pages |= {link for link in links if not link.startswith(("#", "mailto:", "cid:"))}
    assert len(pages) > 2 * 193
    for page in sorted(pages):
        assert page.startswith(lived.finished.url + "/")
        answer = http.request("GET", page)
        assert answer.status == 200, page
    http.clear()


def test_looking_at_the_opt_out_page_opts_nobody_out(lived: Lived) -> None:
    http = urllib3.PoolManager(retries=False)
    mail = next(mail for mail in map(read, lived.mails) if is_letter(mail))
    page = mail["List-Unsubscribe"].partition("<")[2].partition(">")[0]
    before = suppressions(lived)
    assert http.request("GET", page).status == 200
    assert suppressions(lived) == before
    http.clear()


def suppressions(lived: Lived) -> int:
    with sqlite3.connect(lived.folder / "outreach.db") as database:
        found = database.execute("SELECT count(*) FROM suppression").fetchone()[0]
    database.close()
    return int(found)


def test_nobody_is_reminded_after_an_answer_from_the_mission(lived: Lived) -> None:
    query = """
        SELECT count(*), sum(reminder.sent_at > mail.received_at)
        FROM incoming_mail AS mail
        JOIN thread ON thread.id = mail.thread_id
        JOIN delivery AS reminder
          ON reminder.mission_id = thread.mission_id AND reminder.step > 1
        WHERE mail.kind IN ('reply', 'opt_out')
    """
    with sqlite3.connect(lived.folder / "outreach.db") as database:
        pairs, too_late = database.execute(query).fetchone()
    database.close()
    assert pairs > 50
    assert too_late in (0, None)


def test_nothing_goes_to_an_address_after_it_opted_out_or_bounced(lived: Lived) -> None:
    query = """
        SELECT count(*) FROM suppression JOIN delivery
          ON delivery.recipient_address = suppression.address
        WHERE delivery.sent_at > suppression.suppressed_at
    """
    with sqlite3.connect(lived.folder / "outreach.db") as database:
        assert database.execute(query).fetchone() == (0,)
    database.close()


ANSWERS = "SELECT thread.id FROM thread JOIN delivery USING (mission_id) WHERE purpose = 'answer'"


def rows(lived: Lived, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(lived.folder / "outreach.db") as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def test_the_organizers_answer_and_a_mission_writes_again(lived: Lived) -> None:
    answers = [mail for mail in map(read, lived.mails) if is_answer(mail)]
    assert len(answers) == len(rows(lived, ANSWERS)) == 3
    for mail in answers:
        assert mail["From"] == "Demo organizer <letters@example.org>"
        assert mail["References"].split()[-1] == mail["In-Reply-To"]
    mails = "SELECT count(*) FROM incoming_mail WHERE kind = 'reply' GROUP BY thread_id"
    assert rows(lived, f"{mails} HAVING count(*) > 1 AND thread_id IN ({ANSWERS})")


def test_the_inbox_is_in_use(lived: Lived) -> None:
    taken = rows(lived, "SELECT outcome, due_on FROM thread WHERE owner_id IS NOT NULL")
    assert len({outcome for outcome, _ in taken}) >= 4
    assert any(due_on for _, due_on in taken)
    assert rows(lived, "SELECT text FROM thread_note")
    assert len(rows(lived, "SELECT title FROM saved_answer")) == 2
    assert len(rows(lived, "SELECT id FROM thread WHERE owner_id IS NULL")) > len(taken)


def test_what_nobody_can_place_waits_in_the_holding_pen(lived: Lived) -> None:
    query = "SELECT from_address, thread_id FROM incoming_mail WHERE matched_by IS NULL"
    with sqlite3.connect(lived.folder / "outreach.db") as database:
        held = database.execute(query).fetchall()
    database.close()
    assert {"a.reader@example.net"} == {address for address, _ in held}


def test_the_demo_starts_over_only_what_is_a_demo(tmp_path: Path) -> None:
    theirs = tmp_path / "letters.txt"
    theirs.write_text("years of work")
    with pytest.raises(NotAllowed, match="something else than a demo"):
        story.prepare_folder(tmp_path)
    assert theirs.exists()

    folder = tmp_path / "demo"
    story.prepare_folder(folder)
    (folder / "outreach.db").touch()
    story.prepare_folder(folder)
    assert [path.name for path in folder.iterdir()] == [story.MARK]


def test_the_demo_reaches_nobody_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTREACH_CARRIER", "smtp")
    monkeypatch.setenv("OUTREACH_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", "sqlite:///theirs.db")
    clock = story.FastClock(story.BEGIN)
    made = running._build(tmp_path / "demo", running.Provider(), clock)
    assert made.carrier.name == "outbox"
    assert made.settings.database.startswith(f"sqlite:///{tmp_path}")
    made.close()
