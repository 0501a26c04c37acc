"""A campaign from an empty form to its end, by two people at the desk and the worker."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from outreach.accounts import people
from outreach.accounts.tables import Role
from outreach.demo.story import FastClock
from outreach.web import create_app
from outreach.wiring import Outreach
from outreach.worker.stages import fulfil_wishes, tick
from tests.campaigns.making import a_contact
from tests.web.browsing import chromium, served

PASSWORD = "four calm words here"
ANNA, BEN = "anna@example.org", "ben@example.org"


@pytest.fixture
def browser_and_desk(outreach: Outreach) -> Iterator[tuple[Browser, str]]:
    """As in the demo, where nobody is asked for a second factor."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        yield browser, stack.enter_context(served(create_app(outreach, demo=True)))


@pytest.mark.chromium
def test_from_an_empty_form_to_a_cancelled_campaign(
    outreach: Outreach, clock: FastClock, browser_and_desk: tuple[Browser, str]
) -> None:
    with outreach.database.transaction() as session:
        people.add_organizer(session, ANNA, Role.organizer, "Anna", PASSWORD, clock())
        people.add_organizer(session, BEN, Role.approver, "Ben", PASSWORD, clock())
        for state in ("CH", "NZ", "FR", "SN"):
            a_contact(session, "mission", state, languages=["en"])
    browser, desk = browser_and_desk
    anna, ben = (come_in(browser, desk, who) for who in (ANNA, BEN))

    edit_the_letter(anna, desk)
    fill_in(anna)
    expect(anna.locator(".notice")).to_contain_text("The plan is being made")
    fulfil_wishes(outreach)
    expect(anna.get_by_role("heading", name="Samples")).to_be_visible()  # by itself
    expect(anna.get_by_text("You loaded it")).to_be_visible()
    anna.get_by_role("button", name="Send it to me: step 1 in English").click()
    tick(outreach, clock)
    assert [mail.count(b"\nTo: Anna <anna@example.org>") for mail in outbox(outreach)] == [1]

    ben.goto(f"{desk}/campaigns/spring/plan")
    ben.get_by_label("I have looked at the samples").check()
    ben.get_by_role("button", name="Approve: send 8 copies").click()
    fulfil_wishes(outreach)
    expect(ben.locator("h1")).to_contain_text("running")
    expect(ben.locator("#told")).to_have_text("Spring letter: running")  # which is read out

    clock.now += timedelta(hours=13)  # nine o'clock in Wellington
    while len(outbox(outreach)) < 2:
        tick(outreach, clock)
        clock.now += timedelta(minutes=5)
    assert all(b"We kindly write." in mail for mail in outbox(outreach))
    tick(outreach, clock)
    anna = come_in(browser, desk, ANNA)  # the session of the day before is over
    anna.get_by_role("link", name="Spring letter").click()
    expect(anna.get_by_role("row", name="Went")).to_contain_text("1 of 4 (25%)")

    anna.get_by_role("link", name="Pause…").click()
    expect(anna.locator(".notice")).to_contain_text("7 copies have not left")
    stop(anna, "a mistake was found", "Pause it")
    clock.now += timedelta(days=1)
    tick(outreach, clock)
    assert len(outbox(outreach)) == 2

    anna = come_in(browser, desk, ANNA)
    anna.get_by_role("link", name="Spring letter").click()
    anna.get_by_role("link", name="Resume…").click()
    expect(anna.locator(".notice")).to_contain_text("7 copies wait. They go on in their window")
    expect(anna.locator(".notice")).to_contain_text("a mistake was found")
    anna.get_by_role("button", name="Let it go on").click()
    expect(anna.get_by_text("goes on, at its pace")).to_be_visible()
    expect(anna.locator("h1")).to_contain_text("running")
    anna.get_by_role("link", name="Cancel for good…").click()
    expect(anna.locator(".notice")).to_contain_text("7 copies have not left and will never leave")
    stop(anna, "the office was closed", "Cancel it for good")
    fulfil_wishes(outreach)
    tick(outreach, clock)
    expect(anna.locator("h1")).to_contain_text("cancelled")
    anna.reload()
    expect(anna.get_by_role("row", name="Withdrawn after")).to_contain_text("3 of 4 (75%)")


def come_in(browser: Browser, desk: str, address: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{desk}/sign-in?next=/campaigns")
    page.get_by_label("Email address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def edit_the_letter(page: Page, desk: str) -> None:
    """The preview follows what is typed; what is saved is what is planned below."""
    page.goto(f"{desk}/letters/wipo-russia-office/letter/en/edit")
    page.get_by_label("Text", exact=True).fill("{{ salutation }}\n\nWe **kindly** write.")
    mail = page.frame_locator(".frame.desktop iframe")
    expect(mail.locator("body")).to_contain_text("We kindly write.")
    page.get_by_role("button", name="Save", exact=True).click()
    saved = page.get_by_role("status").first
    expect(saved).to_have_text("Saved as version 2.", timeout=20_000)  # it is tried on all readers
    page.goto(f"{desk}/campaigns")


def fill_in(page: Page) -> None:
    """The form, first with a mistake in it."""
    page.get_by_role("link", name="Begin a campaign").click()
    page.get_by_label("Short name", exact=True).fill("spring")
    page.get_by_role("button", name="Begin").click()
    page.locator("#campaign-name").fill("Spring letter")
    page.get_by_label("Letter", exact=True).select_option("wipo-russia-office")
    page.get_by_label("Not before").fill("2026-12-01T09:00")
    page.get_by_label("missions").check()
    page.locator("#campaign-sender-name").fill("The organizers")
    page.get_by_role("textbox", name="Email address").fill("letters@example.org")
    page.get_by_label("Postal address, in one line").fill("1 Example Street, Geneva")
    page.locator("#steps-1-letter").fill("letter")
    page.locator("#steps-2-letter").fill("reminder")
    page.get_by_role("button", name="Load it and make the plan").click()
    expect(page.get_by_role("alert")).to_contain_text('step 2 needs "after"')
    page.locator("#steps-2-after").fill("7 working days")
    page.get_by_role("button", name="Load it and make the plan").click()


def stop(page: Page, because: str, button: str) -> None:
    page.get_by_label("Why").fill(because)
    page.get_by_role("button", name=button).click()


def outbox(outreach: Outreach) -> list[bytes]:
    folder = Path(outreach.settings.var_dir) / "outbox" / "new"
    return [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
