"""Clock times by the reader's zone, the recipient's beside it, and days that are one for all."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.accounts import audit
from outreach.accounts.tables import Organizer, Role
from outreach.contacts.tables import Contact
from outreach.delivery.tables import Delivery, State
from outreach.inbox import presence, searching
from outreach.inbox.tables import IncomingMail, Thread
from outreach.wiring import Outreach
from tests.web.browsing import chromium, served
from tests.web.campaigning import PAGE, a_planned_campaign
from tests.web.forms import fill
from tests.web.reading import text
from tests.web.reporting import a_report
from tests.web.world import World, an_organizer, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

From = Callable[[str | None], FlaskClient]

TOKYO, HONOLULU = "Asia/Tokyo", "Pacific/Honolulu"


@pytest.fixture
def reader_in(app: Flask, outreach: Outreach, now: datetime) -> From:
    """A browser of somebody who reads the desk there; None: who chose no zone."""

    def come_in(zone: str | None) -> FlaskClient:
        address = f"{(zone or 'nowhere').replace('/', '.')}@example.org"
        with outreach.database.transaction() as session:
            who = an_organizer(session, now, Role.approver, zone=zone, address=address)
        browser = app.test_client()
        sign_in(browser, who)
        return browser

    return come_in


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (None, "Tue 1 Dec 2026, 10:00 CET (11:00 in Cairo)"),
        (TOKYO, "Tue 1 Dec 2026, 18:00 JST (11:00 in Cairo)"),
        (HONOLULU, "Mon 30 Nov 2026, 23:00 HST (Tue 1 Dec, 11:00 in Cairo)"),
        ("Africa/Cairo", "Tue 1 Dec 2026, 11:00 EET in doubt"),
        ("Africa/Johannesburg", "Tue 1 Dec 2026, 11:00 SAST in doubt"),  # clocks agree
    ],
)
def test_readers_of_one_copy_see_their_own_clock_and_the_recipient_s_beside_it(
    reader_in: From, world: World, zone: str | None, shown: str
) -> None:
    page = text(reader_in(zone).get(f"/deliveries/{world.in_doubt.id}").text)
    assert shown in page.replace(" )", ")").replace("( ", "(")
    assert f"Times are those of {zone or 'Europe/Zurich'}." in page


@pytest.mark.parametrize(
    ("state", "field", "said"),
    [
        (State.queued, "due_at", "Goes on"),
        (State.queued, "not_before", "Postponed: not before"),
        (State.queued, "planned_at", "Planned for"),
    ],
)
def test_what_is_still_to_go_is_told_by_both_clocks(
    reader_in: From, world: World, outreach: Outreach, now: datetime, state: State, field: str,
    said: str,
) -> None:  # fmt: skip
    with outreach.database.transaction() as session:
        copy = session.get_one(Delivery, world.in_doubt.id)
        copy.state, copy.settled_at = state, None
        setattr(copy, field, now)
    page = text(reader_in(TOKYO).get(f"/deliveries/{world.in_doubt.id}").text)
    assert f"{said} Tue 1 Dec 2026, 18:00 JST (11:00 in Cairo)" in page


@pytest.mark.parametrize(
    ("own", "place"),
    [("America/New_York", "(03:00 in New York)"), ("Mars/Base", "(09:00 in Paris)")],
)
def test_a_contact_s_own_zone_comes_before_its_state_s_and_one_unknown_after_it(
    reader_in: From, world: World, outreach: Outreach, own: str, place: str
) -> None:
    with outreach.database.transaction() as session:
        session.get_one(Contact, world.sent.contact_id).time_zone = own
    browser, sent = reader_in(TOKYO), f"Tue 1 Dec 2026, 17:00 JST {place}"
    pages = (f"contacts/{world.sent.contact_id}", f"inbox/threads/{world.thread.id}")
    for page in (f"deliveries/{world.sent.id}", *pages):
        assert sent in text(browser.get(f"/{page}").text)


def test_whoever_answers_is_told_what_time_it_is_there(reader_in: From, world: World) -> None:
    thread, mail = f"/inbox/threads/{world.thread.id}", f"/inbox/mail/{world.reply.id}"
    far, near = reader_in(TOKYO), reader_in(None)
    assert "Their clock 10:00 in Paris when this page was opened" in text(far.get(thread).text)
    assert "Their clock" not in near.get(thread).text
    assert "Came Tue 1 Dec 2026, 18:00 JST (10:00 in Paris)" in text(far.get(mail).text)
    assert "in Paris" not in near.get(mail).text


def test_the_calendar_has_the_reader_s_hours_and_says_whose_its_days_are(
    reader_in: From, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    page = text(reader_in(TOKYO).get(f"{PAGE}/calendar?month=2026-12&week=2026-12-01").text)
    assert "the same hours in Asia/Tokyo" in page
    shown = re.search(r"Europe/Zurich .*? Their clock (\d\d):(\d\d) Asia/Tokyo (\d\d):(\d\d)", page)
    assert shown
    assert (int(shown[1]) + 8, shown[2]) == (int(shown[3]), shown[4])


def test_the_hour_since_when_somebody_writes_is_the_reader_s(
    reader_in: From, world: World, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        presence.beat(session, world.thread.id or 0, an_organizer(session, now).id or 0, now)
    assert "(since 18:00)" in text(reader_in(TOKYO).get("/inbox").text)


@pytest.mark.parametrize(
    ("zone", "day"), [(None, "2026-12-01"), (TOKYO, "2026-12-01"), (HONOLULU, "2026-11-30")]
)
def test_days_that_are_asked_for_are_those_that_the_page_shows(
    reader_in: From, world: World, outreach: Outreach, now: datetime, zone: str | None, day: str
) -> None:
    browser, thread = reader_in(zone), f"/inbox/threads/{world.thread.id}"
    with outreach.database.transaction() as session:
        audit.note(session, actor="anna@example.org", act="something done", now=now)
        searching.index(session, session.get_one(IncomingMail, world.reply.id))
    for asked in ("2026-11-30", "2026-12-01"):
        mails = browser.get(f"/inbox?since={asked}&until={asked}").text
        assert (thread in mails) is (asked == day)
        assert ("something done" in browser.get(f"/audit?day={asked}").text) is (asked == day)
        csv = browser.get(f"/audit/trail.csv?day={asked}").text
        assert ("something done" in csv) is (asked == day)


def test_what_is_due_reports_and_papers_are_the_same_wherever_they_are_read(
    reader_in: From, world: World, outreach: Outreach
) -> None:
    week = a_report(outreach)
    with outreach.database.transaction() as session:
        session.get_one(Thread, world.thread.id).due_on = date(2026, 11, 30)
    near, far = reader_in(None), reader_in(HONOLULU)
    pages = [browser.get("/inbox").text for browser in (near, far)]
    assert all("overdue since Mon 30 Nov 2026" in page for page in pages)
    for page in (f"/reports/{week}", "/"):
        here, there = (without_clock_times(browser.get(page).text) for browser in (near, far))
        assert here == there
    papers = [browser.get(f"/deliveries/{world.sent.id}.pdf").data for browser in (near, far)]
    assert papers[0] == papers[1]


def test_a_zone_is_chosen_in_the_account_however_it_is_typed(
    reader_in: From, outreach: Outreach
) -> None:
    browser = reader_in(None)
    assert 'placeholder="Europe/Zurich"' in browser.get("/account").text
    page = fill(browser, "/account", "/account/zone", zone=" asia/tokyo ")
    assert "Times are those of Asia/Tokyo. Days of figures" in text(page.text)
    refused = fill(browser, "/account", "/account/zone", zone="Mars/Base")
    assert (refused.status_code, "“Mars/Base”" in refused.text) == (400, True)
    assert 'value="Mars/Base"' in refused.text
    assert stored(outreach) == TOKYO
    fill(browser, "/account", "/account/zone", zone="")
    assert stored(outreach) is None


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_computer_s_own_zone_is_offered_where_scripts_run(
    app: Flask, reader_in: From, has_scripts: bool
) -> None:
    cookie = reader_in(None).get_cookie("outreach")
    assert cookie
    kept: Any = {"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}
    with chromium() as browser, served(app) as desk:
        context = browser.new_context(timezone_id=TOKYO, java_script_enabled=has_scripts)
        context.add_cookies([kept])
        page = context.new_page()
        page.goto(f"{desk}/account")
        assert page.get_by_text("This computer's clock says Asia/Tokyo.").count() == has_scripts
        if has_scripts:
            page.get_by_role("button", name="Use it").click()
        else:
            page.get_by_label("Clock times are shown in").fill(TOKYO)
        page.get_by_role("button", name="Save the time zone").click()
        assert "Times are those of Asia/Tokyo." in page.content()
        assert not page.locator("#clock").is_visible()


def without_clock_times(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<time .*?</time>", "", main)


def stored(outreach: Outreach) -> str | None:
    with outreach.database.reading() as session:
        return session.exec(select(Organizer.zone)).one()
