"""The second factor at the desk: being led to it, setting it up, and signing in with it."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit, people, second_factor, throttling
from outreach.accounts.tables import Organizer, Role
from outreach.delivery.tables import Delivery
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.forms import fill
from tests.web.world import an_organizer, sign_in

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ANNA, PASSWORD = "anna@example.org", "four calm words here"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGE = "/account/second-factor"


@pytest.fixture
def anna(outreach: Outreach) -> Organizer:
    """An admin with a second factor and two recovery codes."""
    tokens = outreach.tokens
    with outreach.database.transaction() as session:
        made = people.add_organizer(session, ANNA, Role.admin, "Anna", PASSWORD, outreach.clock())
        made.totp_sealed = tokens.seal("second factor", SECRET)
        made.recovery_codes = [second_factor._hash(made, each, tokens) for each in ("one", "two")]
    return made


def stored(outreach: Outreach) -> Organizer:
    with outreach.database.reading() as session:
        return people.get(session, ANNA)


def acts(outreach: Outreach) -> list[str]:
    with outreach.database.reading() as session:
        return [entry.act for entry in audit.latest(session)]


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    return found[1].replace(" ", "")


def offered_on(page: str) -> str:
    found = re.search(r'name="offered" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.usefixtures("anna")
def test_the_password_alone_opens_nothing_and_a_code_works_once(
    client: FlaskClient, app: Flask, outreach: Outreach, now: datetime
) -> None:
    asked = fill(client, "/sign-in", address=ANNA, password=PASSWORD, next="/people")
    assert asked.request.path == "/sign-in/code"
    assert client.get("/").status_code == 303
    code = pyotp.TOTP(SECRET).at(now)
    assert fill(client, "/sign-in/code", code="000000").status_code == 401
    assert fill(client, "/sign-in/code?next=/people", code=code, next="/people").request.path == (
        "/people"
    )
    other = app.test_client()
    fill(other, "/sign-in", address=ANNA, password=PASSWORD)
    assert "used already" in fill(other, "/sign-in/code", code=code).text
    assert acts(outreach) == ["typed a code that was used already", "signed in"]
    with outreach.database.reading() as session:
        told = [slot for each in session.exec(select(Delivery)) for slot in each.slots]
    assert sum("had been used already" in slot for slot in told) == 1


@pytest.mark.usefixtures("anna")
def test_codes_are_guessed_no_more_often_than_passwords(
    client: FlaskClient, outreach: Outreach, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """And knowing the password does not set the count back; its owner is told of the guesses."""
    monkeypatch.setattr(throttling, "SECOND_FACTOR", throttling.Act("second factor", 2, 50))
    for _ in range(2):
        fill(client, "/sign-in", address=ANNA, password=PASSWORD)
        assert fill(client, "/sign-in/code", code="000000").status_code == 401
    fill(client, "/sign-in", address=ANNA, password=PASSWORD)
    code = pyotp.TOTP(SECRET).at(now)
    assert fill(client, "/sign-in/code", code=code).status_code == 429
    assert acts(outreach) == ["typed too many wrong codes"]
    with outreach.database.reading() as session:
        told = session.exec(select(Delivery)).one()
    assert told.recipient_address == ANNA
    assert any("too many wrong codes" in each for each in told.slots)


@pytest.mark.usefixtures("anna")
def test_a_recovery_code_signs_in_once_and_its_owner_is_told(
    client: FlaskClient, outreach: Outreach
) -> None:
    for answer in (200, 401):
        fill(client, "/sign-in", address=ANNA, password=PASSWORD)
        assert fill(client, "/sign-in/code", code="ONE").status_code == answer
        client.delete_cookie("outreach")
    assert acts(outreach) == ["signed in with a recovery code"]
    with outreach.database.reading() as session:
        told = session.exec(select(Delivery)).one()
    assert "a recovery code was used; 1 are left" in told.slots


@pytest.mark.usefixtures("anna")
def test_whoever_waits_too_long_between_password_and_code_begins_again(
    outreach: Outreach, now: datetime
) -> None:
    moments = [now]
    browser = create_app(replace(outreach, clock=lambda: moments[-1])).test_client()
    fill(browser, "/sign-in", address=ANNA, password=PASSWORD)
    moments.append(now + timedelta(minutes=10))
    code = pyotp.TOTP(SECRET).at(moments[-1])
    assert fill(browser, "/sign-in/code", code=code).request.path == "/sign-in"


@pytest.mark.parametrize("role", [Role.approver, Role.admin])
def test_who_must_have_one_gets_no_further_before_it_is_set_up(
    app: Flask, outreach: Outreach, role: Role, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        organizer = an_organizer(session, now, role, totp_sealed=None)
    browser = app.test_client()
    sign_in(browser, organizer)
    for path in ("/", "/people", "/account", "/inbox"):
        assert browser.get(path).headers["Location"] == PAGE
    page = browser.get(PAGE).text
    assert f"Every {role} needs one" in page
    assert "<svg" in page
    assert "style=" not in page  # the policy of the page would not let it be
    wrong = fill(browser, PAGE, offered=offered_on(page), code="000000")
    assert (wrong.status_code, secret_on(wrong.text)) == (400, secret_on(page))
    code = pyotp.TOTP(secret_on(page)).at(now)
    done = fill(browser, PAGE, offered=offered_on(page), code=code)
    assert len(re.findall(r"<code>([0-9a-z-]{19})</code>", done.text)) == 10
    assert browser.get("/people").status_code == 200
    assert acts(outreach) == ["second factor set up"]


def test_the_demo_asks_for_none(outreach: Outreach, now: datetime) -> None:
    with outreach.database.transaction() as session:
        an_organizer(session, now, Role.admin, totp_sealed=None)
    browser = create_app(outreach, demo=True).test_client()
    assert fill(browser, "/sign-in", "/sign-in/demo").request.path == "/"


def test_replacing_it_needs_the_password_and_signs_out_elsewhere(
    app: Flask, client: FlaskClient, outreach: Outreach, anna: Organizer, now: datetime
) -> None:
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, anna)
    page = client.get(PAGE).text
    form = {"offered": offered_on(page), "code": pyotp.TOTP(secret_on(page)).at(now)}
    refused = fill(client, PAGE, password="a guess", **form)
    assert (refused.status_code, "not your password" in refused.text) == (400, True)
    assert stored(outreach).totp_sealed == anna.totp_sealed
    assert "Your recovery codes" in fill(client, PAGE, password=PASSWORD, **form).text
    assert elsewhere.get("/").status_code == 303
    assert client.get("/").status_code == 200


def test_who_need_not_have_one_sets_it_up_with_the_password_too(
    client: FlaskClient, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        ben = people.add_organizer(session, ANNA, Role.organizer, "Ben", PASSWORD, now)
    sign_in(client, ben)
    page = client.get(PAGE).text
    form = {"offered": offered_on(page), "code": pyotp.TOTP(secret_on(page)).at(now)}
    assert fill(client, PAGE, **form).status_code == 400
    assert stored(outreach).totp_sealed is None
    assert "Your recovery codes" in fill(client, PAGE, password=PASSWORD, **form).text


def test_an_admin_makes_new_recovery_codes_and_cannot_switch_it_off(
    client: FlaskClient, outreach: Outreach, anna: Organizer
) -> None:
    sign_in(client, anna)
    assert fill(client, PAGE, f"{PAGE}/recovery-codes", password="a guess").status_code == 400
    fill(client, PAGE, f"{PAGE}/recovery-codes", password=PASSWORD)
    assert len(stored(outreach).recovery_codes) == 10
    assert fill(client, PAGE, f"{PAGE}/off", password=PASSWORD).status_code == 409
    assert stored(outreach).totp_sealed
