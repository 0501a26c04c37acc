"""A campaign planned: who gets which copy and when, with every letter filled in."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from outreach.campaigns import planning, progress
from outreach.campaigns.materials import load_materials
from outreach.campaigns.papers import papers_dated_in
from outreach.config import shipped
from outreach.db import Database
from tests.bench.bench import Bench
from tests.bench.contacts import NOW, STATES, TOKENS, bring_in, written_list
from tests.bench.figures import Goal, Sample
from tests.bench.yardsticks import plain_inserts

ZURICH = ZoneInfo("Europe/Zurich")
LETTER = "wipo-russia-office"


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.planned
    yardstick = plain_inserts(bench, number)
    with bench.fresh() as database:
        bring_in(database, written_list(bench.folder, number))
        seconds = bench.seconds(plan, database)
    what = f"plan {number:,} contacts, one step"
    yield Sample(what, number / seconds, "contacts/s", yardstick, Goal(least=5_000))


def plan(database: Database) -> None:
    load(database)
    with database.transaction() as session, papers_dated_in(ZURICH) as papers:
        materials = load_materials(session, shipped("templates"), LETTER, STATES)
        campaign = progress.get(session, "bench")
        planning.plan(session, campaign, materials=materials, tokens=TOKENS, papers=papers, now=NOW)


def load(database: Database, *, pdf: bool = False) -> None:
    with database.transaction() as session:
        progress.load_campaign(session, _schedule(pdf), "bench", "a@example.org", NOW)


def _schedule(pdf: bool) -> str:
    """The shipped one with its first step only, and as fast as a schedule may be."""
    text = (shipped("schedules") / f"{LETTER}.toml").read_text("utf-8")
    head = text.partition("[[steps]]")[0].replace("per_hour = 120", "per_hour = 1000000")
    return f'{head}[[steps]]\nletter = "letter"\npdf = {str(pdf).lower()}\n'
