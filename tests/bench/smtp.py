"""A queue drained over SMTP into Postfix's smtp-sink, beside Postfix's own smtp-source."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bench import Bench, seconds
from tests.bench.draining import drain_all, in_words
from tests.bench.figures import Goal, Sample, Yardstick
from tests.bench.loopback import serving
from tests.bench.rows import fill_queue
from tests.ports import free_port

_BACKLOG = "1000"
_SIZE = 8_000  # bytes of what smtp-source sends, beside its headers


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.copies
    for processes in bench.processes:
        connections = bench.connections * max(processes, 1)
        with sink(bench.folder) as running, bench.fresh() as database:
            fill_queue(database, number)
            rate = drain_all(bench, database, running.url(bench.connections), processes)
            taken = running.taken()
            assert taken == number, f"smtp-sink has {taken} of {number} copies"
            yardstick = _source(bench, running, connections)
        what = f"drain {number:,} copies over SMTP, {in_words(processes)}"
        yield Sample(what, rate, "copies/s", yardstick, Goal(least=4_000, least_ratio=0.35))


def program(name: str) -> str | None:
    """Of Debian's package postfix; users other than root do not have its folder in their path."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


@dataclass(frozen=True)
class Sink:
    port: int
    counters: Path

    def url(self, connections: int) -> str:
        return f"smtp://127.0.0.1:{self.port}?connections={connections}"

    def taken(self) -> int:
        """How many mails it has had so far, as it counts them itself."""
        counts = re.findall(rb"mesg=(\d+)", self.counters.read_bytes()[-200:])
        return int(counts[-1]) if counts else 0


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """A process of its own that takes every mail and throws it away."""
    running = Sink(free_port(), folder / "smtp-sink.txt")
    as_whom = ["-u", "postfix"] if os.geteuid() == 0 else []
    address = f"127.0.0.1:{running.port}"
    command = [program("smtp-sink") or "smtp-sink", *as_whom, "-c", address, _BACKLOG]
    with running.counters.open("wb") as counters, serving(command, running.port, counters):
        yield running


def _source(bench: Bench, into: Sink, connections: int) -> Yardstick:
    number = bench.sizes.copies
    what = ["-d", "-s", str(connections), "-l", str(_SIZE), "-m", str(number)]
    command = [program("smtp-source") or "smtp-source", *what, f"127.0.0.1:{into.port}"]
    took = seconds(_run, command)
    return Yardstick(f"smtp-source -s {connections}", number / took)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)
