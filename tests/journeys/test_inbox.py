"""From a letter to a closed thread: real mail servers, a real browser, and both doors for mail."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from outreach.config import load_settings, shipped
from outreach.contacts.states import MemberStates, load_states
from outreach.delivery.tables import Delivery, State
from outreach.demo import mailroom, story
from outreach.demo.doors import Doors, Provider
from outreach.demo.mailroom import Received
from outreach.demo.story import FastClock, next_moment
from outreach.inbox import lmtp
from outreach.inbox.tables import RawMail
from outreach.web import create_app
from outreach.wiring import Outreach, build
from outreach.worker.stages import Pass, tick
from tests.journeys.crash.processes import wait_for
from tests.journeys.mail_servers import mail_servers
from tests.journeys.mission import MissionMailbox
from tests.ports import free_port
from tests.web.browsing import Stranger, a_stranger, chromium, served

FRANCE, SENEGAL = "info@fr.missions.example", "mission@sn.missions.example"
PDF = b"%PDF-1.7 une note %%EOF"
ANSWER = (
    "Madame, Monsieur,\n\nNous soutenons votre démarche. La note ci-jointe précise notre position."
)
THANKS = "Nous vous remercions de votre soutien."
AND_THEN = "Notre délégation prendra la parole en ce sens."


@dataclass(frozen=True)
class Journey:
    """The product with its worker in our hands, a browser at its desk, and two missions."""

    outreach: Outreach
    clock: FastClock
    page: Page
    desk: str
    france: MissionMailbox
    senegal: MissionMailbox
    hook: Callable[[bytes], None]
    stranger: Stranger

    def pass_on(self) -> Pass:
        """One pass of the worker, after which a minute goes by."""
        done = tick(self.outreach, self.clock)
        assert done.failed == []
        self.clock.now += timedelta(minutes=1)
        return done

    def come_in(self, mails: int) -> None:
        """Wait until so many have come in all, then let the worker read them."""
        wait_for(lambda: self._kept() == mails, "the mail", patience=60)
        assert self.pass_on().read.total == 1

    def _kept(self) -> int:
        with self.outreach.database.reading() as session:
            return len(session.exec(select(RawMail.id)).all())

    def reminders(self, address: str) -> set[State]:
        """The states of those to the address."""
        query = select(Delivery.state).where(
            Delivery.recipient_address == address, col(Delivery.step) > 1
        )
        with self.outreach.database.reading() as session:
            return set(session.exec(query))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.desk}{path}")


@pytest.fixture
def journey(tmp_path: Path, clock: FastClock) -> Iterator[Journey]:
    port, provider = free_port(), Provider()
    expect.set_options(timeout=30_000)
    with ExitStack() as stack:
        postfix, dovecot = stack.enter_context(mail_servers([FRANCE, SENEGAL], port))
        settings = load_settings(
            var_dir=tmp_path / "var",
            carrier="smtp",
            smtp_url=f"smtp://127.0.0.1:{postfix.port}",
            sendgrid_inbound_key=provider.public_key,
            lmtp_listen=f"127.0.0.1:{port}",
            templates_dir=shipped("templates"),
            schedules_dir=shipped("schedules"),
        )
        built = stack.enter_context(closing(build(settings, clock)))
        outreach = replace(built, states=only("FR", "SN"))
        stack.enter_context(lmtp.listening(outreach.database, settings.lmtp_listen, clock))
        browser = stack.enter_context(chromium())  # its loop runs in this thread, so it comes last
        desk = stack.enter_context(served(create_app(outreach, demo=True)))
        doors = stack.enter_context(closing(Doors(desk, provider, never)))
        yield Journey(
            outreach,
            clock,
            browser.new_page(),
            desk,
            MissionMailbox(FRANCE, dovecot, postfix, clock),
            MissionMailbox(SENEGAL, dovecot, postfix, clock),
            doors.deliver,
            stack.enter_context(a_stranger()),
        )


def only(*codes: str) -> MemberStates:
    every = load_states()
    return MemberStates(
        (every[code] for code in codes),
        as_of=every.as_of,
        coordination_committee_as_of=every.coordination_committee_as_of,
    )


def never(_: bytes) -> None:
    raise AssertionError("the first mail of these doors comes by the hook")


@pytest.mark.chromium
def test_an_answer_is_found_answered_and_followed_until_the_matter_is_settled(
    journey: Journey,
) -> None:
    letter = the_letter_arrives(journey)
    france_answers(journey, letter)
    assert journey.reminders(FRANCE) == {State.cancelled}
    assert State.cancelled not in journey.reminders(SENEGAL)

    thread = the_organizer_finds_the_answer(journey)
    says_how_it_stands(journey.page)
    reads_all_that_came_with_it(journey)
    journey.open(thread)
    answers_with_a_saved_answer(journey, thread)
    the_mission_goes_on_with_it(journey, letter)
    its_next_mail_stands_in_the_same_thread(journey, thread)

    an_absence_is_overruled(journey)
    the_mail_is_found_again(journey, thread)
    all_of_it_can_be_taken_away(journey, thread)

    journey.clock.now += timedelta(days=14)
    journey.pass_on()
    assert [len(each.received(1)) for each in (journey.france, journey.senegal)] == [2, 1]


def the_letter_arrives(journey: Journey) -> Received:
    story.set_up(journey.outreach, journey.clock, lambda line: None)
    for _ in ("its time is set", "France's morning", "Senegal's morning"):
        journey.pass_on()
        journey.clock.now = next_moment(journey.outreach, journey.clock.now)
    [letter] = journey.france.received(1)
    assert letter.language == "fr"
    return letter


def france_answers(journey: Journey, letter: Received) -> None:
    picture = f'<img src="{journey.stranger.address}/seen.png" alt="armoiries">'
    html = "".join(f"<p>{line}</p>" for line in ANSWER.split("\n\n"))
    answer = journey.france.answer(letter, ANSWER, html=html + picture)
    answer.add_attachment(PDF, maintype="application", subtype="pdf", filename="Note révisée.pdf")
    journey.france.send(answer)
    journey.come_in(1)


def the_organizer_finds_the_answer(journey: Journey) -> str:
    """The path of the thread, to which the way leads from what needs a person."""
    page = journey.page
    journey.open("/")
    page.get_by_role("button", name="Come in as the demo organizer").click()
    needs = page.get_by_role("region", name="What needs a person now")
    needs.get_by_role("link", name="1 answer waits for us").click()
    page.get_by_role("link", name="France").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("France waiting for us")
    expect(page.get_by_text("Nous soutenons votre démarche.")).to_be_visible()
    return page.url.removeprefix(journey.desk)


def says_how_it_stands(page: Page) -> None:
    form = page.get_by_role("form", name="State and owner")
    form.get_by_label("Owner").select_option(label="Demo organizer")
    form.get_by_label("Outcome").select_option(label="supportive")
    form.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("Demo organizer is the owner.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("supportive")


def reads_all_that_came_with_it(journey: Journey) -> None:
    page, asked = journey.page, list[str]()
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Note révisée.pdf").click()
    assert fetched.value.suggested_filename == "Note révisée.pdf"
    assert Path(fetched.value.path()).read_bytes() == PDF

    page.get_by_role("link", name=re.compile("^Re: ")).first.click()
    page.get_by_text("As it was formatted").click()
    formatted = page.frame_locator("iframe")
    expect(formatted.get_by_text("Nous soutenons votre démarche.")).to_be_visible()
    assert any(url.endswith("/html") for url in asked)
    assert [url for url in asked if not url.startswith(f"{journey.desk}/")] == []
    assert journey.stranger.asked == []


def answers_with_a_saved_answer(journey: Journey, thread: str) -> None:
    page = journey.page
    page.get_by_role("link", name="Saved answers").click()
    page.get_by_label("Title").fill("Merci du soutien")
    page.get_by_label("Text").fill(f"Madame, Monsieur,\n\n{THANKS}")
    page.get_by_role("button", name="Save").click()

    journey.open(thread)
    page.get_by_label("Begin with a saved answer").select_option(label="Merci du soutien")
    page.get_by_role("button", name="Take its text").click()
    expect(page.get_by_label("Your answer")).to_have_value(re.compile(THANKS))
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("waiting for them")
    assert journey.pass_on().sent.sent == 1


def the_mission_goes_on_with_it(journey: Journey, letter: Received) -> None:
    first, answer = journey.france.received(2)
    assert first.message_id == letter.message_id
    assert THANKS in answer.part("plain")
    assert answer.mail["In-Reply-To"] == f"<1.{FRANCE}>"
    assert str(answer.mail["References"]).split() == [letter.message_id, f"<1.{FRANCE}>"]
    assert str(answer.mail["From"]) == "Demo organizer <letters@example.org>"
    journey.france.send(journey.france.answer(answer, AND_THEN))
    journey.come_in(2)


def its_next_mail_stands_in_the_same_thread(journey: Journey, thread: str) -> None:
    page = journey.page
    journey.open(thread)
    entries = page.get_by_role("main").locator(".conversation > li")
    expect(entries).to_have_count(4)
    for at, said in enumerate(("Letter, step 1", "Nous soutenons", THANKS, AND_THEN)):
        expect(entries.nth(at)).to_contain_text(said)
    expect(page.get_by_role("heading", level=1)).to_contain_text("waiting for us")


def an_absence_is_overruled(journey: Journey) -> None:
    [letter] = journey.senegal.received(1)
    text = "Je suis absente, mais ma collègue soutient votre démarche."
    at = journey.clock()
    mail = mailroom.out_of_office(letter, "Réponse automatique : absence du bureau", text, at)
    journey.hook(mail)
    journey.come_in(3)
    assert State.cancelled not in journey.reminders(SENEGAL)

    journey.open("/inbox?kind=out_of_office")
    journey.page.get_by_role("link", name="absence du bureau").click()
    journey.page.get_by_role("button", name="A reply").click()
    expect(journey.page.get_by_text("A person says that this is a reply.")).to_be_visible()
    assert journey.reminders(SENEGAL) == {State.cancelled}


def the_mail_is_found_again(journey: Journey, thread: str) -> None:
    page = journey.page
    journey.open("/inbox")
    page.get_by_label("Search all mail").fill("delegation parole")
    page.get_by_role("button", name="Search").click()
    found = page.get_by_role("region", name="Mails").get_by_role("listitem")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(AND_THEN)
    found.get_by_role("link", name="France").click()
    expect(page).to_have_url(f"{journey.desk}{thread}")


def all_of_it_can_be_taken_away(journey: Journey, thread: str) -> None:
    with journey.page.expect_download() as fetched:
        journey.page.get_by_role("link", name="All mails").click()
    with zipfile.ZipFile(io.BytesIO(Path(fetched.value.path()).read_bytes())) as packed:
        mails = [
            message_from_bytes(packed.read(name), policy=policy.default)
            for name in sorted(packed.namelist())
            if name.endswith(".eml")
        ]
    letter, answer = journey.france.received(2)
    assert [mail["Message-ID"] for mail in mails] == [
        letter.message_id,
        f"<1.{FRANCE}>",
        answer.message_id,
        f"<2.{FRANCE}>",
    ]
    [note] = mails[1].iter_attachments()
    assert note.get_content() == PDF
