"""A campaign's letters as PDF: what the desk hands out as a zip, letter by letter."""

import time
from collections.abc import Iterator
from statistics import median
from zoneinfo import ZoneInfo

from outreach.campaigns import progress
from outreach.campaigns.on_paper import letters_zip
from outreach.db import Database
from tests.bench.bench import Bench
from tests.bench.contacts import STATES, bring_in, written_list
from tests.bench.figures import Goal, Sample
from tests.bench.planning import plan

_ZONE = ZoneInfo("Europe/Zurich")


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.papers
    with bench.fresh() as database:
        bring_in(database, written_list(bench.folder, number))
        plan(database)
        with bench.watched:
            took = list(_each(database))
    what = f"letters as PDF, {number:,} in six languages"
    yield Sample(f"{what}, the median of them", median(took) * 1000, "ms", goal=Goal(most=50))
    yield Sample(f"{what}, all in a zip", sum(took), "s")


def _each(database: Database) -> Iterator[float]:
    """Seconds for each piece of the zip, which is one letter; the index is the last."""
    with database.reading() as session:
        pieces = letters_zip(session, progress.get(session, "bench"), STATES, _ZONE)
        began = time.perf_counter()
        for _ in pieces:
            ended = time.perf_counter()
            yield ended - began
            began = ended
