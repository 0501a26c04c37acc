"""From an empty desk to two people in it: the first admin, an invitation, passwords and codes."""

import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from outreach.accounts import links
from outreach.delivery.composing import entry_url
from outreach.demo.story import FastClock
from outreach.web import create_app
from outreach.wiring import Outreach
from outreach.worker.stages import tick
from tests.certificates import Authority
from tests.web.browsing import chromium, served

ANNA, BEN = "anna@example.org", "ben@example.org"
PASSWORDS = {ANNA: "four calm words here", BEN: "another calm sentence"}


@dataclass
class Person:
    """Somebody at a browser of their own, with an authenticator app."""

    page: Page
    desk: str
    address: str
    clock: FastClock
    app: pyotp.TOTP | None = None

    def open(self, path: str) -> None:
        self.page.goto(f"{self.desk}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose_a_password(self, **more: str) -> None:
        fields = {
            **more,
            "Password, at least 12 characters": PASSWORDS[self.address],
            "The same once more": PASSWORDS[self.address],
        }
        for label, value in fields.items():
            self.page.get_by_label(label).fill(value)
        self.press("Set the password")

    def give_the_password(self) -> None:
        self.page.get_by_label("Email address").fill(self.address)
        self.page.get_by_label("Password").fill(PASSWORDS[self.address])
        self.press("Sign in")

    def set_up_the_second_factor(self) -> list[str]:
        """The recovery codes."""
        self.sees("Set up a second factor")
        self.page.get_by_text("Or type the key instead").click()
        secret = self.page.locator("details code").inner_text().replace(" ", "")
        self.app = pyotp.TOTP(secret)
        self.page.get_by_label("Code").fill(self.app.at(self.clock.now))
        self.press("Switch it on")
        self.sees("Your recovery codes")
        codes = self.page.locator(".codes code").all_inner_texts()
        self.page.get_by_text("I have kept them").click()
        return codes

    def give_a_code(self) -> None:
        assert self.app
        self.clock.now += timedelta(seconds=30)  # that of the moment before was taken
        self.page.get_by_label("Code from your app").fill(self.app.at(self.clock.now))
        self.press("Sign in")

    def sees(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)


@pytest.fixture
def browser_and_desk(outreach: Outreach, tmp_path: Path) -> Iterator[tuple[Browser, str]]:
    """Over HTTPS, where cookies and the check of forms are stricter."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Authority(tmp_path).certificate("127.0.0.1"))
    settings = outreach.settings.model_copy(update={"public_url": "https://desk.example.org"})
    app = create_app(replace(outreach, settings=settings))
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())  # its loop runs in this thread
        yield browser, stack.enter_context(served(app, tls))


@pytest.mark.chromium
def test_the_first_admin_comes_in_and_invites_an_approver(
    outreach: Outreach, clock: FastClock, browser_and_desk: tuple[Browser, str]
) -> None:
    browser, desk = browser_and_desk
    anna, ben = (
        Person(browser.new_context(ignore_https_errors=True).new_page(), desk, each, clock)
        for each in (ANNA, BEN)
    )
    anna.open("/")
    assert "outreach init" in anna.page.content()

    anna.open(printed_link(outreach))
    anna.choose_a_password(**{"Your email address": ANNA, "Your name": "Anna"})
    anna.give_the_password()
    assert len(anna.set_up_the_second_factor()) == 10

    anna.page.get_by_role("link", name="People").click()
    invite_ben(anna)

    tick(outreach, clock)
    link = link_in_the_mail(outreach)
    ben.open(link)
    ben.choose_a_password()
    ben.give_the_password()
    ben.open("/people")
    ben.set_up_the_second_factor()
    ben.press("Sign out")
    ben.give_the_password()
    ben.sees("Your code")
    ben.give_a_code()
    ben.open("/people")
    ben.sees("People")
    ben.open(link)
    ben.sees("This link leads nowhere")

    anna.page.get_by_role("link", name="Ben").click()
    anna.press("Close the account")
    ben.open("/people")
    ben.sees("Sign in")


def printed_link(outreach: Outreach) -> str:
    with outreach.database.transaction() as session:
        key = links.let_first_in(session, outreach.tokens, outreach.clock())
    return entry_url("", outreach.tokens, key)


def invite_ben(anna: Person) -> None:
    anna.page.get_by_label("Email address").fill(BEN)
    anna.page.get_by_label("Name, as it").fill("Ben")
    anna.page.get_by_label("Role").select_option("approver")
    anna.page.get_by_label("Your own password").fill(PASSWORDS[ANNA])
    anna.press("Send the invitation")
    expect(anna.page.get_by_role("status")).to_contain_text("on its way")


def link_in_the_mail(outreach: Outreach) -> str:
    files = Path(outreach.settings.var_dir / "outbox" / "new").glob("*.eml")
    mails = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]
    (mail,) = (each for each in mails if each["To"] == f"Ben <{BEN}>")
    body = mail.get_body(("plain",))
    assert body
    found = re.search(r"/enter/\w+", body.get_content())
    assert found
    return found[0]
