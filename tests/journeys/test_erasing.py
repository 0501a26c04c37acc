"""A contact is erased: the page opens at once, and says by itself what would go."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from outreach.accounts.tables import Organizer, Role
from outreach.contacts.tables import Contact
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.browsing import chromium, served
from tests.web.world import a_contact


@pytest.mark.chromium
def test_what_would_go_is_counted_while_one_waits(outreach: Outreach) -> None:
    now = outreach.clock()
    with outreach.database.transaction() as session:
        session.add(Organizer(address="ann@example.org", role=Role.approver, created_at=now))
        contact = a_contact(session, "FR", now)
        session.flush()
        number = contact.id
    with ExitStack() as stack:
        page = stack.enter_context(chromium()).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        desk = stack.enter_context(served(create_app(outreach, demo=True)))
        page.goto(f"{desk}/sign-in")
        page.get_by_role("button", name="demo").click()
        page.goto(f"{desk}/contacts/{number}/erase")
        counted = page.get_by_role("row", name="contacts blanked and taken off all lists")
        expect(counted).to_contain_text("1")
        page.get_by_role("button", name="Erase for good").click()
        expect(page.get_by_text("The contact was erased.")).to_be_visible()
        assert said == []
    with outreach.database.reading() as session:
        assert session.exec(select(Contact.name)).all() == [""]
