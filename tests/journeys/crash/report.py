"""The table of journeys: what each was, and what the account said."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.journeys.crash.journey import Journey

_HEAD = (
    "scenario",
    "database",
    "workers",
    "copies",
    "kills",
    "of them while sending",
    "accepted",
    "accepted twice",
    "lost",
    "failed",
    "unknown",
    "allowed unknown",
    "seconds",
)


@dataclass(frozen=True)
class Line:
    cells: tuple[str, ...]
    complaints: tuple[str, ...]

    @classmethod
    def of(cls, scenario: str, database: str, workers: int, journey: Journey) -> "Line":
        account = journey.account()
        allowed = journey.doubt_at_most + len(account.in_doubt)
        cells = (
            scenario,
            database,
            workers,
            len(account.copies),
            journey.kills,
            journey.hits,
            len(account.taken),
            len(account.twice),
            len(account.lost),
            sum(copy.state == "failed" for copy in account.copies),
            len(account.unknown),
            allowed,
            round(journey.seconds),
        )
        return cls(tuple(map(str, cells)), tuple(journey.complaints()))

    def __str__(self) -> str:
        return _row(self.cells) + "".join(f"\n  WRONG: {each}" for each in self.complaints)


def head() -> str:
    return f"{_row(_HEAD)}\n{_row(['---'] * len(_HEAD))}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
