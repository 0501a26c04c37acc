"""A file with errors is brought to the desk, put right there, and stored while one watches."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from outreach.accounts.tables import Organizer, Role
from outreach.web import create_app
from outreach.wiring import Outreach
from outreach.worker import stages
from tests.web.browsing import chromium, served

FILE = "E-mail,Land,Who\nann@example.org,Brazil,Ann\nbad,France,\nbo@example.org,Atlantis,Bo\n"


@pytest.mark.chromium
def test_a_file_is_put_right_and_stored_without_loading_a_page_by_hand(
    outreach: Outreach, tmp_path: Path
) -> None:
    somebody = Organizer(address="anna@example.org", name="Anna", role=Role.organizer)
    somebody.created_at = outreach.clock()
    with outreach.database.transaction() as session:
        session.add(somebody)
    file = tmp_path / "ours.csv"
    file.write_text(FILE)
    with ExitStack() as stack:
        page = stack.enter_context(chromium()).new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        desk = stack.enter_context(served(create_app(outreach, demo=True)))
        page.goto(f"{desk}/sign-in")
        page.get_by_role("button", name="demo").click()
        page.goto(f"{desk}/contacts/import")
        page.get_by_label("File: CSV or Excel").set_input_files(file)
        page.get_by_role("button", name="Look at it").click()
        expect(page.locator("progress")).to_be_visible()
        _work(outreach)

        expect(page.get_by_role("alert")).to_contain_text("has no column for state")
        page.get_by_label("What the column Land is").select_option("state")
        page.get_by_label("What the column Who is").select_option("name")
        page.get_by_role("button", name="Look again").click()
        _work(outreach)

        expect(page.get_by_role("heading", name="2 errors")).to_be_visible()
        errors = page.get_by_role("region", name="Table of errors")
        expect(errors.locator("tbody tr")).to_contain_text(["@-sign", "is no member state"])
        first = page.get_by_role("region", name="Table of the first rows")
        expect(first.locator("tbody tr")).to_have_text(["2newann@example.orgBrazilAnn"])
        page.get_by_label("or on a new one").fill("geneva")
        page.get_by_label("Leave out the 2 rows").check()
        page.get_by_role("button", name="Store 1 contact").click()
        expect(page.locator("#so-far")).to_contain_text("0 of 1 row stored")
        _work(outreach)

        expect(page.get_by_role("heading", level=1)).to_have_text("The contacts are stored")
        page.get_by_role("link", name="All of them are on the list geneva.").click()
        expect(page.get_by_role("link", name="Ann", exact=True)).to_be_visible()
        assert said == []


def _work(outreach: Outreach) -> None:
    stages.load_contacts(outreach, lambda: False)
