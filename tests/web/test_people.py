"""The people's page, one's own account, and the audit trail."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit, people, sessions
from outreach.accounts.tables import EntryLink, Organizer, Role
from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, SuppressionReason
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.forms import fill
from tests.web.reading import text
from tests.web.world import HOSTILE, an_organizer, sign_in

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ANNA, PASSWORD = "anna@example.org", "four calm words here"


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in(Role.admin)


@pytest.fixture
def anna(outreach: Outreach) -> Organizer:
    with outreach.database.transaction() as session:
        return people.add_organizer(
            session, ANNA, Role.organizer, HOSTILE, PASSWORD, outreach.clock()
        )


def stored(outreach: Outreach) -> Organizer:
    with outreach.database.reading() as session:
        return people.get(session, ANNA)


def acts(outreach: Outreach) -> list[tuple[str, str, str]]:
    with outreach.database.reading() as session:
        return [(each.actor, each.act, each.subject) for each in audit.latest(session)]


def test_a_viewer_sees_names_and_roles_and_no_addresses(
    viewer: FlaskClient, anna: Organizer
) -> None:
    page = viewer.get("/people").text
    assert "&lt;script&gt;" in page
    assert HOSTILE not in page
    assert "organizer" in text(page)
    assert ANNA not in page
    assert "Invite" not in page


def test_an_admin_invites_and_a_mistake_is_told_beside_the_form(
    admin: FlaskClient, outreach: Outreach
) -> None:
    form = {"address": ANNA, "name": "Anna", "role": "approver"}
    assert "on its way" in fill(admin, "/people", **form).text
    again = fill(admin, "/people", **form)
    assert (again.status_code, "is an organizer already" in again.text) == (400, True)
    assert fill(admin, "/people", **{**form, "role": "king"}).status_code == 400
    assert acts(outreach) == [("admin@example.org", "organizer invited", ANNA)]
    with outreach.database.reading() as session:
        assert session.exec(select(EntryLink)).one().address == ANNA


def test_an_admin_hears_that_an_invitation_would_never_leave(
    admin: FlaskClient, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        reason, now = SuppressionReason.bounced, outreach.clock()
        suppression.suppress(session, ANNA, reason, now=now)
    form = {"address": "Anna@Example.org", "name": "Anna", "role": "viewer"}
    refused = fill(admin, "/people", **form)
    assert (refused.status_code, "suppressed addresses" in refused.text) == (409, True)
    assert 'value="Anna"' in refused.text
    with outreach.database.reading() as session:
        assert people.find(session, ANNA) is None


@pytest.mark.parametrize(
    ("act", "noted"),
    [
        ("role", "role set to admin"),
        ("disable", "organizer disabled"),
        ("reset-second-factor", "second factor reset"),
    ],
)
def test_what_an_admin_does_to_an_account_ends_its_sessions_and_is_noted(
    admin: FlaskClient, app: Flask, outreach: Outreach, anna: Organizer, act: str, noted: str
) -> None:
    hers = app.test_client()
    sign_in(hers, anna)
    page = admin.get(f"/people/{anna.id}").text
    assert "Ends the one session at once" in text(page)
    fill(admin, f"/people/{anna.id}", f"/people/{anna.id}/{act}", role="admin")
    assert hers.get("/").status_code == 303
    assert acts(outreach) == [("admin@example.org", noted, ANNA)]


def test_letting_somebody_in_or_further_needs_the_admin_s_own_password(
    app: Flask, outreach: Outreach, anna: Organizer
) -> None:
    with outreach.database.transaction() as session:
        address, now = "boss@example.org", outreach.clock()
        boss = people.add_organizer(session, address, Role.admin, "Boss", PASSWORD, now)
        boss.totp_sealed = "sealed"
    browser = app.test_client()
    sign_in(browser, boss)
    page = f"/people/{anna.id}"
    invited = {"address": "ben@example.org", "name": "Ben", "role": "admin"}
    for path in ("/people", f"{page}/role", f"{page}/reset-second-factor", f"{page}/enable"):
        refused = fill(browser, "/people", path, **invited, password="a guess")
        assert (refused.status_code, "not your password" in refused.text) == (400, True)
    assert acts(outreach) == []
    assert "on its way" in fill(browser, "/people", **invited, password=PASSWORD).text
    fill(browser, page, f"{page}/role", role="approver", password=PASSWORD)
    assert stored(outreach).role is Role.approver


def test_a_closed_account_is_opened_again(
    admin: FlaskClient, outreach: Outreach, anna: Organizer
) -> None:
    page = f"/people/{anna.id}"
    fill(admin, page, f"{page}/disable")
    assert stored(outreach).disabled_at
    assert "Close the account" in fill(admin, page, f"{page}/enable").text
    assert stored(outreach).disabled_at is None


def test_the_only_admin_stays_one(admin: FlaskClient, outreach: Outreach) -> None:
    with outreach.database.reading() as session:
        number = people.get(session, "admin@example.org").id
    for act in ("role", "disable"):
        answer = fill(admin, f"/people/{number}", f"/people/{number}/{act}", role="viewer")
        assert (answer.status_code, "only admin" in answer.text) == (409, True)


def test_a_new_password_needs_the_old_one_and_keeps_only_this_browser(
    app: Flask, client: FlaskClient, outreach: Outreach, anna: Organizer
) -> None:
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, anna)
    before = client.get_cookie("outreach")
    new = {"password": "another calm sentence", "again": "another calm sentence"}
    for wrong in ({"old": "a guess"}, {"old": PASSWORD, "again": "x"}, {"password": "short"}):
        form = {"old": PASSWORD, **new, **wrong}
        if "old" not in wrong:
            form["again"] = "short"
        assert fill(client, "/account", "/account/password", **form).status_code == 400
    done = fill(client, "/account", "/account/password", old=PASSWORD, **new)
    assert "is changed" in done.text
    assert client.get("/").status_code == 200
    assert client.get_cookie("outreach") != before
    assert elsewhere.get("/").status_code == 303
    with outreach.database.reading() as session:
        assert session.exec(select(Delivery)).one().recipient_address == ANNA
    assert acts(outreach) == [(ANNA, "password changed", ANNA)]


def test_somebody_sees_their_sessions_and_ends_them(
    app: Flask, client: FlaskClient, outreach: Outreach, anna: Organizer
) -> None:
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        sign_in(browser, anna)
    with outreach.database.reading() as session:
        _, second = sorted(each.id or 0 for each in sessions.of(session, anna.id, outreach.clock()))
    assert "all 2 sessions" in client.get("/account").text
    end = "/account/sessions/end"
    for which in (str(second), "all"):
        refused = fill(client, "/account", end, which=which, password="a guess")
        assert (refused.status_code, "not your password" in refused.text) == (400, True)
    assert elsewhere.get("/").status_code == 200
    fill(client, "/account", end, which=str(second), password=PASSWORD)
    assert elsewhere.get("/").status_code == 303
    assert client.get("/account").status_code == 200
    ended = fill(client, "/account", end, which="all", password=PASSWORD)
    assert ended.request.path == "/sign-in"
    assert acts(outreach) == [(ANNA, "signed out everywhere", "")]


def test_name_and_reports_are_one_s_own(
    client: FlaskClient, outreach: Outreach, anna: Organizer
) -> None:
    sign_in(client, anna)
    assert "/feed/" in client.get("/account").text
    fill(client, "/account", "/account/name", name="  Anna \n B ")
    fill(client, "/account", "/account/reports")
    assert (stored(outreach).name, stored(outreach).gets_reports) == ("Anna B", False)
    fill(client, "/account", "/account/reports", gets_reports="yes")
    assert stored(outreach).gets_reports


@pytest.fixture
def trail(outreach: Outreach, now: datetime) -> None:
    with outreach.database.transaction() as session:
        for number in range(60):
            at = now - timedelta(days=1) + timedelta(minutes=number)
            audit.note(session, actor=ANNA, act="note written", subject=f"={number}", now=at)
        audit.note(session, actor=audit.COMMAND_LINE, act="campaign approved", now=now)


@pytest.mark.usefixtures("trail")
def test_the_trail_is_read_page_by_page_and_narrowed_down(signed_in: SignedIn) -> None:
    approver = signed_in(Role.approver)
    first = approver.get("/audit").text
    assert "campaign approved" in first
    assert "=59" in first
    assert "=5<" not in first
    following = first.partition('rel="next" href="')[2].partition('"')[0]
    assert "=5<" in approver.get(following).text
    assert "note written" not in approver.get("/audit?actor=command+line").text
    assert "campaign approved" not in approver.get("/audit?day=2026-11-30").text
    assert "Nothing was found" in approver.get("/audit?act=erased").text
    for wrong in ("day=soon", "day=0001-01-01", "day=9999-12-31", "before=x"):
        assert approver.get(f"/audit?{wrong}").status_code == 400


@pytest.mark.usefixtures("trail")
def test_the_trail_is_taken_away_and_that_is_noted(signed_in: SignedIn, outreach: Outreach) -> None:
    approver = signed_in(Role.approver)
    rows = list(csv.reader(io.StringIO(approver.get("/audit/trail.csv?act=note").text)))
    assert rows[0] == ["at", "actor", "act", "subject", "detail"]
    assert (len(rows), rows[1][3]) == (61, "'=59")  # no spreadsheet works it out
    found = json.loads(approver.get("/audit/trail.json?actor=command+line").text)
    assert [each["act"] for each in found] == ["campaign approved"]
    assert acts(outreach)[0] == ("approver@example.org", "audit trail exported", "")


def test_an_organizer_who_is_not_signed_in_for_long_is_asked_again(
    app: Flask, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        organizer = an_organizer(session, now - timedelta(days=1))
        token = sessions.begin(session, organizer, sessions.Client(), now=now - sessions.IDLE)
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"] = token
    assert browser.get("/").status_code == 303
