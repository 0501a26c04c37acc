"""Coming in, going out, and what stops those who guess."""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from outreach.accounts import audit, people, throttling
from outreach.accounts.tables import DeskSession, Organizer, Role
from outreach.db import Database
from outreach.delivery.tables import Delivery
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.world import World, csrf_token

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ADDRESS, PASSWORD = "anna@example.org", "four calm words here"


@pytest.fixture
def anna(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        people.add_organizer(session, ADDRESS, Role.organizer, "Anna", PASSWORD, now)


def enter(client: FlaskClient, password: str = PASSWORD, **fields: str) -> TestResponse:
    form = {"address": ADDRESS, "password": password, **fields}
    form["csrf_token"] = csrf_token(client.get("/sign-in").text)
    return client.post("/sign-in", data=form)


@pytest.mark.usefixtures("anna")
def test_the_right_password_opens_the_desk_and_is_noted(
    client: FlaskClient, database: Database
) -> None:
    assert enter(client).headers["Location"] == "/"
    assert "Anna" in client.get("/").text
    with database.reading() as session:
        (entry,) = audit.latest(session)
    assert (entry.actor, entry.act) == (ADDRESS, "signed in")


@pytest.mark.usefixtures("anna")
def test_a_wrong_password_says_so_and_keeps_the_address(client: FlaskClient) -> None:
    answer = enter(client, "not the password")
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert f'value="{ADDRESS}"' in answer.text
    assert "not the password" not in answer.text
    assert client.get("/").status_code == 303


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/inbox?turn=new", "/inbox?turn=new"),
        ("", "/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/\t/elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("elsewhere.example", "/"),
    ],
)
def test_after_the_sign_in_nobody_is_led_elsewhere(
    client: FlaskClient, wanted: str, leads_to: str
) -> None:
    assert enter(client, next=wanted).headers["Location"] == leads_to


@pytest.mark.usefixtures("anna")
def test_who_forgot_the_password_finds_where_to_ask_for_a_link(client: FlaskClient) -> None:
    assert 'href="/forgotten"' in client.get("/sign-in").text


def test_while_there_is_nobody_it_is_told_how_the_first_admin_comes_in(
    client: FlaskClient,
) -> None:
    page = client.get("/", follow_redirects=True).text
    assert "outreach init" in page
    assert "password" not in page


@pytest.mark.usefixtures("anna")
def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    enter(client)
    token = csrf_token(client.get("/").text)
    kept = client.get_cookie("outreach")
    assert kept
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    client.set_cookie("outreach", kept.value)  # as somebody who stole it would
    assert client.get("/").status_code == 303


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("change", ["disable", "new password"])
def test_a_session_ends_when_the_account_is_closed_or_gets_a_new_password(
    client: FlaskClient, database: Database, now: datetime, change: str
) -> None:
    enter(client)
    with database.transaction() as session:
        if change == "disable":
            people.disable(session, ADDRESS, now)
        else:
            people.set_password(session, ADDRESS, "another calm sentence")
    assert client.get("/").status_code == 303


@pytest.mark.usefixtures("anna")
def test_a_form_without_its_token_is_refused(client: FlaskClient, organizer: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"address": ADDRESS, "password": PASSWORD})
    assert answer.status_code == 400
    assert "could not be understood" in answer.text
    for path in ("/sign-out", "/deliveries/1/settle", "/inbox/mail/1/file"):
        assert organizer.post(path).status_code == 400
    assert organizer.get("/").status_code == 200


