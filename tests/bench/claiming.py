"""Copies claimed, and what became of them recorded, with nothing sent in between."""

from collections.abc import Iterator

from outreach.db import Database
from outreach.delivery.carriers import Outcome
from outreach.delivery.queue import claim
from outreach.delivery.recording import record
from tests.bench.bench import Bench
from tests.bench.figures import Sample
from tests.bench.rows import NOW, fill_queue
from tests.bench.yardsticks import plain_claims

_GROUPS = (32, 1_000)
_WORKER = "bench"


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.copies
    for group in _GROUPS:
        yardstick = plain_claims(bench, number, group)
        for what, recorded in (("claim", False), ("claim and record", True)):
            with bench.fresh() as database:
                fill_queue(database, number)
                seconds = bench.seconds(go_through, database, group, recorded)
            named = f"{what} {number:,} copies in groups of {group:,}"
            yield Sample(named, number / seconds, "copies/s", yardstick)


def go_through(database: Database, group: int, recorded: bool) -> None:
    """A transaction for each claim, and one for what became of it, as a drain does."""
    while True:
        with database.transaction() as session:
            copies = claim(session, worker=_WORKER, limit=group, now=NOW)
        if not copies:
            break
        if recorded:
            outcomes = [Outcome("sent", "250 OK")] * len(copies)
            with database.transaction() as session:
                record(session, copies, outcomes, worker=_WORKER, now=NOW)
