"""The desk with few contacts and with a million; the report, and a recount of everything."""

import math
import time
from collections.abc import Iterator
from contextlib import closing
from random import Random
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, insert, make_url, select
from sqlmodel import col

from outreach.accounts.tables import Role
from outreach.campaigns.tables import Campaign
from outreach.config import Settings
from outreach.contacts.tables import Contact, ContactList, Mission
from outreach.db import Database
from outreach.delivery.tables import Delivery
from outreach.inbox.tables import IncomingMail, Thread
from outreach.reports import figures, stuck_kept, weekly
from outreach.reports.counters import keeping
from outreach.reports.counters.tables import StaleMission
from outreach.reports.weeks import Week
from outreach.web import create_app
from outreach.web.serving import settle
from outreach.wiring import Outreach, build
from tests.bench import large
from tests.bench.bench import Bench
from tests.bench.contacts import STATES
from tests.bench.figures import Goal, Sample
from tests.bench.planning import ZURICH
from tests.bench.rows import NOW
from tests.web.world import an_organizer, sign_in

_A_PAGE = 60.0  # seconds for all looks at one; then it is told from those there were
_A_STATEMENT = 20.0  # seconds, after which the database breaks off
_TOUCHED = 1_000  # missions of which something is new when a report is asked for
_WEEKS = [Week.parse(f"2026-W{number}") for number in range(47, 49)]

# What stands in braces is another one at each look.
PAGES = (
    "/",
    "/campaigns/campaign-{campaign}",
    "/campaigns/campaign-{campaign}?after={copy}",
    "/campaigns/campaign-{campaign}?stands=bounced",
    "/campaigns/campaign-{campaign}?stands=skipped",
    "/campaigns/campaign-{campaign}?stands=unknown",
    "/campaigns/campaign-{campaign}?stands=answered",
    "/campaigns/campaign-{campaign}?stands=no_answer",
    "/campaigns/campaign-{campaign}?stands=image_loaded",
    "/campaigns/campaign-{campaign}?who=France",
    "/campaigns/campaign-{campaign}?who=Abara {contact}",
    "/campaigns/campaign-{campaign}?who=person{contact}@example.org",
    "/campaigns/campaign-{campaign}?language=zh",
    "/campaigns/campaign-{campaign}/states.svg",
    "/campaigns/campaign-{campaign}/world.svg",
    "/contacts",
    "/contacts?after={contact}",
    "/contacts?q=alma",
    "/contacts?q=abara {contact}",
    "/contacts?q=France&list=list-{list}",
    "/contacts?mail=stopped",
    "/contacts?tag=tag 3&state=FR",
    "/contacts/{contact}",
    "/contacts/{contact}/edit",
    "/contacts/1/merge/2",
    "/contacts/{contact}/erase",
    "/contacts/new",
    "/contacts/doubles",
    "/contacts/doubles?after={mission}",
    "/contacts/suppressed",
    "/contacts/import",
    "/lists",
    "/lists/{list}",
    "/lists/add?state=FR",
    "/deliveries/{copy}",
    "/deliveries/{copy}/html",
    "/deliveries/{copy}.eml",
    "/inbox",
    "/inbox?turn=waiting_for_us",
    "/inbox?campaign={campaign}&state=FR",
    "/inbox?kind=out_of_office",
    "/inbox/threads/{thread}",
    "/inbox/mail/{mail}",
    "/inbox/raw/{mail}",
    "/inbox/saved-answers",
    "/inbox/upload",
    "/reports",
    "/reports/{week}",
    "/people",
    "/audit",
    "/account",
)


def measure(bench: Bench) -> Iterator[Sample]:
    with bench.fresh() as database:
        large.fill(database, bench.sizes.few)
        keeping.recount(database, ZURICH)
        _make_reports(database)
        _look_what_is_stuck(database)
        yield from _pages(bench, database, f"{bench.sizes.few} contacts, ", Goal(most=50))
    with bench.fresh() as database:
        large.fill(database, bench.sizes.filled)
        took = bench.seconds(keeping.recount, database, ZURICH)
        yield Sample(f"count {bench.sizes.filled:,} contacts and all of theirs anew", took, "s")
        yield from _reports(bench, database)
        yield from _pages(bench, database, "", Goal(most=150))


