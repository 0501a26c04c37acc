"""Letters as PDF: what the desk hands out as a zip, and a plan that encloses each copy as PDF."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from typing import Any

from outreach.campaigns import planning, progress
from outreach.campaigns.materials import load_materials
from outreach.campaigns.on_paper import letters_zip
from outreach.campaigns.papers import papers_dated_in
from outreach.config import shipped
from outreach.db import Database
from tests.bench.bench import IN_THIS_PROCESS, Bench, seconds
from tests.bench.contacts import NOW, STATES, TOKENS, bring_in, written_list
from tests.bench.figures import Goal, Sample
from tests.bench.planning import LETTER, ZURICH, load, plan
from tests.bench.worker import peak_mb


def measure(bench: Bench) -> Iterator[Sample]:
    yield from _handed_out(bench)
    yield from _enclosed(bench)


def _handed_out(bench: Bench) -> Iterator[Sample]:
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
        pieces = letters_zip(session, progress.get(session, "bench"), STATES, ZURICH)
        began = time.perf_counter()
        for _ in pieces:
            ended = time.perf_counter()
            yield ended - began
            began = ended


def _enclosed(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.enclosed
    with bench.fresh() as database:
        bring_in(database, written_list(bench.folder, number))
        done = _plan_alone(bench, database)
    what = f"plan {number:,} contacts, one step with its PDF"
    yield Sample(f"{what}, before the transaction", done.before, "s")
    yield Sample(f"{what}, in the transaction", done.within, "s")
    yield Sample(f"{what}, at most", done.peak_mb, "MB")


@dataclass(frozen=True)
class _Planned:
    """Seconds until all letters are set, and then until the plan is stored."""

    before: float
    within: float
    peak_mb: float


def _plan_alone(bench: Bench, database: Database) -> _Planned:
    """In a process of its own, if any: its memory is then that of the plan."""
    if IN_THIS_PROCESS in bench.processes:
        with bench.watched:
            return _plan_with_papers(database.url)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_plan_with_papers, database.url).result()


def _plan_with_papers(url: str) -> _Planned:
    """As ``outreach campaign plan`` does it."""
    database = Database(url)
    load(database, pdf=True)
    with papers_dated_in(ZURICH) as papers:
        with database.reading() as session:
            made_of = load_materials(session, shipped("templates"), LETTER, STATES)
        given: dict[str, Any] = {"materials": made_of, "papers": papers, "now": NOW}

        def set_papers() -> None:
            with database.reading() as session:
                found = progress.get(session, "bench")
                planning.set_papers(session, found, progress=lambda _done, _of: None, **given)

        def store_plan() -> None:
            with database.transaction() as session:
                planning.plan(session, progress.get(session, "bench"), tokens=TOKENS, **given)

        done = _Planned(seconds(set_papers), seconds(store_plan), peak_mb())
    database.close()
    return done
