"""The long run's journeys by name; each gives its line of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.journeys.crash import journey as way
from tests.journeys.crash.journey import Journey, a_journey, a_journey_to_the_outbox
from tests.journeys.crash.outages import (
    Outage,
    database_locked,
    database_restarted,
    disk_full,
    server_away,
    small_disk,
)
from tests.journeys.crash.places import DurableCluster, Place
from tests.journeys.crash.report import Line
from tests.journeys.crash.trouble import (
    BUSY_FOR_EVER,
    CUTS,
    REFUSALS,
    Trouble,
    among_fine,
    stalls,
)

COPIES, KILLS = 10_000, 40
SOME_COPIES, SOME_KILLS = 1_000, 6
GIVEN_UP = 200.0  # seconds; longer than a client waits
DISK = 64  # megabytes


@dataclass(frozen=True)
class Run:
    """One of them on one kind of database, in a new ``folder``; ``random`` is for its kills."""

    place: Place
    folder: Path
    random: Random


Scenario = Callable[[Run], Line]


def _killed(workers: int) -> Scenario:
    def go(run: Run) -> Line:
        pace = 0.001 * workers * workers  # several go on while one starts
        with a_journey(run.place.campaign(COPIES), run.folder, pace=pace) as journey:
            between = COPIES // KILLS // workers
            way.killed(journey, workers, KILLS, between, run.random)
            return Line.of("killed", run.place.name, workers, journey)

    return go


def _killed_in_trouble(name: str, troubles: Sequence[Trouble], workers: int = 2) -> Scenario:
    def go(run: Run) -> Line:
        url = run.place.campaign(SOME_COPIES)
        with a_journey(url, run.folder, pace=0.004, troubles=among_fine(troubles, 9)) as journey:
            way.killed(journey, workers, SOME_KILLS, between=40, random=run.random)
            return Line.of(f"killed; server: {name}", run.place.name, workers, journey)

    return go


def _in_trouble(name: str, copies: int, troubles: Sequence[Trouble], workers: int = 1) -> Scenario:
    def go(run: Run) -> Line:
        with a_journey(run.place.campaign(copies), run.folder, troubles=troubles) as journey:
            way.in_trouble(journey, workers)
            return Line.of(f"server: {name}", run.place.name, workers, journey)

    return go


def _interrupted(
    name: str, outages: Callable[[Run, Journey], Sequence[Outage]], seconds: float, workers: int = 3
) -> Scenario:
    def go(run: Run) -> Line:
        with a_journey(run.place.campaign(SOME_COPIES), run.folder, pace=0.004) as journey:
            made = outages(run, journey)
            way.interrupted(journey, lambda _: made, workers, seconds, by_itself=True)
            return Line.of(name, run.place.name, workers, journey)

    return go


def _restarts(run: Run, _: Journey) -> Sequence[Outage]:
    assert isinstance(run.place, DurableCluster)
    return [database_restarted(run.place, mode) for mode in ("fast", "immediate", "fast")]


def _disk_full(run: Run) -> Line:
    """The database's disk: on Postgres that of its tables."""
    with small_disk(run.folder.with_name(f"{run.folder.name}_disk"), DISK) as disk:
        url = run.place.campaign(SOME_COPIES, on=disk)
        with a_journey(url, run.folder, pace=0.004) as journey:
            way.interrupted(journey, lambda _: [disk_full(disk)], 3, seconds=20, by_itself=True)
            return Line.of("disk of the database full", run.place.name, 3, journey)


def _outbox_full(run: Run) -> Line:
    run.folder.mkdir()
    with small_disk(run.folder / "var", DISK) as disk:
        journey = a_journey_to_the_outbox(run.place.campaign(SOME_COPIES), run.folder)
        way.put_off(journey, lambda _: disk_full(disk))
        return Line.of("disk of the outbox full", run.place.name, 1, journey)


_BY_CODE = {
    code: [trouble for trouble in REFUSALS if trouble.answer.startswith(code)]
    for code in ("421", "450", "452", "550", "554")
}

SCENARIOS: Mapping[str, Scenario] = {
    "killed-1": _killed(1),
    "killed-3": _killed(3),
    "cut": _killed_in_trouble("cuts the connection", CUTS),
    **{code: _killed_in_trouble(f"answers {code}", told) for code, told in _BY_CODE.items()},
    "stalls": _killed_in_trouble("stalls for 2 s", stalls(2.0)),
    "everything": _in_trouble("all of these", 640, among_fine(CUTS + REFUSALS + stalls(1.0), 9)),
    "given-up": _in_trouble(
        f"stalls for {GIVEN_UP:.0f} s", 100, among_fine(stalls(GIVEN_UP, given_up=True), 49)
    ),
    "busy-for-ever": _in_trouble("answers 450 for ever", 100, among_fine(BUSY_FOR_EVER, 9)),
    "away": _interrupted(
        "server away for 60 s", lambda _, journey: [server_away(journey.server)], 60
    ),
    "locked": _interrupted(
        "database locked for 30 s", lambda _, journey: [database_locked(journey.url)], 30
    ),
    "disk": _disk_full,
    "outbox": _outbox_full,
}
ON_POSTGRES_ONLY: Mapping[str, Scenario] = {
    "restart": _interrupted("database restarted, 3 times", _restarts, 1)
}
