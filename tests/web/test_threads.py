"""A thread's page: reading it, answering from it, and saying how it stands."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.db import Database
from outreach.delivery.states import move
from outreach.delivery.suppression import suppress
from outreach.delivery.tables import Delivery, Purpose, State, SuppressionReason
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Outcome, SavedAnswer, Thread, ThreadState
from outreach.web.app import LARGEST_REQUEST
from outreach.web.desk import answers
from tests.web.reading import text
from tests.web.world import HOSTILE, World, a_mail, an_organizer

PDF = b"%PDF-1.7 %%EOF"


class Desk:
    """A browser in front of a thread's page."""

    def __init__(self, browser: FlaskClient, world: World, database: Database) -> None:
        self.browser, self.world, self.database = browser, world, database
        self.path = f"/inbox/threads/{world.thread.id}"

    def page(self, query: str = "") -> str:
        answer = self.browser.get(self.path + query)
        assert answer.status_code == 200
        return answer.text

    def form(self, act: str, query: str = "") -> dict[str, Any]:
        """What stands hidden in the form of that address."""
        action = re.escape(f'action="{self.path}/{act}"')
        found = re.search(rf"<form[^>]*{action}.*?</form>", self.page(query), re.DOTALL)
        assert found
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))

    def post(self, act: str, form: dict[str, Any], **fields: Any) -> TestResponse:
        return self.browser.post(f"{self.path}/{act}", data={**form, **fields})

    def post_files(self, act: str, form: dict[str, Any], *contents: bytes) -> TestResponse:
        """Encoded here, since the test client leaves large forms in open files."""
        files = [FileStorage(io.BytesIO(each), f"{n}.pdf") for n, each in enumerate(contents)]
        fields = [*form.items(), *(("files", file) for file in files)]
        boundary, body = encode_multipart(MultiDict(fields))
        kind = f"multipart/form-data; boundary={boundary}"
        return self.browser.post(f"{self.path}/{act}", data=body, content_type=kind)

    def answers(self) -> list[Delivery]:
        with self.database.reading() as session:
            query = select(Delivery).where(Delivery.purpose == Purpose.answer)
            return list(session.exec(query))

    def thread(self) -> Thread:
        with self.database.reading() as session:
            return session.get_one(Thread, self.world.thread.id)

    def hear(self, now: Any, **values: Any) -> IncomingMail:
        """Another mail in the thread."""
        about = {"thread_id": self.world.thread.id, "delivery_id": self.world.sent.id}
        kind = values.pop("kind", MailKind.reply)
        with self.database.transaction() as session:
            mail = a_mail(session, now, **{"subject": "And then", **about, **values})
            mail.kind = kind
        return mail


@pytest.fixture
def desk(organizer: FlaskClient, world: World, database: Database) -> Desk:
    return Desk(organizer, world, database)


def test_what_is_sent_stands_in_the_conversation_with_its_state(desk: Desk) -> None:
    sent = desk.post("answer", desk.form("answer"), text=f"Dear Ana,\n\n{HOSTILE} zq7slot0qz")
    assert sent.headers["Location"] == f"{desk.path}#latest"
    (answer,) = desk.answers()
    assert (answer.sender_name, answer.state) == ("Somebody <organizer>", State.queued)
    page = desk.page()
    item = page.partition(f'id="copy-{answer.id}"')[2].partition("</li>")[0]
    assert "queued" in item
    assert "Dear Ana,\n\n&lt;script&gt;" in item
    assert "zq7slot0qz" in item
    assert "We thank you." in item.partition("What it quotes")[2]
    assert "waiting for them" in text(page)
    with desk.database.reading() as session:
        entry = audit.latest(session)[0]
    assert (entry.act, entry.subject) == ("answer sent", f"thread {desk.world.thread.id}")
    assert entry.detail == ""


def test_a_doubled_click_sends_once(desk: Desk) -> None:
    form = desk.form("answer")
    for _ in range(2):
        assert desk.post("answer", form, text="We agree.").status_code == 303
    assert len(desk.answers()) == 1


def test_something_new_stops_the_answer_and_keeps_the_text(desk: Desk, now: Any) -> None:
    form = desk.form("answer")
    mail = desk.hear(now)
    answer = desk.post("answer", form, text="We <agree>.")
    assert answer.status_code == 409
    assert desk.answers() == []
    assert ">We &lt;agree&gt;.</textarea>" in answer.text
    notice = answer.text.partition('id="unsent"')[2].partition("</section>")[0]
    assert "Something new" in notice
    assert f'href="#mail-{mail.id}"' in notice
    assert "We <agree>." not in answer.text
    again = dict(re.findall(r'name="(csrf_token|mail|nonce|seen)" value="([^"]*)"', answer.text))
    assert again["nonce"] == form["nonce"]
    assert desk.post("answer", again, text="We agree.").status_code == 303


@pytest.mark.parametrize(("written", "said"), [("", "is empty"), ("x" * 30_001, "30,000 is the")])
def test_an_answer_that_cannot_go_comes_back_with_its_text(
    desk: Desk, written: str, said: str
) -> None:
    answer = desk.post("answer", desk.form("answer"), text=written)
    assert answer.status_code == 400
    assert said in text(answer.text)
    assert f">{written}</textarea>" in answer.text
    assert desk.thread().state is ThreadState.waiting_for_us


