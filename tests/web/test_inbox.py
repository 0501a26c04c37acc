"""Threads, the holding pen, and every mail whole."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit
from outreach.accounts.tables import Organizer, Role
from outreach.db import Database
from outreach.inbox import searching
from outreach.inbox.tables import IncomingMail, Outcome, RawMail, RawState, Thread
from outreach.web import paging
from outreach.web.desk import threads
from tests.web.reading import links, text
from tests.web.world import (
    HOSTILE,
    World,
    a_mail,
    csrf_token,
)


def test_a_thread_shows_letters_and_answers_in_their_order(
    viewer: FlaskClient, world: World
) -> None:
    page = text(viewer.get(f"/inbox/threads/{world.thread.id}").text)
    assert page.index("Letter, step 1") < page.index("We thank you.")
    assert "step 2" not in page  # withdrawn, so it never went


def test_a_mail_is_shown_whole_and_downloads_as_a_file(viewer: FlaskClient, world: World) -> None:
    page = viewer.get(f"/inbox/mail/{world.reply.id}").text
    assert "Subject: Re: An open letter" in page
    assert "Grüße" in page
    answer = viewer.get(f"/inbox/mail/{world.reply.id}.eml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "message/rfc822"
    raw = viewer.get(f"/inbox/raw/{world.unreadable.id}").text
    assert "\\xff\\xfe" in raw
    assert "no header at all" in raw
    assert viewer.get(f"/inbox/raw/{world.unreadable.id}.eml").data == b"\xff\xfe"


def test_a_copy_of_a_number_too_large_for_a_row_is_none(
    organizer: FlaskClient, world: World
) -> None:
    path = f"/inbox/mail/{world.stray.id}"
    form = {"copy": "9" * 18, "csrf_token": csrf_token(organizer.get(path).text)}
    assert organizer.post(f"{path}/file", data=form).status_code == 400


@pytest.mark.parametrize(
    "before",
    [
        "2026-12-01T09:00:00+00:00_99999999999",  # no row has that number
        "0001-01-01T00:00:00+14:00_1",
        "9999-12-31T23:59:59-14:00_1",
    ],
)
def test_a_page_of_threads_begins_nowhere_outside_the_calendar(
    viewer: FlaskClient, before: str
) -> None:
    assert viewer.get("/inbox", query_string={"before": before}).status_code == 400


def test_a_mail_from_the_holding_pen_is_filed_by_hand(
    organizer: FlaskClient, world: World, database: Database
) -> None:
    path = f"/inbox/mail/{world.stray.id}"
    for nowhere in ("Atlantis", "Japan"):  # unknown, and known but never written to
        assert "No letter has gone to" in organizer.get(f"{path}?state={nowhere}").text
    page = organizer.get(f"{path}?state=Egypt").text
    assert f'name="copy" value="{world.in_doubt.id}"' in page
    form = {"copy": str(world.in_doubt.id), "csrf_token": csrf_token(page)}
    assert organizer.post(f"{path}/file", data=form).headers["Location"] == path
    with database.reading() as session:
        mail = session.get_one(IncomingMail, world.stray.id)
        (entry,) = audit.latest(session)
    assert (mail.delivery_id, mail.matched_by) == (world.in_doubt.id, "hand")
    assert mail.thread_id is not None
    assert (entry.act, entry.subject) == ("mail filed", str(world.stray.id))
    assert "Where it belongs" not in organizer.get(path).text


def test_what_the_inbox_suggests_is_offered_with_its_reason(
    organizer: FlaskClient, world: World, database: Database
) -> None:
    assert world.sent.id is not None
    with database.transaction() as session:
        stray = session.get_one(IncomingMail, world.stray.id)
        stray.suggestions = [
            {"delivery_id": world.sent.id, "why": "its domain"},
            {"delivery_id": 9999, "why": "gone"},
        ]
    page = organizer.get(f"/inbox/mail/{world.stray.id}").text
    assert re.findall(r'name="copy" value="(\d+)"', page) == [str(world.sent.id)]
    assert "its domain" in page


@pytest.mark.parametrize("copy", ["", "x", "-1", "9" * 30])
def test_filing_needs_a_letter(organizer: FlaskClient, world: World, copy: str) -> None:
    path = f"/inbox/mail/{world.stray.id}"
    form = {"copy": copy, "csrf_token": csrf_token(organizer.get(path).text)}
    assert organizer.post(f"{path}/file", data=form).status_code == 400


def test_an_unreadable_mail_can_be_tried_again(
    organizer: FlaskClient, world: World, database: Database
) -> None:
    path = f"/inbox/raw/{world.unreadable.id}"
    form = {"csrf_token": csrf_token(organizer.get(path).text)}
    assert organizer.post(f"{path}/try-again", data=form).headers["Location"] == path
    with database.reading() as session:
        assert session.get_one(RawMail, world.unreadable.id).state is RawState.new
    assert "reads it at its next turn" in organizer.get(path).text


@pytest.fixture
def listed(world: World, database: Database) -> World:
    """All mails of the world can be searched, and its thread has what a list shows."""
    with database.transaction() as session:
        for each in (world.reply, world.stray):
            searching.index(session, session.get_one(IncomingMail, each.id))
        thread = session.get_one(Thread, world.thread.id)
        thread.outcome, thread.due_on = Outcome.supportive, date(2026, 11, 30)
        me = session.exec(select(Organizer).where(Organizer.role == Role.organizer)).first()
        thread.owner_id = me.id if me else None
    return world


def test_a_search_lists_mails_with_what_was_hit_and_their_threads(
    organizer: FlaskClient, listed: World
) -> None:
    page = organizer.get("/inbox?q=thanks+-strangers").text
    assert "We <mark>thank</mark> you." in page
    assert f"/inbox/mail/{listed.reply.id}" in page
    assert f"/inbox/threads/{listed.thread.id}" in page
    assert HOSTILE not in page
    assert "Holding pen" not in page
    assert "Holding pen" in organizer.get("/inbox").text
    assert "In the holding pen" in organizer.get("/inbox?q=%22who+are+you%22").text


def test_what_is_sought_is_marked_and_never_markup(organizer: FlaskClient, listed: World) -> None:
    page = organizer.get("/inbox?q=script").text
    assert "&lt;<mark>script</mark>&gt;" in page
    assert "<script>" not in page
    page = organizer.get('/inbox?q="><script>').text
    assert 'value="&#34;&gt;&lt;script&gt;"' in page


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("turn=waiting_for_us", True),
        ("turn=closed", False),
        ("outcome=supportive", True),
        ("outcome=declined", False),
        ("owner=me", True),
        ("campaign=1", True),
        ("state=Francia", True),
        ("state=法国", True),
        ("state=Egypt", False),
        ("due=yes", True),
        ("due=yes&turn=waiting_for_us&state=FR&owner=me&outcome=supportive", True),
        ("due=yes&turn=waiting_for_us&state=EG", False),
        ("kind=reply", True),
        ("kind=bounce", False),
        ("attachments=yes", False),
        ("since=2026-12-01&until=2026-12-01", True),
        ("until=2026-11-30", False),
        ("since=2026-12-02", False),
        ("q=thank&state=FR&kind=reply", True),
        ("q=thank&state=EG", False),
    ],
)
def test_filters_combine(organizer: FlaskClient, listed: World, asked: str, is_there: bool) -> None:
    page = organizer.get(f"/inbox?{asked}").text
    assert (f'"/inbox/threads/{listed.thread.id}"' in page) is is_there
    assert ('class="empty"' in page) is not is_there


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("turn=sideways", "“sideways” is no turn here"),
        ("kind=x", "“x” is no kind here"),
        ("outcome=x", "“x” is no outcome here"),
        ("owner=x", "no such owner"),
        ("owner=99", "no such owner"),
        ("campaign=99999999999999999999", "no such campaign"),
        ("state=Atlantis", "No one member state is called “Atlantis”"),
        ("since=2026-13-45", "“2026-13-45” is no day"),
        ("until=0", "“0” is no day"),
        ("q=!!!", "There is no word in “!!!”"),
    ],
)
def test_what_a_filter_cannot_mean_is_told_and_left_out(
    organizer: FlaskClient, listed: World, asked: str, told: str
) -> None:
    page = text(organizer.get(f"/inbox?{asked}").text)
    assert told in page
    assert "France :" in page


@pytest.mark.parametrize("asked", ["since=0001-01-01", "until=9999-12-31", "q=%00", "q=%ff"])
def test_days_and_letters_at_the_end_of_the_world_are_no_trouble(
    organizer: FlaskClient, listed: World, asked: str
) -> None:
    assert organizer.get(f"/inbox?{asked}").status_code == 200


def test_a_page_of_mails_leads_to_the_next_with_the_same_filter(
    organizer: FlaskClient, listed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "ROWS", 1)
    monkeypatch.setattr(threads, "ROWS", 1)
    first = organizer.get("/inbox?q=thank&kind=reply").text
    (following,) = (link for link in links(first) if "before=" in link)
    assert "q=thank" in following
    assert "kind=reply" in following
    second = organizer.get(following).text
    assert f'"/inbox/mail/{listed.stray.id}"' in first
    assert f'"/inbox/mail/{listed.stray.id}"' not in second
    assert f'"/inbox/mail/{listed.reply.id}"' in second
    assert organizer.get("/inbox?q=thank&before=x").status_code == 400


def test_a_line_of_the_list_shows_what_is_to_do(organizer: FlaskClient, listed: World) -> None:
    page = text(organizer.get("/inbox").text)
    for shown in (
        "waiting for us",
        "supportive",
        "overdue since Mon 30 Nov 2026",
        "looks after it",
    ):
        assert shown in page


def test_the_inbox_leads_to_uploading_and_to_saved_answers(organizer: FlaskClient) -> None:
    assert {"/inbox/upload", "/inbox/saved-answers"} <= links(organizer.get("/inbox").text)


def test_an_empty_inbox_names_every_door(organizer: FlaskClient, viewer: FlaskClient) -> None:
    page = organizer.get("/inbox").text
    for door in (
        "http://127.0.0.1:8000/hooks/sendgrid/inbound",
        "OUTREACH_IMAP_URL",
        "OUTREACH_LMTP_LISTEN",
        'href="/inbox/upload">upload them',
        "outreach inbox ingest",
    ):
        assert door in page
    assert "/inbox/upload" not in viewer.get("/inbox").text  # they may not


def test_an_inbox_with_held_mail_alone_asks_for_no_door(
    organizer: FlaskClient, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        a_mail(session, now)
    page = organizer.get("/inbox").text
    assert "one begins when an answer is filed" in page
    assert "OUTREACH_IMAP_URL" not in page


def test_how_a_mail_came_and_found_its_place_is_said_in_words(
    organizer: FlaskClient, database: Database, world: World
) -> None:
    with database.transaction() as session:
        mail = session.get_one(IncomingMail, world.reply.id)
        mail.matched_by = "token"
        session.get_one(RawMail, mail.raw_id).door = "lmtp"
    page = text(organizer.get(f"/inbox/mail/{world.reply.id}").text)
    assert "from the mail server in front" in page
    assert "known by the reply address that it was sent to" in page
