"""What every subject is given: how much to measure, on which databases, and the stopwatch."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

from outreach import migrations
from outreach.db import Database

P = ParamSpec("P")

IN_THIS_PROCESS = 0


@dataclass(frozen=True)
class Sizes:
    """How many of each; as docs/performance.md tells them."""

    imported: int = 100_000
    planned: int = 20_000
    copies: int = 20_000
    events: int = 100_000
    papers: int = 193
    enclosed: int = 2_000
    queued: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    drained: int = 5_000  # of those queued, where memory is looked at
    filled: int = 1_000_000  # contacts of a large database
    few: int = 200  # contacts, as most have them, however small the scale
    looks: int = 40  # at each page of the desk

    def times(self, scale: float) -> "Sizes":
        def scaled(number: int) -> int:
            return max(2, int(number * scale))

        return Sizes(
            imported=scaled(self.imported),
            planned=scaled(self.planned),
            copies=scaled(self.copies),
            events=scaled(self.events),
            papers=scaled(self.papers),
            enclosed=scaled(self.enclosed),
            queued=tuple(map(scaled, self.queued)),
            drained=scaled(self.drained),
            filled=scaled(self.filled),
            looks=scaled(self.looks),
        )


def seconds(act: Callable[P, object], *args: P.args, **named: P.kwargs) -> float:
    """How long it takes."""
    began = time.perf_counter()
    act(*args, **named)
    return time.perf_counter() - began


@dataclass(frozen=True)
class Bench:
    """One kind of database and what to measure on it.

    ``processes`` says with how many at once to drain, one measurement for each number.
    """

    empty: Callable[[], AbstractContextManager[str]]  # the address of one, while it is needed
    folder: Path
    sizes: Sizes = field(default_factory=Sizes)
    processes: tuple[int, ...] = (1, 2)
    connections: int = 4  # over SMTP, of each process
    watched: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """A new database with all tables and no rows."""
        with self.empty() as url, closing(Database(url)) as database:
            migrations.upgrade(database)
            yield database

    def seconds(self, act: Callable[P, object], *args: P.args, **named: P.kwargs) -> float:
        """How long it takes; what is ``watched`` is only this, and no yardstick."""
        with self.watched:
            return seconds(act, *args, **named)
