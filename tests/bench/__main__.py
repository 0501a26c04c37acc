"""Measures what docs/performance.md tells: medians of three runs on SQLite and on Postgres."""

import csv
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from outreach import migrations
from outreach.campaigns import planning, progress
from outreach.campaigns.materials import load_materials
from outreach.config import shipped
from outreach.contacts.importing import import_contacts
from outreach.contacts.states import load_states
from outreach.db import Database
from outreach.tokens import Tokens
from tests.postgres import Cluster

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
STATES = load_states()
TOKENS = Tokens("a secret for measuring")
RUNS = 3


def write_contacts(path: Path, number: int) -> None:
    """Contacts spread over all member states, with the columns that real lists have."""
    codes = [state.code for state in STATES]
    columns = ["e-mail", "state", "organization", "role", "title", "given name", "family name"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "language", "tags", "desk"])
        for index in range(number):
            code = codes[index % len(codes)]
            address = f"person{index}@mission{index // 10}.{code.lower()}.example"
            person = ["ambassador", "H.E.", "Alma", f"Abara {index}", "", "a; b", "IP"]
            writer.writerow([address, code, "Permanent Mission", *person])


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], Database]]]:
    """New empty databases of both kinds."""
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        (Path(folder) / "postgres").mkdir()
        Path(folder).chmod(0o755)
        count = iter(range(1_000))
        with Cluster(Path(folder) / "postgres") as cluster:
            yield {
                "SQLite": lambda: opened(f"sqlite:///{folder}/{next(count)}.db"),
                "Postgres": lambda: opened(cluster.empty_database()),
            }


def opened(url: str) -> Database:
    database = Database(url)
    migrations.upgrade(database)
    return database


def bring_in(session: Session, path: Path) -> None:
    import_contacts(session, path, STATES, tokens=TOKENS, now=NOW, list_slug="geneva-missions")


def plan(session: Session) -> None:
    text = (shipped("schedules") / "wipo-russia-office.toml").read_text("utf-8")
    one_step = text.partition("[[steps]]")[0] + '[[steps]]\nletter = "letter"\n'
    fast = one_step.replace("per_hour = 120", "per_hour = 1000000")
    campaign = progress.load_campaign(session, fast, "bench", "a@example.org", NOW)
    materials = load_materials(shipped("templates"), "wipo-russia-office", STATES)
    planning.plan(session, campaign, materials=materials, tokens=TOKENS, now=NOW)


def timed(database: Database, act: Callable[[Session], None]) -> float:
    began = time.perf_counter()
    with database.transaction() as session:
        act(session)
    return time.perf_counter() - began


def measure(fresh: Callable[[], Database], folder: Path) -> dict[str, float]:
    """Seconds by what was done, for one new database."""
    big, small = folder / "100000.csv", folder / "20000.csv"
    database = fresh()
    seconds = {"import 100,000 contacts": timed(database, lambda session: bring_in(session, big))}
    seconds["import them again"] = timed(database, lambda session: bring_in(session, big))
    database.close()
    database = fresh()
    timed(database, lambda session: bring_in(session, small))
    seconds["plan 20,000 contacts"] = timed(database, plan)
    database.close()
    return seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, databases() as kinds:
        for number in (20_000, 100_000):
            write_contacts(Path(folder) / f"{number}.csv", number)
        for kind, fresh in kinds.items():
            runs = [measure(fresh, Path(folder)) for _ in range(RUNS)]
            for what in runs[0]:
                median = statistics.median(run[what] for run in runs)
                print(f"{kind:<9} {what:<26} {median:6.1f} s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory of this process: {peak} MB")


if __name__ == "__main__":
    main()
