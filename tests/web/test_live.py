"""What an open page of the inbox is told by itself."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts.tables import DeskSession, Role
from outreach.db import Database
from outreach.inbox import presence
from outreach.inbox.tables import Writing
from tests.web.conftest import SignedIn
from tests.web.reading import text
from tests.web.test_threads import Desk
from tests.web.world import World, a_mail, an_organizer, csrf_token, sign_in


@pytest.fixture
def desk(organizer: FlaskClient, world: World, database: Database) -> Desk:
    return Desk(organizer, world, database)


@pytest.fixture
def ben(app: Flask, database: Database, world: World, now: datetime) -> Desk:
    """Another organizer in front of the same thread."""
    with database.transaction() as session:
        his = an_organizer(session, now, Role.organizer, address="ben@example.org", name="Ben")
    browser = app.test_client()
    sign_in(browser, his)
    return Desk(browser, world, database)


def test_whoever_opens_the_thread_sees_that_another_is_writing(desk: Desk, ben: Desk) -> None:
    assert "is writing" not in desk.page()
    ben.page(f"?to={desk.world.reply.id}")  # without a script, this is the sign
    said = "Ben is writing an answer (since 10:00)."
    assert said in text(desk.page())
    assert "Ben is writing an answer to France (since 10:00)." in text(
        desk.browser.get("/inbox").text
    )
    assert "is writing" not in ben.page()


def test_a_page_that_says_it_all_already_is_told_nothing(desk: Desk, ben: Desk) -> None:
    form = {"csrf_token": csrf_token(desk.page()), "seen": seen(desk)}
    assert desk.post("live", form).status_code == 204
    ben.post("live", {"csrf_token": csrf_token(ben.page()), "writing": "yes"})
    told = desk.post("live", form)
    assert "Ben is writing" in text(told.text)
    assert desk.post("live", form, shown=shown(told.text)).status_code == 204


def test_an_open_thread_is_told_how_many_messages_are_new(desk: Desk, now: datetime) -> None:
    form = {"csrf_token": csrf_token(desk.page()), "seen": seen(desk)}
    desk.hear(now)
    told = desk.post("live", form).text
    assert "1 new message: show it" in told
    assert f'href="{desk.path}"' in told  # nothing is being written, so it is opened anew
    desk.hear(now, subject="And once more")
    told = desk.post("live", form, has_form="yes").text
    assert "2 new messages: show them" in told
    assert f'formaction="{desk.path}/answer/again#latest"' in told


def test_what_is_new_is_shown_with_the_text_that_was_begun(desk: Desk, now: datetime) -> None:
    form = desk.form("answer")
    mail = desk.hear(now)
    page = desk.post("answer/again", form, text="Dear <Ana>").text
    assert ">Dear &lt;Ana&gt;</textarea>" in page
    item = page.partition(f'id="mail-{mail.id}"')[2].partition("</li>")[0]
    assert 'class="badge new"' in item
    assert f"mail-{mail.id}" in page.partition('name="seen" value="')[2].partition('"')[0]


def test_whoever_sends_is_writing_no_longer(desk: Desk, ben: Desk, now: datetime) -> None:
    desk.hear(now, subject="And then")
    ben.page("?to=1")
    ben.post("answer", ben.form("answer"), text="We agree.")
    with desk.database.reading() as session:
        assert presence.others(session, 0, now) == []


def test_a_viewer_is_told_and_is_never_taken_for_a_writer(
    viewer: FlaskClient, world: World, database: Database
) -> None:
    watching = Desk(viewer, world, database)
    form = {"csrf_token": csrf_token(watching.page("?to=1")), "seen": "", "writing": "yes"}
    assert watching.post("live", form).status_code == 200
    with database.reading() as session:
        assert session.exec(select(Writing)).all() == []


def test_the_list_is_told_of_every_mail_that_came_since(
    organizer: FlaskClient, world: World, database: Database, now: datetime
) -> None:
    path = f"/inbox/live?newest={max(world.reply.id or 0, world.stray.id or 0)}"
    assert organizer.get(path).status_code == 204
    with database.transaction() as session:
        a_mail(session, now, subject="Bonjour")
    told = organizer.get(path)
    assert 'href="/inbox">1 new message: show it</a>' in told.text
    assert organizer.get(f"{path}&shown={shown(told.text)}").status_code == 204
    assert organizer.get("/inbox/live?newest=x").status_code == 204


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    signed_in: SignedIn, world: World, database: Database, now: datetime
) -> None:
    browser, before = signed_in(Role.organizer), now - timedelta(hours=1)
    with database.transaction() as session:
        for each in session.exec(select(DeskSession)):
            each.seen_at = before
    assert browser.get("/inbox/live").status_code == 204
    with database.reading() as session:
        assert session.exec(select(DeskSession.seen_at)).one() == before
    browser.get("/inbox")
    with database.reading() as session:
        assert session.exec(select(DeskSession.seen_at)).one() == now


def seen(desk: Desk) -> str:
    return str(desk.form("answer")["seen"])


def shown(told: str) -> str:
    return told.partition('name="shown" value="')[2].partition('"')[0]
