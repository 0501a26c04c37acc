"""Measures what docs/performance.md tells: make bench, or make bench ONLY="smtp events"."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.bench import report
from tests.bench.bench import Bench, Sizes
from tests.bench.databases import KINDS, Kind
from tests.bench.figures import Figure, Sample, summed_up
from tests.bench.subjects import ON_POSTGRES_ONLY, SUBJECTS


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    figures = list(measured(options))
    print(report.as_markdown(figures) if options.markdown else report.as_text(figures))
    if options.json is None:
        print(report.as_json(figures).decode())
    else:
        options.json.write_bytes(report.as_json(figures))


def measured(options: argparse.Namespace) -> Iterator[Figure]:
    for kind in map(KINDS.__getitem__, options.on):
        with tempfile.TemporaryDirectory() as folder, kind.running() as empty:
            bench = Bench(
                empty,
                Path(folder),
                sizes=Sizes().times(options.scale),
                processes=tuple(options.processes),
                connections=options.connections,
            )
            for subject in _subjects(options, kind):
                samples = (SUBJECTS[subject](bench) for _ in range(options.runs))
                runs = [list(_told(subject, kind.label, each)) for each in samples]
                yield from summed_up(subject, kind.label, runs)


def _told(subject: str, database: str, samples: Iterable[Sample]) -> Iterator[Sample]:
    """Each as soon as it is taken, for those who wait."""
    for sample in samples:
        print(report.line(Figure(subject, database, [sample])), file=sys.stderr, flush=True)
        yield sample


def _subjects(options: argparse.Namespace, kind: Kind) -> list[str]:
    """All but those that this kind of database cannot hold, or that would take an hour unasked."""
    without = ON_POSTGRES_ONLY if kind is KINDS["sqlite"] or not options.only else frozenset()
    return [subject for subject in options.only or SUBJECTS if subject not in without]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    add = parser.add_argument
    add("only", nargs="*", metavar="SUBJECT", help=f"all, or some of: {', '.join(SUBJECTS)}")
    add("--on", nargs="+", choices=KINDS, default=["sqlite", "postgres"], help="where to measure")
    add("--runs", type=int, default=3, help="their median is told (3)")
    add("--scale", type=float, default=1.0, help="how much of everything (1)")
    add("--processes", type=int, nargs="+", default=[1, 2], help="that drain at once (1 2)")
    add("--connections", type=int, default=4, help="over SMTP, of each process (4)")
    add("--markdown", action="store_true", help="the table as docs/performance.md has it")
    add("--json", type=Path, metavar="FILE", help="put the JSON there, and not below the table")
    options = parser.parse_args(arguments)
    if wrong := set(options.only) - set(SUBJECTS):
        parser.error(f"there is no subject {', '.join(sorted(wrong))}")
    return options


if __name__ == "__main__":
    main()
