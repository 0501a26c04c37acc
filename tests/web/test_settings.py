"""The settings' page: what is told of them, the test mail, and doctor's findings."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit
from outreach.accounts.tables import Role
from outreach.config import Settings
from outreach.delivery import suppression
from outreach.delivery.sending import drain
from outreach.delivery.tables import Delivery, SuppressionReason
from outreach.web import create_app
from outreach.web.desk.settings_told import SECRET
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import text
from tests.web.world import World, an_organizer, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

BOSS = "admin@example.org"


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in(Role.admin)


def test_no_secret_is_told_to_anybody(outreach: Outreach, compiled_pages: object) -> None:
    settings = Settings.model_construct(
        **{**outreach.settings.model_dump(), **dict.fromkeys(SECRET, "hush-hush")}
    )
    app = create_app(replace(outreach, settings=settings))
    with outreach.database.transaction() as session:
        boss = an_organizer(session, outreach.clock(), Role.admin)
    browser = app.test_client()
    sign_in(browser, boss)
    page = browser.get("/settings").text
    assert "hush-hush" not in page
    assert text(page).count(" set ") >= len(SECRET)


def test_a_viewer_reads_what_is_harmless(viewer: FlaskClient, world: World) -> None:
    page = viewer.get("/settings").text
    assert "Europe/Zurich (as it comes) Changed by OUTREACH_TIMEZONE" in text(page)
    assert "for 365 days" in page
    assert "letters@example.org" in page
    for kept in ("OUTREACH_VAR_DIR", "test-mail", "What doctor finds"):
        assert kept not in page


def test_an_admin_sends_a_test_mail_to_themselves_and_sees_what_became_of_it(
    admin: FlaskClient, outreach: Outreach
) -> None:
    page = fill(admin, "/settings", "/settings/test-mail", address="else@example.org").text
    assert "waits for the worker" in page
    assert fetch(outreach).recipient_address == BOSS
    with outreach.database.reading() as session:
        [entry] = audit.latest(session)
        assert (entry.act, entry.subject, entry.detail) == ("test mail queued", BOSS, "outbox")
    clock = outreach.clock
    drain(outreach.database, outreach.carrier, outreach.composer, worker="w", clock=clock)
    page = admin.get("/settings").text
    assert "written to the outbox" in page
    assert "Set OUTREACH_CARRIER" in page


def fetch(outreach: Outreach) -> Delivery:
    with outreach.database.reading() as session:
        return session.exec(select(Delivery)).one()


def test_a_fourth_test_mail_has_to_wait(admin: FlaskClient) -> None:
    sent = [fill(admin, "/settings", "/settings/test-mail").status_code for _ in range(4)]
    assert sent == [200, 200, 200, 429]


def test_nothing_goes_to_a_suppressed_address_and_it_is_said(
    admin: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        reason, now = SuppressionReason.by_hand, outreach.clock()
        suppression.suppress(session, BOSS, reason, now=now)
    refused = fill(admin, "/settings", "/settings/test-mail")
    assert (refused.status_code, "suppressed addresses" in refused.text) == (409, True)


def test_doctor_s_findings_say_what_to_do_and_servers_are_asked_by_a_button(
    admin: FlaskClient, app: Flask, outreach: Outreach
) -> None:
    page = admin.get("/settings").text
    assert "Nothing leaves this machine" in page
    assert "What to do: Set OUTREACH_PUBLIC_URL" in page
    assert "Ask the servers as well" not in page  # none is set
    url = "imap://anna:secret@127.0.0.1:9/INBOX"
    settings = outreach.settings.model_copy(update={"imap_url": url})
    app.extensions["outreach"] = replace(outreach, settings=settings)
    assert "were asked just now" not in admin.get("/settings").text
    asked = fill(admin, "/settings", "/settings/checks").text
    assert "were asked just now" in asked
    assert "Until then mail is not fetched" in asked
    assert "secret@" not in asked
