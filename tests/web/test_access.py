"""Who may open what. A route that is not in the table fails the test."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.accounts.tables import Role
from outreach.web import create_app
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.world import World

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOBODY = None
DESK = Role.viewer


@dataclass(frozen=True)
class Route:
    """The least role that may, and what whoever may is answered; NOBODY: open to all."""

    method: str
    rule: str
    least: Role | None
    answer: int
    form: tuple[tuple[str, str], ...] = ()


SEEN_NOTHING = (("state", "closed"), ("seen", ""))
INVITED = (("role", "viewer"), ("name", "Ann"), ("address", "ann@example.org"))
SAVED = (("title", "Thanks"), ("text", "Thank you."))

ROUTES = (
    Route("GET", "/static/<path:filename>", NOBODY, 200),
    Route("GET", "/healthz", NOBODY, 200),
    Route("GET", "/o/<token>.gif", NOBODY, 200),
    Route("GET", "/u/<token>", NOBODY, 200),
    Route("POST", "/u/<token>", NOBODY, 200),
    Route("POST", "/hooks/sendgrid/events", NOBODY, 403),
    Route("POST", "/hooks/sendgrid/inbound", NOBODY, 400),
    Route("POST", "/sign-in", NOBODY, 401),
    Route("POST", "/sign-in/demo", NOBODY, 303),
    Route("GET", "/sign-in/code", NOBODY, 303),
    Route("POST", "/sign-in/code", NOBODY, 303),
    Route("GET", "/enter/<token>", NOBODY, 404),
    Route("POST", "/enter/<token>", NOBODY, 404),
    Route("GET", "/forgotten", NOBODY, 200),
    Route("POST", "/forgotten", NOBODY, 303),
    Route("GET", "/account", DESK, 200),
    Route("POST", "/account/name", DESK, 303),
    Route("POST", "/account/reports", DESK, 303),
    Route("POST", "/account/password", DESK, 400),
    Route("POST", "/account/language", DESK, 303),
    Route("POST", "/account/zone", DESK, 303),
    Route("GET", "/account/second-factor", DESK, 200),
    Route("POST", "/account/second-factor", DESK, 400),
    Route("POST", "/account/second-factor/off", DESK, 400),
    Route("POST", "/account/second-factor/recovery-codes", DESK, 400),
    Route("GET", "/people", DESK, 200),
    Route("POST", "/people", Role.admin, 303, INVITED),
    Route("GET", "/people/<row:number>", Role.admin, 200),
    Route("POST", "/people/<row:number>/invite", Role.admin, 303),
    Route("POST", "/people/<row:number>/reset-second-factor", Role.admin, 303),
    Route("POST", "/people/<row:number>/role", Role.admin, 303, (("role", "viewer"),)),
    Route("POST", "/people/<row:number>/disable", Role.admin, 303),
    Route("POST", "/people/<row:number>/enable", Role.admin, 303),
    Route("GET", "/settings", DESK, 200),
    Route("POST", "/settings/test-mail", Role.admin, 303),
    Route("POST", "/settings/checks", Role.admin, 200),
    Route("GET", "/audit", Role.approver, 200),
    Route("GET", "/audit/trail.<any(csv, json):form>", Role.approver, 200),
    Route("GET", "/", DESK, 200),
    Route("GET", "/campaigns", DESK, 200),
    Route("GET", "/days.svg", DESK, 200),
    Route("GET", "/campaigns/<slug>", DESK, 200),
    Route("GET", "/campaigns/<slug>/plan", DESK, 200),
    Route("GET", "/campaigns/<slug>/calendar", DESK, 200),
    Route("GET", "/campaigns/<slug>/calendar.ics", DESK, 200),
    Route("POST", "/campaigns/<slug>/plan", Role.organizer, 409),
    Route("POST", "/campaigns/<slug>/approve", Role.approver, 409),
    Route("POST", "/campaigns/<slug>/test", Role.organizer, 303, (("copy", "1"),)),
    Route("GET", "/campaigns/<slug>/<any(pause, resume, cancel):act>", Role.organizer, 200),
    Route("POST", "/campaigns/<slug>/<any(pause, resume, cancel):act>", Role.organizer, 400),
    Route("GET", "/schedules", Role.organizer, 200),
    Route("POST", "/schedules", Role.organizer, 400),
    Route("GET", "/schedules/<slug>", Role.organizer, 200),
    Route("POST", "/schedules/<slug>", Role.organizer, 409),
    Route("GET", "/schedules/<slug>/file", DESK, 200),
    Route("POST", "/schedules/<slug>/file", Role.organizer, 409),
    Route("GET", "/schedules/<slug>.toml", DESK, 200),
    Route("POST", "/schedules/<slug>/discard", Role.organizer, 303),
    Route("GET", "/campaigns/<slug>/letters.zip", DESK, 200),
    Route("GET", "/contacts", DESK, 200),
    Route("GET", "/contacts/export.<any(csv, xlsx):form>", DESK, 200),
    Route("GET", "/contacts/<row:number>", DESK, 200),
    Route("POST", "/contacts/<row:number>/lists", Role.organizer, 400),
    Route("GET", "/contacts/new", Role.organizer, 200),
    Route("POST", "/contacts/new", Role.organizer, 400),
    Route("GET", "/contacts/<row:number>/edit", Role.organizer, 200),
    Route("POST", "/contacts/<row:number>/edit", Role.organizer, 409),
    Route("GET", "/contacts/doubles", DESK, 200),
    Route("GET", "/contacts/<row:number>/merge/<row:other>", Role.organizer, 409),
    Route("POST", "/contacts/<row:number>/merge/<row:other>", Role.organizer, 409),
    Route("GET", "/contacts/<row:number>/erase", Role.approver, 200),
    Route("POST", "/contacts/<row:number>/erase", Role.approver, 303),
    Route("GET", "/contacts/import", Role.organizer, 200),
    Route("POST", "/contacts/import", Role.organizer, 400),
    Route("GET", "/contacts/import/<row:number>", Role.organizer, 404),
    Route("GET", "/contacts/import/<row:number>/errors.csv", Role.organizer, 404),
    Route("POST", "/contacts/import/<row:number>/columns", Role.organizer, 404),
    Route("POST", "/contacts/import/<row:number>/store", Role.organizer, 404),
    Route("POST", "/contacts/import/<row:number>/go-on", Role.organizer, 404),
    Route("POST", "/contacts/import/<row:number>/discard", Role.organizer, 404),
    Route("GET", "/contacts/suppressed", DESK, 200),
    Route("POST", "/contacts/suppressed", Role.organizer, 400),
    Route("POST", "/contacts/suppressed/<row:number>/lift", Role.organizer, 409),
    Route("GET", "/lists", DESK, 200),
    Route("POST", "/lists", Role.organizer, 400),
    Route("GET", "/lists/<row:number>", DESK, 404),
    Route("POST", "/lists/<row:number>/rename", Role.organizer, 404),
    Route("POST", "/lists/<row:number>/delete", Role.organizer, 404),
    Route("GET", "/lists/add", Role.organizer, 200),
    Route("POST", "/lists/add", Role.organizer, 404),
    Route("GET", "/letters", DESK, 200),
    Route("GET", "/letters/<letter>", DESK, 200),
    Route("GET", "/letters/<letter>/delete", Role.organizer, 200),
    Route("POST", "/letters/<letter>/delete", Role.organizer, 409),
    Route("GET", "/letters/-/begin", Role.organizer, 400),
    Route("GET", "/letters/-/bring-in", Role.organizer, 200),
    Route("POST", "/letters/-/bring-in", Role.organizer, 400),
    Route("GET", "/letters/<letter:page>", DESK, 200),
    Route("GET", "/letters/<letter:page>/as/<any(html, eml, pdf, md):form>", DESK, 200),
    Route("GET", "/letters/<letter:page>/delete", Role.organizer, 200),
    Route("POST", "/letters/<letter:page>/delete", Role.organizer, 409),
    Route("GET", "/letters/<letter:page>/edit", Role.organizer, 200),
    Route("POST", "/letters/<letter:page>/edit", Role.organizer, 400),
    Route("POST", "/letters/<letter:page>/draft", Role.organizer, 303),
    Route("POST", "/letters/<letter:page>/discard", Role.organizer, 303),
    Route("POST", "/letters/<letter:page>/review", Role.organizer, 409, (("reviewer", "Ann"),)),
    Route("GET", "/letters/<letter:page>/versions", DESK, 200),
    Route("POST", "/letters/<letter:page>/versions/<row:number>/edit", Role.organizer, 404),
    Route("POST", "/letters/<letter:page>/versions/file/edit", Role.organizer, 303),
    Route("GET", "/deliveries/<row:number>", DESK, 200),
    Route("GET", "/deliveries/<row:number>/html", DESK, 200),
    Route("GET", "/deliveries/<row:number>.eml", DESK, 200),
    Route("GET", "/deliveries/<row:number>.pdf", DESK, 200),
    Route("GET", "/enclosures/<digest>", DESK, 200),
    Route("GET", "/inbox", DESK, 200),
    Route("GET", "/inbox/live", DESK, 204),
    Route("POST", "/inbox/threads/<row:number>/live", DESK, 200),
    Route("GET", "/inbox/threads/<row:number>", DESK, 200),
    Route("GET", "/inbox/threads/<row:number>/export.zip", DESK, 200),
    Route("GET", "/inbox/threads/<row:number>/export.pdf", DESK, 200),
    Route("GET", "/inbox/mail/<row:number>", DESK, 200),
    Route("GET", "/inbox/mail/<row:number>.eml", DESK, 200),
    Route("GET", "/inbox/mail/<row:number>/html", DESK, 404),
    Route("GET", "/inbox/mail/<row:number>/attachments/<int(max=99999):at>", DESK, 404),
    Route("GET", "/inbox/upload", Role.organizer, 200),
    Route("POST", "/inbox/upload", Role.organizer, 303),
    Route("GET", "/inbox/raw/<row:number>", DESK, 200),
    Route("GET", "/inbox/raw/<row:number>.eml", DESK, 200),
    Route("GET", "/reports", DESK, 200),
    Route("GET", "/reports/report.css", DESK, 200),
    Route("GET", "/reports/<week>", DESK, 404),
    Route("GET", "/reports/<week>/<name>.svg", DESK, 404),
    Route("GET", "/campaigns/<slug>/states.svg", DESK, 200),
    Route("GET", "/campaigns/<slug>/world.svg", DESK, 200),
    Route("GET", "/reports/<week>.<any(pdf, csv, json):form>", DESK, 404),
    Route("GET", "/feed/<token>.atom", NOBODY, 404),
    Route("POST", "/deliveries/<row:number>/settle", Role.organizer, 303, (("as", "sent"),)),
    Route("POST", "/inbox/mail/<row:number>/overrule", Role.organizer, 303, (("kind", "opt_out"),)),
    Route("POST", "/inbox/mail/<row:number>/take-out", Role.organizer, 303),
    Route("POST", "/inbox/mail/<row:number>/file", Role.organizer, 303, (("copy", "1"),)),
    Route("POST", "/inbox/threads/<row:number>/standing", Role.organizer, 409, SEEN_NOTHING),
    Route("POST", "/inbox/threads/<row:number>/notes", Role.organizer, 303, (("text", "x"),)),
    Route("POST", "/inbox/threads/<row:number>/answer", Role.organizer, 400),
    Route("POST", "/inbox/threads/<row:number>/answer/begin", Role.organizer, 400),
    Route("POST", "/inbox/threads/<row:number>/answer/again", Role.organizer, 200),
    Route("GET", "/inbox/saved-answers", Role.organizer, 200),
    Route("POST", "/inbox/saved-answers", Role.organizer, 303, SAVED),
    Route("GET", "/inbox/saved-answers/<row:number>", Role.organizer, 200),
    Route("POST", "/inbox/saved-answers/<row:number>", Role.organizer, 303, SAVED),
    Route("POST", "/inbox/saved-answers/<row:number>/delete", Role.organizer, 303),
    Route("POST", "/inbox/raw/<row:number>/try-again", Role.organizer, 303),
)
# These answer in more than one way, or end the walk; each has tests of its own.
APART = {
    ("GET", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/account/sessions/end"),
    ("GET", "/readyz"),
}


def address(route: Route, world: World, outreach: Outreach) -> str:
    numbers = {
        "/deliveries/<row:number>/settle": world.in_doubt.id,
        "/inbox/threads/<row:number>": world.thread.id,
        "/inbox/mail/<row:number>/file": world.stray.id,
        "/inbox/mail": world.reply.id,
        "/inbox/raw": world.unreadable.id,
        "/inbox/saved-answers": 1,  # the one that the table itself adds
        "/deliveries": world.sent.id,
        # Whom nothing else in the table is about: some of these routes erase whom they find.
        "/contacts/<row:number>": world.held.contact_id,
        "/contacts/import": 1,  # of these there is none
        "/contacts/suppressed": 1,
        "/lists": 1,
        "/letters": 1,
        "/people": 2,  # whom the table itself invites: the first is who looks
    }
    number = next((n for start, n in numbers.items() if route.rule.startswith(start)), None)
    purpose = "open" if route.rule.startswith("/o") else "unsubscribe"
    values = {
        "<row:number>": str(number),
        "<token>": outreach.tokens.sign(purpose, world.sent.key),  # type: ignore[arg-type]
        "<any(pause, resume, cancel):act>": "pause",
        "<slug>": world.campaign.slug,
        "<letter>": "whales",
        "<letter:page>": "whales/letter/en",
        "<any(html, eml, pdf, md):form>": "html",
        "<digest>": world.enclosure.id,
        "<row:other>": str(number),
        "<week>": "2026-W47",
        "<any(pdf, csv, json):form>": "pdf",
        "<any(csv, xlsx):form>": "xlsx",
        "<any(csv, json):form>": "csv",
        "<int(max=99999):at>": "0",
        "<path:filename>": "outreach.css",
    }
    path = route.rule
    for placeholder, value in values.items():
        path = path.replace(placeholder, value)
    return path


def test_every_route_is_in_the_table(outreach: Outreach) -> None:
    rules = create_app(outreach, demo=True).url_map.iter_rules()
    there = {(m, rule.rule) for rule in rules for m in (rule.methods or set()) & {"GET", "POST"}}
    assert there == {(route.method, route.rule) for route in ROUTES} | APART


@pytest.mark.usefixtures("viewer")
def test_the_demo_sign_in_is_there_in_the_demo_only(app: Flask, outreach: Outreach) -> None:
    assert not any("demo" in rule.rule for rule in app.url_map.iter_rules())
    assert b"demo" not in app.test_client().get("/sign-in").data
    assert b"demo organizer" in create_app(outreach, demo=True).test_client().get("/sign-in").data


@pytest.mark.parametrize("role", [None, *Role])
def test_each_role_may_open_what_the_table_says(
    role: Role | None, app: Flask, outreach: Outreach, world: World, signed_in: SignedIn
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # that forms are checked is another test
    browser = signed_in(role) if role else app.test_client()
    for route in ROUTES:
        if "demo" not in route.rule:
            path = address(route, world, outreach)
            with browser.open(path, method=route.method, data=dict(route.form)) as answer:
                assert answer.status_code == expected(route, role), route


def expected(route: Route, role: Role | None) -> int:
    if route.least is None:
        return route.answer
    if role is None:
        return 303
    return route.answer if role.includes(route.least) else 403


def test_a_page_nobody_may_see_leads_to_the_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/campaigns/wipo?who=France")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/campaigns/wipo?who%3DFrance"
    assert client.get("/no/such/page").status_code == 404


def test_somebody_signed_in_does_not_see_the_sign_in_page(viewer: FlaskClient) -> None:
    assert viewer.get("/sign-in?next=/inbox").headers["Location"] == "/inbox"
