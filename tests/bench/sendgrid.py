"""A queue drained into a stand-in for SendGrid, beside only writing what is sent as JSON."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any

import orjson

from tests.bench.bench import Bench, seconds
from tests.bench.draining import drain_all, in_words
from tests.bench.figures import Goal, Sample, Yardstick
from tests.bench.loopback import serving
from tests.bench.rows import fill_queue
from tests.ports import free_port


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.copies
    for processes in bench.processes:
        with sink() as port, bench.fresh() as database:
            fill_queue(database, number)
            rate = drain_all(bench, database, f"http://127.0.0.1:{port}", processes)
            taken = _taken(port)
        assert taken["copies"] == number, f"it has {taken['copies']} of {number} copies"
        yardstick = _orjson(bench, taken["shown"])
        what = f"drain {number:,} copies into SendGrid, {in_words(processes)}"
        yield Sample(what, rate, "copies/s", yardstick, Goal(least=10_000))


@contextmanager
def sink() -> Iterator[int]:
    """The port of a stand-in in a process of its own."""
    port = free_port()
    with serving([sys.executable, "-m", "tests.bench.sendgrid_sink", str(port)], port):
        yield port


def _taken(port: int) -> Any:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/")
        return orjson.loads(connection.getresponse().read())


def _orjson(bench: Bench, requests: list[Any]) -> Yardstick:
    """What of these very requests it can write in a second."""
    copies = sum(len(request["personalizations"]) for request in requests)
    times = -(-bench.sizes.copies // copies)

    def write() -> None:
        for _ in range(times):
            for request in requests:
                orjson.dumps(request)

    return Yardstick("orjson of the same", times * copies / seconds(write))
