"""Threads, the holding pen, and every mail whole."""

import re

import pytest
from flask.testing import FlaskClient

from outreach.accounts import audit
from outreach.db import Database
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from tests.web.reading import text
from tests.web.world import (
    World,
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


def test_an_organizer_closes_a_thread_and_reopens_it(
    organizer: FlaskClient, world: World, database: Database
) -> None:
    path = f"/inbox/threads/{world.thread.id}"
    form = {"csrf_token": csrf_token(organizer.get(path).text)}
    for act, state, said in (
        ("close", ThreadState.closed, "thread closed"),
        ("reopen", ThreadState.waiting_for_us, "thread reopened"),
    ):
        assert f'action="{path}/{act}"' in organizer.get(path).text
        assert organizer.post(f"{path}/{act}", data=form).headers["Location"] == path
        with database.reading() as session:
            assert session.get_one(Thread, world.thread.id).state is state
            entry = audit.latest(session)[0]
        assert (entry.act, entry.subject) == (said, f"thread {world.thread.id}")
    again = organizer.post(f"{path}/reopen", data=form)
    assert again.status_code == 409
    assert "is not closed" in again.text
    assert organizer.post("/inbox/threads/9999/close", data=form).status_code == 404


def test_a_closed_thread_needs_nobody(organizer: FlaskClient, world: World) -> None:
    assert "1 answer waits for us" in organizer.get("/").text
    path = f"/inbox/threads/{world.thread.id}"
    form = {"csrf_token": csrf_token(organizer.get(path).text)}
    organizer.post(f"{path}/close", data=form)
    assert "waits for us" not in organizer.get("/").text
