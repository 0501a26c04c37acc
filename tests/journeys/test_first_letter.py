"""From an empty folder to the first letter sent: what somebody new to Outreach goes through."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from outreach.config import load_settings
from outreach.demo.story import FastClock, next_moment
from outreach.wiring import Outreach, build
from outreach.worker.stages import single_pass
from tests.journeys.test_demo import is_letter, read, text_of
from tests.journeys.test_who_gets_in import ANNA, BEN, Person, invite_ben, link_in_the_mail
from tests.journeys.test_who_gets_in import browser_and_desk as browser_and_desk

DESK = "https://desk.example.org"
CONTACTS = """State,Organization,Given name,Family name,E-mail
Senegal,Permanent Mission of Senegal,Amina,Exemple,amina@sn.missions.example
Switzerland,Permanent Mission of Switzerland,Björn,Muster,bjoern@ch.missions.example
New Zealand,Permanent Mission of New Zealand,Carol,Sample,carol@nz.missions.example
"""
LETTER = """{{ salutation }}

We **kindly** ask {{ mission.organization }} to sign the petition.

{{ sender.name }}"""
WRITTEN_TO = {
    "Amina Exemple <amina@sn.missions.example>": "Senegal",
    "Björn Muster <bjoern@ch.missions.example>": "Switzerland",
    "Carol Sample <carol@nz.missions.example>": "New Zealand",
}


@pytest.fixture
def clock() -> FastClock:
    """Begins now, as the link does that the command line prints; a test moves it on."""
    return FastClock(datetime.now(UTC))


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What ``outreach init`` prints in an empty folder, all set by the environment."""
    folder = tmp_path / "ours"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OUTREACH_PUBLIC_URL", DESK)
    monkeypatch.setenv("OUTREACH_VAR_DIR", str(folder / "kept"))
    command = [sys.executable, "-m", "outreach", "init"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def outreach(printed: str, clock: FastClock) -> Iterator[Outreach]:
    with closing(build(load_settings(), clock)) as built:
        yield built


@pytest.mark.chromium
def test_from_the_first_start_to_the_first_letter(
    printed: str,
    outreach: Outreach,
    clock: FastClock,
    browser_and_desk: tuple[Browser, str],
    tmp_path: Path,
) -> None:
    browser, desk = browser_and_desk
    anna, ben = (
        Person(browser.new_context(ignore_https_errors=True).new_page(), desk, each, clock)
        for each in (ANNA, BEN)
    )
    become_the_first_admin(anna, printed)
    import_contacts(anna, outreach, tmp_path / "ours.csv")
    write_the_letter(anna)
    plan_a_campaign(anna, outreach)
    take_the_step(anna, "Invite an approver", done=3)
    invite_ben(anna)
    work(outreach)
    come_in_by_the_mail(ben, outreach)
    shown = approve(ben, outreach)
    assert not letters(outreach)

    wait_until_all_have_gone(outreach, clock)
    look_at_what_left(letters(outreach), shown)
    see_them_as_sent(anna)


def work(outreach: Outreach) -> None:
    """What ``outreach tick`` does: the worker's turn at all that is asked for or due."""
    assert single_pass(outreach, outreach.clock).failed == []


def become_the_first_admin(anna: Person, link: str) -> None:
    assert link.startswith(f"{DESK}/enter/")
    anna.open(link.removeprefix(DESK))
    anna.choose_a_password(**{"Your email address": ANNA, "Your name": "Anna"})
    anna.give_the_password()
    codes = anna.set_up_the_second_factor()
    assert len(set(codes)) == 10
    anna.sees("Overview")


def take_the_step(anna: Person, step: str, done: int) -> None:
    """Go on from the overview, which shows how many of the first steps are done."""
    anna.page.get_by_role("link", name="Overview").click()
    expect(anna.page.locator(".first-steps .badge")).to_have_count(done)
    anna.page.get_by_role("link", name=step).click()


def import_contacts(anna: Person, outreach: Outreach, file: Path) -> None:
    file.write_text(CONTACTS, "utf-8")
    take_the_step(anna, "Import the contacts you write to", done=1)  # a letter is shipped
    anna.page.get_by_label("File: CSV or Excel").set_input_files(file)
    anna.press("Look at it")
    anna.sees("Looking through the file")
    work(outreach)
    expect(anna.page.get_by_role("heading", name="The first rows")).to_be_visible()  # by itself
    anna.page.get_by_label("or on a new one").fill("geneva")
    anna.press("Store 3 contacts")
    anna.sees("Storing the contacts")
    work(outreach)
    anna.sees("The contacts are stored")


def write_the_letter(anna: Person) -> None:
    take_the_step(anna, "Write the letter", done=2)
    anna.page.get_by_label("Name: small letters").fill("petition")
    anna.press("Write it")
    anna.page.wait_for_url("**/edit")  # with its script, which looks at what is typed
    anna.page.get_by_label("Subject").fill("A petition to {{ state.name }}")
    anna.page.get_by_label("Text", exact=True).fill(LETTER)
    mail = anna.page.frame_locator(".frame.desktop iframe")
    expect(mail.locator("strong")).to_have_text("kindly")
    anna.page.get_by_label("Shown for").select_option("Björn Muster, Switzerland")
    expect(mail.locator("body")).to_contain_text("Dear Björn Muster,")
    anna.press("Save")
    expect(anna.page.get_by_role("status").first).to_have_text("Saved as version 1.")


def plan_a_campaign(anna: Person, outreach: Outreach) -> None:
    """The rest of the form stays as it comes: office hours on the recipients' own clocks."""
    take_the_step(anna, "Plan a campaign", done=2)
    page, start = anna.page, anna.clock.now + timedelta(days=2)
    page.get_by_role("link", name="Begin a campaign").click()
    page.get_by_label("Short name", exact=True).fill("first")
    anna.press("Begin")
    page.locator("#campaign-name").fill("The first letter")
    page.get_by_label("Letter", exact=True).select_option("petition")
    page.get_by_label("Not before").fill(f"{start:%Y-%m-%dT09:00}")
    page.get_by_label("geneva").check()
    page.locator("#campaign-sender-name").fill("The organizers")
    page.get_by_role("textbox", name="Email address").fill("letters@example.org")
    page.get_by_label("Postal address, in one line").fill("1 Example Street, Geneva")
    page.locator("#steps-1-letter").fill("letter")
    anna.press("Load it and make the plan")
    expect(page.get_by_text("The plan is being made.")).to_be_visible()
    work(outreach)
    expect(page.get_by_text("everyone on the lists gets the letter")).to_be_visible()
    expect(page.get_by_text("You loaded it, so somebody else has to")).to_be_visible()


def come_in_by_the_mail(ben: Person, outreach: Outreach) -> None:
    ben.open(link_in_the_mail(outreach))
    known = ben.page.locator("[autocomplete=username]:not([type=hidden])")
    expect(known).to_have_value(BEN)  # with which a password manager keeps the password
    expect(known).to_be_hidden()
    ben.choose_a_password()
    ben.give_the_password()
    ben.set_up_the_second_factor()


def approve(ben: Person, outreach: Outreach) -> EmailMessage:
    """The message that was shown to him before."""
    take_the_step(ben, "Have the plan approved", done=4)
    ben.page.get_by_role("link", name="The first letter").click()
    ben.page.get_by_role("link", name="Look at the plan").click()
    plan = ben.page.url
    ben.page.get_by_role("link", name="copy").click()
    expect(ben.page.frame_locator("iframe.copy").locator("strong")).to_have_text("kindly")
    with ben.page.expect_download() as download:
        ben.page.get_by_role("link", name="Download the message").click()
    ben.page.goto(plan)
    ben.page.get_by_label("I have looked at the samples").check()
    ben.press("Approve: send 3 copies")
    expect(ben.page.get_by_text("Every copy is being compared")).to_be_visible()
    work(outreach)
    expect(ben.page.locator("h1")).to_contain_text("running")
    return read(Path(download.value.path()))


def letters(outreach: Outreach) -> dict[str, EmailMessage]:
    """Those in the outbox by the names of their files, without the mails about accounts."""
    files = (outreach.settings.var_dir / "outbox" / "new").glob("*.eml")
    mails = {path.stem: read(path) for path in files}
    return {key: mail for key, mail in mails.items() if is_letter(mail)}


def wait_until_all_have_gone(outreach: Outreach, clock: FastClock) -> None:
    """From one moment to the next, past weekends and holidays, and a day more for doubles."""
    latest = clock.now + timedelta(days=30)
    while len(letters(outreach)) < len(WRITTEN_TO) and clock.now < latest:
        work(outreach)
        clock.now = next_moment(outreach, clock.now)
    clock.now += timedelta(days=1)
    work(outreach)


def look_at_what_left(mails: dict[str, EmailMessage], shown: EmailMessage) -> None:
    assert sorted(str(mail["To"]) for mail in mails.values()) == sorted(WRITTEN_TO)
    for key, mail in mails.items():
        assert mail["Message-ID"] == f"<{key}@example.org>"
        state, name = WRITTEN_TO[mail["To"]], mail["To"].addresses[0].display_name
        assert mail["Subject"] == f"A petition to {state}"
        assert f"Dear {name},\n\nWe kindly ask Permanent Mission of {state} " in text_of(mail)
        whole = f"{mail['Subject']}{text_of(mail)}{text_of(mail, 'html')}"
        assert not [hole for hole in ("{{", "}}", "{%", "{name}") if hole in whole]
    (sample,) = (mail for mail in mails.values() if mail["Message-ID"] == shown["Message-ID"])
    for kind in ("plain", "html"):
        assert text_of(sample, kind) == text_of(shown, kind)


def see_them_as_sent(anna: Person) -> None:
    """Days later, so she signs in anew."""
    anna.open("/")
    anna.give_the_password()
    anna.give_a_code()
    anna.sees("Overview")
    expect(anna.page.locator(".first-steps")).to_have_count(0)  # she knows the way
    anna.page.get_by_role("link", name="The first letter").first.click()
    expect(anna.page.get_by_role("row", name="Went")).to_contain_text("3 of 3 (100%)")
    expect(anna.page.locator("#contacts ~ table .badge")).to_have_text(["sent"] * 3)
