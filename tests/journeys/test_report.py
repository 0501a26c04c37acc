"""The week's report in a browser: by the map to a state's copies, and files taken away."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.demo.story import FastClock
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.browsing import chromium, served
from tests.web.reporting import a_report
from tests.web.world import count, make_world

ADDRESS, PASSWORD = "anna@example.org", "four calm words here"


@pytest.fixture
def browser_and_desk(outreach: Outreach, clock: FastClock) -> Iterator[tuple[Browser, str]]:
    """A campaign under way, and the report of its week."""
    with outreach.database.transaction() as session:
        people.add_organizer(session, ADDRESS, Role.viewer, "Anna", PASSWORD, clock())
        make_world(session, outreach.tokens, clock())
        count(session)
    a_report(outreach)
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        yield browser, stack.enter_context(served(create_app(outreach, demo=True)))


@pytest.mark.chromium
def test_from_the_overview_by_the_map_to_a_report_taken_away(
    browser_and_desk: tuple[Browser, str],
) -> None:
    page = come_in(*browser_and_desk, "en-GB")
    expect(page.locator("h1")).to_have_text("Overview")
    page.get_by_text("Which states stand where").click()
    expect(page.get_by_role("link", name="Egypt", exact=True)).to_be_visible()
    page.frame_locator("iframe.map").locator("a[href*='who=Egypt']").last.click()
    expect(page.get_by_role("rowheader").last).to_have_text("Egypt")

    page.get_by_role("link", name="Reports").click()
    page.get_by_role("link", name="Week 49 of 2026").click()
    expect(page.get_by_role("row", name="Missions that answered")).to_contain_text("2 written to")
    page.get_by_text("The numbers: The 193 states on the map").click()
    expect(page.get_by_role("row", name="Not written to").first).to_contain_text("191")
    assert taken(page, "PDF").startswith(b"%PDF")
    assert taken(page, "CSV").startswith(b"\xef\xbb\xbffigure,week,so far,")


@pytest.mark.chromium
def test_who_reads_french_gets_it_all_in_french(browser_and_desk: tuple[Browser, str]) -> None:
    page = come_in(*browser_and_desk, "fr-FR")
    expect(page.locator("h1")).to_have_text("Vue d’ensemble")
    map_of_states = page.frame_locator("iframe.map")
    expect(map_of_states.get_by_text("Les 193 États sur la carte")).to_be_visible()
    page.goto(f"{browser_and_desk[1]}/reports/2026-W49")
    expect(page.locator("h1")).to_have_text("Semaine 49 de 2026")
    expect(page.get_by_role("heading", name="Les chiffres")).to_be_visible()
    assert taken(page, "CSV").startswith(b"\xef\xbb\xbffigure,week,so far,")


def come_in(browser: Browser, desk: str, language: str) -> Page:
    page = browser.new_context(locale=language).new_page()
    page.goto(f"{desk}/sign-in")
    page.locator("#address").fill(ADDRESS)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    return page


def taken(page: Page, form: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=form, exact=True).click()
    return Path(download.value.path()).read_bytes()
