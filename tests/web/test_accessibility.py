"""Every page through axe-core in Chromium, wide and light, narrow and dark: nothing is found.

The pages are those of the app's own map of addresses: a new one is looked at without a word here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from outreach.accounts import links, people
from outreach.accounts.tables import Role
from outreach.campaigns import drafts
from outreach.contacts import lists, loading, uploads
from outreach.contacts.tables import UploadStage
from outreach.inbox.tables import SavedAnswer
from outreach.web import create_app
from outreach.wiring import Outreach
from outreach.worker import stages
from tests.web.browsing import chromium, served
from tests.web.campaigning import a_planned_campaign
from tests.web.conftest import SignedIn
from tests.web.reporting import a_report
from tests.web.test_access import Route, address
from tests.web.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

AXE = Path(__file__).parents[1] / "vendored/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = {"light": (1440, 900), "dark": (375, 800)}

# Sign-in has a test of its own. For all others the world must have what the page shows.
NOT_THERE = {
    "/enter/<token>",
    "/contacts/<row:number>/merge/<row:other>",
    "/contacts/import/<row:number>/errors.csv",
    "/letters/-/begin",
    "/inbox/live",
    "/inbox/mail/<row:number>/html",
    "/inbox/mail/<row:number>/attachments/<int(max=99999):at>",
    "/reports/<week>/<name>.svg",
    "/feed/<token>.atom",
}
# What stands in a frame of a page is a letter or a stranger's mail, which brings what it brings.
RUN = """async runOnly => {
  document.querySelectorAll('details').forEach(each => each.open = true);
  const options = {iframes: false, resultTypes: ['violations'], runOnly};
  const {violations} = await axe.run(document, options);
  const tell = (rule, node) =>
    [rule.id, ...node.target, ...node.any.map(each => each.message)].join(' ');
  return violations.flatMap(rule => rule.nodes.map(node => tell(rule, node)));
}"""


@pytest.fixture
def furnished(outreach: Outreach, world: World, now: datetime) -> World:
    """With a list, a file that is looked at, a report and a saved answer in it."""
    a_report(outreach, -timedelta(weeks=2))  # the week that the table of routes asks for
    with outreach.database.transaction() as session:
        lists.make(session, "geneva")
        lists.add_to_list(session, "geneva", ["fr@mission.example"])
        file = b"E-mail,State,Seat\nnew@mission.example,FR,4\nbad,FR,\n"
        uploads.keep(session, "contacts.csv", file, "ann@example.org", now)
        session.add(SavedAnswer(title="Thanks", text="Thank you.", changed_at=now))
        people.add_organizer(session, "ben@example.org", Role.viewer, "Ben", None, now)
    return world


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser, browser.new_context() as context:
        context.add_init_script(path=AXE)
        yield context.new_page()


@pytest.mark.chromium
def test_axe_finds_nothing_on_any_page_of_the_desk(
    app: Flask, outreach: Outreach, furnished: World, signed_in: SignedIn, page: Page
) -> None:
    admin = signed_in(Role.admin)
    pages = dict(every_page(app, admin, furnished, outreach))
    assert {rule for rule, (code, _) in pages.items() if code != 200} == NOT_THERE
    paths = [path for code, path in pages.values() if code == 200]
    paths += ["/contacts/1/merge/2", "/no/such/page"]
    cookie = admin.get_cookie("outreach")
    assert cookie
    kept = {"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}
    page.context.add_cookies([kept])  # type: ignore[list-item]
    assert faults(page, app, paths) == {}


@pytest.mark.chromium
def test_axe_finds_nothing_on_a_plan_and_beside_what_is_wrong_in_a_schedule(
    app: Flask, outreach: Outreach, signed_in: SignedIn, page: Page
) -> None:
    organizer = signed_in(Role.organizer)
    a_planned_campaign(outreach)
    with outreach.database.transaction() as session:
        drafts.begin(session, "wrong", "[pace]\nper_hour = 0", by="ann", now=outreach.clock())
    cookie = organizer.get_cookie("outreach")
    assert cookie
    kept = {"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}
    page.context.add_cookies([kept])  # type: ignore[list-item]
    month = "/campaigns/offices/calendar?month=2026-12"
    paths = ["/campaigns/offices/plan", month, "/schedules/wrong?checked=yes"]
    assert faults(page, app, paths) == {}


@pytest.mark.chromium
def test_axe_finds_nothing_on_a_file_of_contacts_on_its_way_in(
    app: Flask, outreach: Outreach, signed_in: SignedIn, page: Page, now: datetime
) -> None:
    organizer = signed_in(Role.organizer)
    good = b"E-mail,State,Seat\nnew@mission.example,FR,4\nbad,FR,\n"
    with outreach.database.transaction() as session:
        for file in (good, b"who,where\n", b"", good):
            uploads.keep(session, "contacts.csv", file, "ann@example.org", now)
        session.flush()
        uploads.get(session, 4).stage = UploadStage.stored
    stages.load_contacts(outreach, lambda: False)
    with outreach.database.transaction() as session:
        uploads.keep(session, "contacts.csv", good, "ann@example.org", now)
        stopped = uploads.keep(session, "contacts.csv", good, "ann@example.org", now)
        stopped.problem, stopped.stored = loading.BROKEN, {"added": 1}
    cookie = organizer.get_cookie("outreach")
    assert cookie
    kept = {"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}
    page.context.add_cookies([kept])  # type: ignore[list-item]
    paths = [f"/contacts/import/{number}" for number in range(1, 7)]
    assert faults(page, app, ["/contacts/import", *paths]) == {}


@pytest.mark.chromium
def test_axe_finds_nothing_on_the_way_in(outreach: Outreach, page: Page) -> None:
    with outreach.database.transaction() as session:
        key = links.let_first_in(session, outreach.tokens, outreach.clock())
    link = f"/enter/{outreach.tokens.sign('entry', key)}"
    paths = ["/sign-in", "/forgotten", "/enter/nowhere", "/no/such/page", link]
    app = create_app(outreach, demo=True)
    assert faults(page, app, paths) == {}
    with outreach.database.transaction() as session:
        people.add_organizer(session, "a@example.org", Role.viewer, "", None, outreach.clock())
    assert faults(page, app, ["/sign-in"]) == {}


@pytest.mark.chromium
def test_axe_sees_what_is_wrong(app: Flask, page: Page) -> None:
    """Or else the tests above would prove nothing."""
    app.view_functions["health.alive"] = lambda: "<!doctype html><img src=x>"
    found = faults(page, app, ["/healthz"])
    assert any("image-alt" in fault for fault in found["/healthz light"])


def every_page(
    app: Flask, browser: FlaskClient, world: World, outreach: Outreach
) -> Iterator[tuple[str, tuple[int, str]]]:
    """By its rule: what it answers, and its path."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            path = address(Route("GET", rule.rule, None, 200), world, outreach)
            with browser.get(path) as answer:
                in_a_frame = "sandbox" in answer.headers["Content-Security-Policy"]
                if answer.mimetype == "text/html" and answer.status_code != 303 and not in_a_frame:
                    yield rule.rule, (answer.status_code, path)


def faults(page: Page, app: Flask, paths: list[str]) -> dict[str, list[str]]:
    """By path and look; those without are left out."""
    found = {}
    with served(app) as desk:
        for path in paths:
            page.goto(desk + path)
            for look, (width, height) in LOOKS.items():
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
                found[f"{path} {look}"] = page.evaluate(RUN, RULES)
    return {where: what for where, what in found.items() if what}
