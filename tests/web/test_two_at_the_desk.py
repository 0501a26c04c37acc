"""Two organizers at the same inbox: each sees what the other does, and what comes in meanwhile."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from outreach.accounts.tables import Role
from outreach.web.desk import live
from outreach.wiring import Outreach
from tests.web.browsing import chromium, served
from tests.web.test_accessibility import AXE, RULES, RUN
from tests.web.world import World, a_mail, an_organizer, sign_in

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@dataclass
class Two:
    """Anna and Ben, each in a browser of their own, which ask every second."""

    anna: Page
    ben: Page
    desk: str
    said: list[str]


@pytest.fixture
def two(
    app: Flask, outreach: Outreach, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Two]:
    monkeypatch.setattr(live, "EVERY", "500ms")
    said: list[str] = []
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        desk = stack.enter_context(served(app))
        pages = [a_page(browser, app, outreach, name, now, said) for name in ("Anna", "Ben")]
        yield Two(*pages, desk, said)


def a_page(
    browser: Browser, app: Flask, outreach: Outreach, name: str, now: datetime, said: list[str]
) -> Page:
    with outreach.database.transaction() as session:
        address = f"{name.lower()}@example.org"
        organizer = an_organizer(session, now, Role.organizer, address=address, name=name)
    client = app.test_client()
    sign_in(client, organizer)
    cookie = client.get_cookie("outreach")
    assert cookie
    kept: Any = {"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}
    context = browser.new_context()
    context.add_cookies([kept])
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    return page


def test_one_sees_the_other_answer_and_a_mail_that_comes_in_is_answered_by_keys(
    two: Two, world: World, outreach: Outreach, now: datetime
) -> None:
    thread = f"{two.desk}/inbox/threads/{world.thread.id}"
    anna, ben = two.anna, two.ben
    ben.goto(f"{two.desk}/inbox")
    anna.goto(f"{two.desk}/inbox")
    press(anna, "k")  # the last of the list, which is the thread
    expect(anna.get_by_role("link", name="France")).to_be_focused()
    anna.keyboard.press("Enter")
    expect(anna).to_have_url(thread)
    press(anna, "r")
    expect(anna.get_by_label("Your answer")).to_be_focused()
    anna.keyboard.type("Dear jury, rukj/?")  # its letters are no keys

    told = ben.get_by_role("status")
    expect(told).to_contain_text("Anna is writing an answer to France (since 10:00).")
    assert ben.evaluate(RUN, RULES) == []
    ben.goto(thread)
    expect(told).to_have_text("Anna is writing an answer (since 10:00).")

    with outreach.database.transaction() as session:
        about = {"thread_id": world.thread.id, "delivery_id": world.sent.id}
        mail = a_mail(session, now, subject="And then", **about)
    for page in (anna, ben):
        expect(page.get_by_role("status")).to_contain_text("1 new message: show it")
    assert anna.evaluate(RUN, RULES) == []
    expect(anna.get_by_label("Your answer")).to_be_focused()
    anna.get_by_role("button", name="1 new message").click()
    expect(anna.locator(f"#mail-{mail.id}")).to_contain_text("new")
    expect(anna.get_by_label("Your answer")).to_have_value("Dear jury, rukj/?")
    anna.get_by_role("button", name="Send the answer").click()
    expect(anna.get_by_role("heading", level=1)).to_contain_text("waiting for them")

    expect(told).to_have_text("2 new messages: show them")  # the mail and the answer
    ben.get_by_role("button", name="2 new messages").click()
    expect(ben.locator(".conversation")).to_contain_text("Dear jury")
    expect(told).to_have_text("")
    press(ben, "u")
    expect(ben).to_have_url(f"{two.desk}/inbox")
    assert two.said == []


def test_the_keys_are_told_and_can_be_switched_off(two: Two, world: World) -> None:
    page, rows = two.anna, two.anna.locator("[data-row]")
    page.goto(f"{two.desk}/inbox")
    press(page, "j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    press(page, "/")
    expect(page.get_by_label("Search all mail")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    assert page.evaluate(RUN, RULES) == []
    dialog.get_by_label("Use these keys").uncheck()
    dialog.get_by_role("button", name="Close").click()

    page.goto(f"{two.desk}/inbox/mail/{world.stray.id}")
    press(page, "u")
    press(page, "?")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(re.compile("/inbox/mail/"))
    page.get_by_role("button", name="Keys").click()  # they can be switched on again
    dialog.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    press(page, "u")
    expect(page).to_have_url(f"{two.desk}/inbox")
    assert two.said == []


def press(page: Page, key: str) -> None:
    """Once the page's script is there, which shows the button."""
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.keyboard.press(key)
