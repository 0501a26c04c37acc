"""What a worker takes, in memory and in time for a copy, when more and more are queued."""

from collections.abc import Iterator

from tests.bench.bench import Bench
from tests.bench.draining import alone
from tests.bench.figures import Goal, Sample, Yardstick
from tests.bench.rows import fill_queue
from tests.bench.smtp import sink
from tests.bench.worker import Done, Job

_SLIM = Goal(most=250)
_FLAT = Goal(most_ratio=1.2)


def measure(bench: Bench) -> Iterator[Sample]:
    least: Done | None = None
    for queued in bench.sizes.queued:
        with sink(bench.folder) as taking, bench.fresh() as database:
            limit = bench.sizes.drained
            fill_queue(database, queued, due=limit)  # the others wait for their moment
            released = alone(bench, Job(database.url))
            drained = alone(bench, Job(database.url, taking.url(bench.connections), limit))
        assert released.copies, "no copy got its moment"
        assert drained.copies == limit, f"{drained.copies} of {limit} copies were sent"
        least = least or drained
        yield from _samples(queued, released, drained, least)


def _samples(queued: int, released: Done, drained: Done, least: Done) -> Iterator[Sample]:
    release = f"release {released.copies:,} of {queued:,} queued"
    yield Sample(release, released.peak_mb, "MB", goal=_SLIM)
    yield Sample(release, released.seconds, "s")
    drain = f"drain {drained.copies:,} of {queued:,} queued"
    yield Sample(drain, drained.peak_mb, "MB", goal=_SLIM)
    with_fewest = Yardstick("with the fewest", _milliseconds(least))
    yield Sample(drain, _milliseconds(drained), "ms/copy", with_fewest, _FLAT)


def _milliseconds(done: Done) -> float:
    return 1_000 * done.seconds / done.copies
