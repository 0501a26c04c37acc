"""The long run: make crash. Prints a line a journey; ends with 1 where an account does not hold.

python -m tests.journeys.crash [SEED [NAME ...]]: only the scenarios with these names.
"""

import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.journeys.crash import report
from tests.journeys.crash.places import DurableCluster, Place, SqliteFolder
from tests.journeys.crash.scenarios import ON_POSTGRES_ONLY, SCENARIOS, Run, Scenario


@contextmanager
def _places(folder: Path) -> Iterator[list[Place]]:
    folder.chmod(0o755)  # Postgres is another user
    for name in ("sqlite", "postgres"):
        (folder / name).mkdir()
    with DurableCluster(folder / "postgres") as cluster:
        yield [SqliteFolder(folder / "sqlite"), cluster]


def _wanted(place: Place, names: Collection[str]) -> dict[str, Scenario]:
    # Restarts come first: without the small disk, which is gone later, Postgres would not start.
    there = {**(ON_POSTGRES_ONLY if isinstance(place, DurableCluster) else {}), **SCENARIOS}
    return {name: scenario for name, scenario in there.items() if not names or name in names}


def _run_all(folder: Path, seed: int, names: Collection[str]) -> int:
    """How many did not go as they must."""
    wrong = 0
    with _places(folder) as places:
        for place in places:
            for name, scenario in _wanted(place, names).items():
                its_folder = folder / f"{place.name.lower()}_{name.replace('-', '_')}"
                run = Run(place, its_folder, Random(f"{seed} {place.name} {name}"))
                wrong += not _holds(name, scenario, run)
    return wrong


def _holds(name: str, scenario: Scenario, run: Run) -> bool:
    try:
        line = scenario(run)
    except AssertionError as problem:
        print(f"  WRONG: {name} on {run.place.name}: {problem}", flush=True)
        return False
    print(line, flush=True)
    return not line.complaints


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int.from_bytes(os.urandom(4))
    print(f"seed {seed}\n\n{report.head()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        sys.exit(bool(_run_all(Path(folder), seed, sys.argv[2:])))


if __name__ == "__main__":
    main()