def test_who_opted_out_meanwhile_is_not_written_to(desk: Desk, now: Any) -> None:
    form = desk.form("answer")
    with desk.database.transaction() as session:
        suppress(session, "fr@mission.example", SuppressionReason.unsubscribed, now=now)
    answer = desk.post("answer", form, text="We agree.")
    assert answer.status_code == 409
    assert "the recipient opted out" in answer.text
    assert ">We agree.</textarea>" in answer.text
    assert desk.answers() == []
    assert "the recipient opted out" in desk.page()  # before anything is typed


def test_files_are_enclosed_and_what_is_no_such_file_is_refused(desk: Desk) -> None:
    form = desk.form("answer")
    trick = (io.BytesIO(b"MZ"), "Note.pdf")
    answer = desk.post("answer", form, text="See this.", files=trick)
    assert answer.status_code == 400
    assert "this is no PDF" in answer.text
    assert desk.answers() == []
    files = [(io.BytesIO(PDF), "Réponse.pdf"), (io.BytesIO(PDF), "Note.pdf")]
    assert desk.post("answer", form, text="See this.", files=files).status_code == 303
    assert text(desk.page()).count("Note.pdf 14 bytes") == 1
    assert len(desk.answers()[0].enclosures) == 2


def test_too_many_megabytes_are_refused_with_how_many_may_go(desk: Desk) -> None:
    form = {**desk.form("answer"), "text": "See these."}

    page = b"%PDF-1.7 " + b" " * 4_000_000 + b"%%EOF"
    answer = desk.post_files("answer", form, page, page)
    assert answer.status_code == 400
    assert "a mail takes 7.0 MB" in answer.text
    assert ">See these.</textarea>" in answer.text
    assert desk.post_files("answer", form, b"x" * answers.LARGEST).status_code == 413
    assert desk.answers() == []


def test_each_mail_can_be_chosen_to_be_answered(desk: Desk, now: Any) -> None:
    latest = desk.hear(now)
    bounce = desk.hear(now, subject="Undelivered", kind=MailKind.bounce)
    page = desk.page()
    assert desk.form("answer")["mail"] == str(latest.id)
    first = desk.world.reply.id
    choice = 'name="to" value="{}" formnovalidate'
    assert choice.format(first) in page
    assert choice.format(bounce.id) not in page
    assert desk.form("answer", f"?to={first}")["mail"] == str(first)
    assert desk.form("answer", "?to=9999")["mail"] == str(latest.id)


def test_what_is_written_already_goes_with_the_choice_of_another_mail(desk: Desk, now: Any) -> None:
    desk.hear(now)
    form, first = desk.form("answer"), str(desk.world.reply.id)
    page = desk.post("answer/again", form, to=first, text="Dear Ana,").text
    assert ">Dear Ana,</textarea>" in page
    assert f'name="mail" value="{first}"' in page
    assert f'name="nonce" value="{form["nonce"]}"' in page
    assert desk.answers() == []


def test_an_answer_begins_with_a_saved_one(desk: Desk, now: Any) -> None:
    with desk.database.transaction() as session:
        session.add(SavedAnswer(title="Thanks", text="Thank you </textarea>", changed_at=now))
    assert '<option value="1">Thanks</option>' in desk.page()
    form = desk.form("answer")
    page = desk.post("answer/begin", form, saved="1", text=" ").text
    assert ">Thank you &lt;/textarea&gt;</textarea>" in page
    assert f'name="nonce" value="{form["nonce"]}"' in page
    assert desk.answers() == []
    for saved, status in (("9", 404), ("x", 400), ("", 400)):
        assert desk.post("answer/begin", form, saved=saved).status_code == status


def test_what_is_written_already_stays_above_the_saved_text(desk: Desk, now: Any) -> None:
    with desk.database.transaction() as session:
        session.add(SavedAnswer(title="Thanks", text="Thank you.", changed_at=now))
    first = desk.world.reply.id
    desk.hear(now)
    form = {**desk.form("answer", f"?to={first}"), "saved": "1", "text": "Dear Ana,\n"}
    page = desk.post_files("answer/begin", form, b" " * LARGEST_REQUEST).text
    assert ">Dear Ana,\n\nThank you.</textarea>" in page
    assert f'name="mail" value="{first}"' in page


@pytest.mark.parametrize("state", [State.failed, State.bounced, State.unknown, State.cancelled])
def test_an_answer_that_did_not_arrive_is_shown_where_people_look(
    desk: Desk, now: Any, state: State
) -> None:
    desk.post("answer", desk.form("answer"), text="We agree.")
    (answer,) = desk.answers()
    on_the_way = {State.bounced: (State.sending, State.sent), State.cancelled: ()}
    with desk.database.transaction() as session:
        for each in (*on_the_way.get(state, (State.sending,)), state):
            assert move(session, [answer.id or 0], each, now=now, reason="550 no such user")
    item = desk.page().partition(f'id="copy-{answer.id}"')[2].partition("</li>")[0]
    assert ("Settle it" in item) == (state is State.unknown)
    assert ("did not arrive: 550 no such user" in item) == (state is not State.unknown)
    home = desk.browser.get("/").text
    assert f'<a href="{desk.path}">1 answer did not arrive, or nobody knows' in home


