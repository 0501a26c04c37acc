"""Which language the desk speaks: the account's, one chosen before that, the browser's."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach import texts
from outreach.accounts import people
from outreach.accounts.tables import Organizer, Role
from outreach.wiring import Outreach
from tests.web.forms import fill
from tests.web.reading import links
from tests.web.world import an_organizer, csrf_token, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ANNA, PASSWORD = "anna@example.org", "four calm words here"
FRENCH = {"Accept-Language": "fr-CH, en;q=0.5"}


@pytest.fixture
def anna(outreach: Outreach, now: datetime) -> Organizer:
    with outreach.database.transaction() as session:
        return people.add_organizer(session, ANNA, Role.organizer, "Anna", PASSWORD, now)


def spoken(page: str) -> str:
    found = re.search(r'<html lang="(\w+)"', page)
    assert found
    return found[1]


@pytest.mark.usefixtures("anna")
def test_the_browser_is_answered_in_its_language_also_where_a_form_is_refused(
    client: FlaskClient,
) -> None:
    assert spoken(client.get("/sign-in").text) == "en"
    assert spoken(client.get("/sign-in", headers=FRENCH).text) == "fr"
    assert spoken(client.get("/sign-in", headers={"Accept-Language": "tlh"}).text) == "en"
    assert spoken(client.get("/no/such/page", headers=FRENCH).text) == "fr"
    assert spoken(client.post("/sign-in", headers=FRENCH).text) == "fr"


@pytest.mark.usefixtures("anna")
def test_a_language_is_chosen_before_the_sign_in_and_stays_after_it(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/inbox").text
    assert '<a href="/sign-in?next=/inbox&amp;language=fr" lang="fr" hreflang="fr">' in page
    french = client.get("/sign-in?next=/inbox&language=fr").text
    assert (spoken(french), 'value="/inbox"' in french) == ("fr", True)
    cookie = client.get_cookie("outreach-language")
    assert cookie
    assert (cookie.value, cookie.http_only, cookie.same_site) == ("fr", True, "Lax")
    form = {"address": ANNA, "password": PASSWORD, "next": "/account"}
    assert spoken(client.get("/forgotten").text) == "fr"
    refused = client.post("/sign-in", data={**form, "password": "x", "csrf_token": "x"})
    assert spoken(refused.text) == "fr"
    form["csrf_token"] = csrf_token(french)
    account = client.post("/sign-in", data=form, follow_redirects=True)
    assert (account.request.path, spoken(account.text)) == ("/account", "fr")


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("wanted", ["tlh", "", "fr; path=/", "https://elsewhere.example/"])
def test_another_language_than_those_there_are_is_passed_over(
    client: FlaskClient, wanted: str
) -> None:
    page = client.get("/sign-in", query_string={"language": wanted, "next": "//elsewhere.example"})
    assert spoken(page.text) == "en"
    assert client.get_cookie("outreach-language") is None
    assert all(each.startswith(("/", "#")) for each in links(page.text))


def test_one_is_chosen_in_the_account_and_is_there_at_once(
    app: Flask, outreach: Outreach, anna: Organizer
) -> None:
    browser = app.test_client()
    sign_in(browser, anna)
    page = browser.get("/account").text
    assert all(f'<option value="{code}" lang="{code}">' in page for code in texts.LANGUAGES)
    french = fill(browser, "/account", "/account/language", language="fr").text
    assert spoken(french) == "fr"
    assert '<option value="fr" lang="fr" selected>' in french
    assert spoken(app.test_client().get("/sign-in").text) == "en"
    assert fill(browser, "/account", "/account/language", language="tlh").status_code == 400
    assert stored(outreach) == "fr"
    assert spoken(fill(browser, "/account", "/account/language", language="").text) == "en"
    assert stored(outreach) is None
    assert browser.get_cookie("outreach-language") is None


def test_the_account_s_language_comes_before_the_browser_s(
    client: FlaskClient, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        sign_in_as = an_organizer(session, now, language="en")
    sign_in(client, sign_in_as)
    client.set_cookie("outreach-language", "fr")
    assert spoken(client.get("/account?language=fr", headers=FRENCH).text) == "en"


def stored(outreach: Outreach) -> str | None:
    with outreach.database.reading() as session:
        return session.exec(select(Organizer.language)).one()
