"""A worker's stage, here or in a process of its own: python -m tests.bench.worker NAME JOB.

The process says when it is ready, begins when it is told to, and then says what it did.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

import outreach.worker  # noqa: F401  (the tables of all rooms, and the memory that they take)
from outreach.campaigns import progress, refusals
from outreach.contacts.states import load_states
from outreach.db import Database
from outreach.delivery.carriers import Carrier
from outreach.delivery.carriers.sendgrid import SendGrid
from outreach.delivery.carriers.smtp import Smtp
from outreach.delivery.sending import drain
from tests.bench.rows import COMPOSER, NOW

READY, GO = "ready\n", "go\n"


@dataclass(frozen=True)
class Job:
    """Hand over what is due to the carrier at that address; without one, release what waits."""

    database: str
    carrier: str = ""
    limit: int | None = None


@dataclass(frozen=True)
class Done:
    copies: int
    seconds: float
    peak_mb: float


def do(job: Job, name: str, ready: Callable[[], None] = lambda: None) -> Done:
    """``ready`` returns when it is time to begin; what comes before is not measured."""
    database, states = Database(job.database), load_states()
    with database.reading() as session:
        session.connection()
    ready()
    began = time.perf_counter()
    if job.carrier:
        copies = _send(database, job, name)
    else:
        with database.transaction() as session:
            copies = progress.release(session, now=NOW, states=states)
    seconds = time.perf_counter() - began
    database.close()
    return Done(copies, seconds, peak_mb())


def _send(database: Database, job: Job, name: str) -> int:
    carrier = _carrier(job.carrier)
    tally = drain(
        database,
        carrier,
        COMPOSER,
        worker=name,
        clock=lambda: NOW,
        limit=job.limit,
        watch=refusals.watch,
    )
    carrier.close()
    return tally.sent


def _carrier(url: str) -> Carrier:
    return Smtp(url) if url.startswith("smtp") else SendGrid("SG.a-key-for-measuring", host=url)


def peak_mb() -> float:
    """Of this process alone; what getrusage tells includes the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def _wait_to_begin() -> None:
    print(READY, end="", flush=True)
    assert sys.stdin.readline() == GO


if __name__ == "__main__":
    name, job = sys.argv[1:]
    done = do(Job(**orjson.loads(job)), name, _wait_to_begin)
    print(orjson.dumps(asdict(done)).decode(), flush=True)