def test_an_organizer_says_how_the_thread_stands(desk: Desk, now: Any) -> None:
    with desk.database.transaction() as session:
        owner = an_organizer(session, now, Role.approver, name="Anna <Müller>")
    fields = {"state": "closed", "outcome": "supportive", "due_on": "2026-12-01"}
    form = desk.form("standing")
    answer = desk.post("standing", form, **fields, owner=str(owner.id))
    assert answer.headers["Location"] == desk.path
    thread = desk.thread()
    assert (thread.state, thread.outcome) == (ThreadState.closed, Outcome.supportive)
    assert (thread.owner_id, thread.due_on) == (owner.id, date(2026, 12, 1))
    page = desk.page()
    assert "Anna &lt;Müller&gt;</bdi> is the owner." in page
    assert "Due on Tue 1 Dec 2026." in page
    with desk.database.reading() as session:
        entry = audit.latest(session)[0]
    assert (entry.act, entry.subject) == ("thread changed", f"thread {thread.id}")
    assert "outcome supportive" in entry.detail


def test_a_thread_whose_day_has_come_needs_a_person(desk: Desk) -> None:
    fields = {"state": "waiting_for_them", "outcome": "", "owner": ""}
    desk.post("standing", desk.form("standing"), **fields, due_on="2026-12-02")
    assert "thread is due" not in desk.browser.get("/").text
    assert "badge due" not in desk.page()
    desk.post("standing", desk.form("standing"), **fields, due_on="2026-12-01")
    assert "1 thread is due today" in desk.browser.get("/").text
    assert "badge due" in desk.page()
    assert "due Tue 1 Dec 2026" in desk.browser.get("/inbox").text
    desk.post(
        "standing", desk.form("standing"), **{**fields, "state": "closed"}, due_on="2026-12-01"
    )
    assert "thread is due" not in desk.browser.get("/").text
    assert "due Tue 1 Dec 2026" not in desk.browser.get("/inbox").text


def test_a_closed_thread_needs_nobody(desk: Desk) -> None:
    assert "1 answer waits for us" in desk.browser.get("/").text
    desk.post("standing", desk.form("standing"), state="closed")
    assert "waits for us" not in desk.browser.get("/").text


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "done"},
        {"state": ""},
        {"outcome": "great"},
        {"owner": "x"},
        {"owner": "9999"},
        {"owner": "9" * 30},
        {"due_on": "tomorrow"},
    ],
)
def test_what_is_no_such_state_person_or_day_changes_nothing(
    desk: Desk, fields: dict[str, str]
) -> None:
    form = {**desk.form("standing"), "state": "closed", **fields}
    assert desk.post("standing", form).status_code == 400
    assert desk.thread().state is ThreadState.waiting_for_us


def test_nobody_closes_a_thread_over_a_mail_they_have_not_seen(desk: Desk, now: Any) -> None:
    form = desk.form("standing")
    desk.hear(now)
    answer = desk.post("standing", form, state="closed")
    assert answer.status_code == 409
    assert "Something new" in answer.text
    assert desk.thread().state is ThreadState.waiting_for_us


def test_a_note_stands_in_its_place_with_its_author(desk: Desk, now: Any) -> None:
    desk.post("notes", desk.form("notes"), text=f"Call them. {HOSTILE}")
    desk.hear(now + timedelta(hours=1), subject="The next day")
    page = text(desk.page())
    places = [page.index(each) for each in ("Letter, step 1", "Call them.", "The next day")]
    assert places == sorted(places)
    assert "by Somebody &lt;organizer&gt;" in page
    assert "&lt;script&gt;" in page
    assert desk.post("notes", desk.form("notes"), text=" ").status_code == 400
    assert desk.answers() == []


def test_attachments_and_the_whole_thread_can_be_taken_away(desk: Desk, now: Any) -> None:
    file = {"name": "Note <1>.pdf", "type": "application/pdf", "size": 1200, "sha256": "0" * 64}
    mail = desk.hear(now, attachments=[file])
    page = desk.page()
    assert f'href="/inbox/mail/{mail.id}/attachments/0"' in page
    assert "Note &lt;1&gt;.pdf" in page
    for kind in ("pdf", "zip"):
        assert f'href="{desk.path}/export.{kind}"' in page


def test_a_viewer_reads_and_does_nothing(viewer: FlaskClient, world: World) -> None:
    page = viewer.get(f"/inbox/threads/{world.thread.id}").text
    assert "We thank you." in page
    assert "Answer" not in text(page)
    assert "<textarea" not in page


def test_a_reader_on_the_keyboard_finds_the_answer_near_the_top(desk: Desk) -> None:
    page = desk.page()
    assert page.index('href="#answer"') < page.index('class="conversation"')
    assert page.count('id="answer"') == 1