def _reports(bench: Bench, database: Database) -> Iterator[Sample]:
    with database.transaction() as session:
        some = select(col(Mission.id)).order_by(col(Mission.id)).limit(_TOUCHED)
        session.execute(insert(StaleMission).from_select(["mission_id"], some))
        took = bench.seconds(keeping.catch_up, session, ZURICH)
        yield Sample(f"count {_TOUCHED:,} touched missions anew", took, "s")
        took = bench.seconds(
            figures.compute, session, _WEEKS[-1], zone=ZURICH, states=STATES, now=NOW
        )
        yield Sample("the report's figures", took, "s", goal=Goal(most=1))
    _make_reports(database)
    took = bench.seconds(_look_what_is_stuck, database)
    yield Sample("look what is stuck", took, "s")


def _look_what_is_stuck(database: Database) -> None:
    with database.transaction() as session:
        stuck_kept.keep(session, STATES, NOW, ZURICH)


def _make_reports(database: Database) -> None:
    with database.transaction() as session:
        for week in _WEEKS:
            weekly.make(session, week, zone=ZURICH, states=STATES, now=NOW)


def _pages(bench: Bench, database: Database, of: str, goal: Goal) -> Iterator[Sample]:
    url = _bounded(database.url)
    settings = Settings(_env_file=None, var_dir=bench.folder, database_url=url)
    with closing(build(settings, clock=lambda: NOW)) as outreach:
        browser, most = _signed_in(outreach), _highest(database)
        for page in PAGES:
            paths = list(_paths(page, most, bench.sizes.looks))
            if len(paths) > 1:
                _look(browser, paths[0])  # what a process does once only
                settle()
            took = list(_looks(bench, browser, paths))
            yield Sample(f"{of}{page}: median", 1000 * median(took), "ms")
            slowest = sorted(took)[math.ceil(0.95 * len(took)) - 1]
            yield Sample(f"{of}{page}: 95th percentile", 1000 * slowest, "ms", goal=goal)


def _signed_in(outreach: Outreach) -> FlaskClient:
    browser = create_app(outreach).test_client()
    with outreach.database.transaction() as session:
        organizer = an_organizer(session, NOW, Role.admin)
    sign_in(browser, organizer)
    return browser


def _bounded(url: str) -> str:
    """That a page which is too slow is told as slow, and the others are still measured."""
    options = {"options": f"-c statement_timeout={_A_STATEMENT:.0f}s"}
    return make_url(url).update_query_dict(options).render_as_string(hide_password=False)


def _looks(bench: Bench, browser: FlaskClient, paths: list[str]) -> Iterator[float]:
    """How long each took, in seconds; at least one, and no more than there is time for."""
    until = time.monotonic() + _A_PAGE
    for path in paths:
        yield bench.seconds(_look, browser, path)
        if time.monotonic() > until:
            return


def _look(browser: FlaskClient, path: str) -> None:
    began = time.monotonic()
    with browser.get(path) as answer:
        is_broken_off = time.monotonic() - began > _A_STATEMENT
        assert answer.status_code == 200 or is_broken_off, f"{path}: {answer.status_code}"
        assert answer.get_data()


def _paths(page: str, most: dict[str, int], looks: int) -> Iterator[str]:
    """Addresses of a page, the same ones in each run."""
    dice = Random(page)
    for _ in range(looks):
        numbers = {name: dice.randint(1, number) for name, number in most.items()}
        yield page.format(week=dice.choice(_WEEKS), **numbers)


def _highest(database: Database) -> dict[str, int]:
    """The last id of each, from one on there are all."""
    kinds: dict[str, Any] = {
        "campaign": Campaign,
        "contact": Contact,
        "copy": Delivery,
        "list": ContactList,
        "mail": IncomingMail,
        "mission": Mission,
        "thread": Thread,
    }
    with database.reading() as session:
        return {
            name: session.scalars(select(func.max(kind.id))).one() for name, kind in kinds.items()
        }
