"""A letter is written at the desk: its preview follows what is typed, its versions stay."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns.materials import load_materials
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.browsing import chromium, served

PAGE = "/letters/wipo-russia-office/reminder/en"


@pytest.mark.chromium
def test_what_is_typed_is_seen_as_mail_saved_and_told_among_the_versions(
    outreach: Outreach,
) -> None:
    somebody = Organizer(address="anna@example.org", name="Anna", role=Role.organizer)
    somebody.created_at = outreach.clock()
    with outreach.database.transaction() as session:
        session.add(somebody)
    with ExitStack() as stack:
        page = stack.enter_context(chromium()).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        desk = stack.enter_context(served(create_app(outreach, demo=True)))
        page.goto(f"{desk}/sign-in")
        page.get_by_role("button", name="demo").click()
        page.goto(f"{desk}{PAGE}/edit")
        mail = page.frame_locator(".frame.desktop iframe")
        expect(mail.locator("body")).to_contain_text("Dear Sir or Madam")

        write(page, "{{ salutation }}\n\nA {{ contact.nmae }}")
        expect(page.locator("#checked")).to_contain_text("did you mean contact.name?")
        expect(mail.locator("body")).to_contain_text("Dear Sir or Madam")  # what was there stays
        write(page, "{{ salutation }}\n\nWe **kindly** remind {{ state.name }}.")
        expect(mail.locator("strong")).to_have_text("kindly")
        page.get_by_role("radio", name="Plain text").check()
        expect(page.locator(".frame.plain")).to_contain_text("We kindly remind")
        expect(page.locator(".frame.desktop")).to_be_hidden()
        page.get_by_label("Look for readers").press("Enter")  # previews, and saves nothing
        expect(page).to_have_url(re.compile("/edit"))
        expect(page.get_by_label("Text", exact=True)).to_have_value(KINDLY)

        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("status").first).to_have_text("Saved as version 2.")
        page.get_by_role("link", name="Version 2").click()
        expect(page.locator(".difference ins").first).to_contain_text("kindly")
        expect(page.locator(".difference")).to_have_count(1)
        assert said == []
    with outreach.database.reading() as session:
        made = load_materials(
            session, outreach.settings.templates, "wipo-russia-office", outreach.states
        )
    assert made.letter.source("reminder", "en").body == KINDLY


@pytest.mark.chromium
def test_a_french_reader_is_told_in_french_what_is_wrong_as_it_is_typed(
    outreach: Outreach,
) -> None:
    somebody = Organizer(address="anna@example.org", name="Anna", role=Role.organizer)
    somebody.created_at = outreach.clock()
    with outreach.database.transaction() as session:
        session.add(somebody)
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        page = browser.new_context(locale="fr-FR").new_page()
        desk = stack.enter_context(served(create_app(outreach, demo=True)))
        page.goto(f"{desk}/sign-in")
        page.locator("form[action$=demo] button").click()
        page.goto(f"{desk}{PAGE}/edit")
        expect(page.frame_locator(".frame.desktop iframe").locator("body")).to_contain_text(
            "Dear Sir or Madam"  # the letter itself stays in its own language
        )
        checks = page.locator("#checked")
        for mistake, told in FRENCH.items():
            page.locator("#body").fill(f"{{{{ salutation }}}}\n\nA {mistake}")
            expect(checks).to_contain_text(told)


FRENCH = {
    "{{ contact.nmae }}": "Ligne 3\xa0: contact.nmae est inconnu\u202f; vouliez-vous dire",
    "{% if contact.name %}": "le texte finit trop tôt. Il manque encore\xa0: «\xa0elif",
    "**word": "** n’a pas de pendant",
}
KINDLY = "{{ salutation }}\n\nWe **kindly** remind {{ state.name }}."


def write(page: Page, text: str) -> None:
    page.get_by_label("Text", exact=True).fill(text)
