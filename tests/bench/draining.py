"""Workers side by side: the time from when all are ready until the last of them is done."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import orjson

from outreach.db import Database
from outreach.delivery.tables import State
from tests.bench import rows, worker
from tests.bench.bench import IN_THIS_PROCESS, Bench
from tests.bench.worker import GO, READY, Done, Job


def drain_all(bench: Bench, database: Database, carrier: str, processes: int) -> float:
    """Copies a second; whoever leaves a copy behind has measured nothing."""
    job = Job(database.url, carrier)
    if processes == IN_THIS_PROCESS:
        seconds = bench.seconds(worker.do, job, "bench")
    else:
        with started([job] * processes) as running:
            seconds = bench.seconds(finished, running)
    sent = rows.count(database, State.sent)
    assert sent == bench.sizes.copies, f"{sent} of {bench.sizes.copies} copies were sent"
    return sent / seconds


def alone(bench: Bench, job: Job) -> Done:
    """In a process of its own, if any: its memory is then that of this job."""
    if IN_THIS_PROCESS in bench.processes:
        with bench.watched:
            return worker.do(job, "bench")
    with started([job]) as running:
        return finished(running)[0]


@contextmanager
def started(jobs: Sequence[Job]) -> Iterator[list[subprocess.Popen[str]]]:
    """One process for each job, all of them ready to begin."""
    running = [_start(job, f"bench-{number}") for number, job in enumerate(jobs)]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == READY
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def finished(running: Sequence[subprocess.Popen[str]]) -> list[Done]:
    for process in running:
        assert process.stdin is not None
        process.stdin.write(GO)
        process.stdin.flush()
    return [_said(process) for process in running]


def _start(job: Job, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.worker", name, orjson.dumps(asdict(job)).decode()]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _said(process: subprocess.Popen[str]) -> Done:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "a worker broke off; its last words stand above"
    return Done(**orjson.loads(line))


def in_words(processes: int) -> str:
    return "1 process" if processes <= 1 else f"{processes} processes"