@pytest.fixture
def impatient(outreach: Outreach, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser at an app that lets nobody guess more than twice."""
    monkeypatch.setattr(throttling, "SIGN_IN", throttling.Act("sign in", 2, 50))
    return create_app(outreach).test_client()


@pytest.mark.usefixtures("anna")
def test_who_guesses_must_wait_even_with_the_right_password(impatient: FlaskClient) -> None:
    for _ in range(2):
        assert enter(impatient, "a guess").status_code == 401
    answer = enter(impatient)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == str(int(throttling.WINDOW.total_seconds()))
    assert "wait" in answer.text


@pytest.mark.usefixtures("anna")
def test_who_spells_the_account_in_another_way_has_guessed_at_the_same(
    impatient: FlaskClient,
) -> None:
    for spelling in ("Anna@EXAMPLE.org", "anna@ｅxample。org"):
        assert enter(impatient, "a guess", address=spelling).status_code == 401
    assert enter(impatient).status_code == 429


@pytest.mark.usefixtures("anna")
def test_what_is_no_address_is_counted_too_however_long(impatient: FlaskClient) -> None:
    for end in ("one", "two"):
        assert enter(impatient, "a guess", address="x" * 300 + end).status_code == 401
    assert enter(impatient, "a guess", address="X" * 300).status_code == 429


@pytest.mark.usefixtures("anna")
def test_who_mistypes_and_then_gets_in_starts_anew(impatient: FlaskClient) -> None:
    for _ in range(2):
        assert enter(impatient, "a slip").status_code == 401
        assert enter(impatient).status_code == 303
        token = csrf_token(impatient.get("/").text)
        impatient.post("/sign-out", data={"csrf_token": token})


@pytest.mark.usefixtures("anna")
def test_strangers_who_guess_lock_nobody_out_of_their_own_browser(impatient: FlaskClient) -> None:
    assert enter(impatient).status_code == 303
    impatient.delete_cookie("outreach")
    stranger = impatient.application.test_client()
    for _ in range(2):
        assert enter(stranger, "a guess").status_code == 401
    assert enter(stranger).status_code == 429
    known = impatient.get_cookie("outreach-browser")
    assert known
    stranger.set_cookie("outreach-browser", known.value.replace(".", "0."))
    assert enter(stranger).status_code == 429
    assert enter(impatient, "a slip").status_code == 401
    assert enter(impatient).status_code == 303


@pytest.mark.usefixtures("anna")
def test_signing_in_again_ends_the_session_before(client: FlaskClient, database: Database) -> None:
    token = csrf_token(client.get("/sign-in").text)
    for _ in range(2):
        form = {"address": ADDRESS, "password": PASSWORD, "csrf_token": token}
        assert client.post("/sign-in", data=form).status_code == 303
        token = csrf_token(client.get("/").text)
    with database.reading() as session:
        assert len(session.exec(select(DeskSession)).all()) == 1


@pytest.mark.usefixtures("anna")
def test_a_password_that_is_changed_while_it_is_checked_lets_nobody_in(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = people.authenticate

    def slowly(session: Session, address: str, password: str) -> Organizer | None:
        found = check(session, address, password)
        with database.transaction() as meanwhile:
            people.set_password(meanwhile, ADDRESS, "another calm sentence")
        return found

    monkeypatch.setattr(people, "authenticate", slowly)
    assert enter(client).status_code == 409
    assert client.get("/").status_code == 303


@pytest.mark.usefixtures("anna")
def test_the_log_tells_refusals_apart_without_naming_anybody(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for address in (ADDRESS, ADDRESS, "ben@example.org"):
        enter(client, "a guess", address=address)
    first, second, third = caplog.messages
    assert first == second != third
    assert "@" not in caplog.text
    assert "a guess" not in caplog.text


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return [each.slots[-2] for each in session.exec(select(Delivery).order_by(Delivery.id))]


@pytest.mark.usefixtures("anna")
def test_a_sign_in_with_a_new_browser_is_told_by_mail_once_for_each(
    app: Flask, database: Database
) -> None:
    firefox = app.test_client()
    firefox.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux) Firefox/140"
    firefox.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    for _ in range(2):
        enter(firefox)
        firefox.delete_cookie("outreach")
    [only] = told(database)
    assert "new to it (Firefox on Linux, network 192.0.2.0/24)" in only
    for _ in range(throttling.NEW_BROWSER.by_account + 1):
        enter(app.test_client())
    assert len(told(database)) == throttling.NEW_BROWSER.by_account


@pytest.mark.usefixtures("anna")
def test_what_is_no_form_is_refused_and_an_unused_method_is_noted(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    refused = client.post("/sign-in", json={"address": ADDRESS, "password": PASSWORD})
    assert (refused.status_code, "not a form" in refused.text) == (415, True)
    assert client.delete("/sign-in").status_code == 405
    assert "A method that is not in use was refused: 'DELETE'." in caplog.messages


@pytest.mark.usefixtures("anna")
def test_the_demo_lets_in_with_one_click(outreach: Outreach, world: World) -> None:
    browser = create_app(outreach, demo=True).test_client()
    token = csrf_token(browser.get("/sign-in").text)
    answer = browser.post("/sign-in/demo", data={"csrf_token": token, "next": "/inbox"})
    assert answer.headers["Location"] == "/inbox"
    assert "Anna" in browser.get("/inbox").text


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(
    outreach: Outreach, app: Flask
) -> None:
    plain = app.test_client().get("/forgotten").headers["Set-Cookie"]
    assert plain.startswith("outreach=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    secure = create_app(over_https(outreach)).test_client().get("/forgotten").headers
    assert secure["Set-Cookie"].startswith("__Host-outreach=")
    assert "; Secure" in secure["Set-Cookie"]
    assert "Strict-Transport-Security" in secure


def over_https(outreach: Outreach) -> Outreach:
    settings = outreach.settings.model_copy(update={"public_url": "https://outreach.example.org"})
    return replace(outreach, settings=settings)
