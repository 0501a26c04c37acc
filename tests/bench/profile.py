"""Shows what the time of a subject goes to: python -m tests.bench.profile smtp --on postgres.

Only what is measured is looked at, in one process and with a tenth of the copies. Other threads
are not in it, which is why there is one connection, nor other processes, like the server.
"""

import argparse
import cProfile
import pstats
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.bench import IN_THIS_PROCESS, Bench, Sizes
from tests.bench.databases import KINDS
from tests.bench.figures import summed_up
from tests.bench.report import line
from tests.bench.subjects import SUBJECTS


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    profiler = cProfile.Profile()
    kind = KINDS[options.on]
    with tempfile.TemporaryDirectory() as folder, kind.running() as empty:
        bench = Bench(
            empty,
            Path(folder),
            sizes=Sizes().times(options.scale),
            processes=(IN_THIS_PROCESS,),
            connections=options.connections,
            watched=profiler,
        )
        samples = list(SUBJECTS[options.subject](bench))
    for figure in summed_up(options.subject, kind.label, [samples]):
        print(line(figure))
    pstats.Stats(profiler).sort_stats(options.by).print_stats(options.top)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("subject", choices=SUBJECTS)
    add("--on", choices=KINDS, default="sqlite")
    add("--scale", type=float, default=0.1, help="how much of everything (0.1)")
    add("--connections", type=int, default=1, help="over SMTP (1)")
    add("--by", choices=("tottime", "cumtime"), default="tottime", help="without or with callees")
    add("--top", type=int, default=40, help="how many functions to show (40)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
