"""What the counters say of a week and of the time up to its end."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from outreach.reports.counters.tables import Counter
from outreach.reports.counters.tallying import COPIES, TOLD_LATE, WAITING
from outreach.reports.weeks import Week


class Count(BaseModel):
    """``so_far`` reaches up to the end of the week; ``late`` are those of the week's that happened
    in an earlier one and were told of in this."""

    model_config = ConfigDict(frozen=True)

    week: int = 0
    so_far: int = 0
    late: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            week=self.week + other.week,
            so_far=self.so_far + other.so_far,
            late=self.late + other.late,
        )


Counts = dict[str, Count]
Dimension = dict[str, Counts]


def counts_of(session: Session, week: Week) -> dict[str, Dimension]:
    """By dimension, value and figure; what has none is left out."""
    in_week = func.sum(case((col(Counter.day) >= week.monday, col(Counter.count)), else_=0))
    by = (col(Counter.dimension), col(Counter.value), col(Counter.figure))
    query = (
        select(*by, in_week, func.sum(Counter.count))
        .where(col(Counter.day) <= week.sunday)
        .where(col(Counter.figure) != WAITING, col(Counter.dimension) != COPIES)
        .group_by(*by)
    )
    found: defaultdict[str, defaultdict[str, Counts]] = defaultdict(lambda: defaultdict(dict))
    for dimension, value, figure, this, so_far in session.execute(query):
        name, told_late = figure.removesuffix(TOLD_LATE), figure.endswith(TOLD_LATE)
        count = Count(late=this) if told_late else Count(week=this, so_far=so_far)
        counts = found[dimension][value]
        counts[name] = counts.get(name, Count()) + count
    return {name: _present(values) for name, values in found.items()}


def _present(values: defaultdict[str, Counts]) -> Dimension:
    kept = (
        (value, {name: count for name, count in counts.items() if count.so_far})
        for value, counts in values.items()
    )
    return {value: counts for value, counts in kept if counts}


def by_day(session: Session, figure: str, first: date, last: date) -> dict[date, int]:
    """All things of a figure, by the organization's days."""
    query = select(col(Counter.day), col(Counter.count)).where(
        col(Counter.dimension) == "",
        col(Counter.value) == "",
        col(Counter.figure) == figure,
        col(Counter.day).between(first, last),
    )
    return {day: count for day, count in session.execute(query)}


class OnDay(NamedTuple):
    """Copies of one step on a day of the organization's: sent, or still foreseen for it."""

    day: date
    step: int
    figure: str
    copies: int


def days_of_campaign(
    session: Session, campaign_id: int, steps: int, first: date, last: date
) -> list[OnDay]:
    """As counted last; ``steps`` is how many there are."""
    values = [f"{campaign_id}:{step}" for step in range(1, steps + 1)]
    columns: Any = (col(Counter.day), col(Counter.value), col(Counter.figure), col(Counter.count))
    query = (
        select(*columns)
        .where(col(Counter.dimension) == "step", col(Counter.value).in_(values))
        .where(col(Counter.figure).in_(("sent", WAITING)), col(Counter.day).between(first, last))
        .where(col(Counter.count) > 0)
        .order_by(col(Counter.day), col(Counter.value), col(Counter.figure))
    )
    return [
        OnDay(day, int(value.partition(":")[2]), figure, count)
        for day, value, figure, count in session.execute(query)
    ]


class Waiting(NamedTuple):
    """Copies of one step of a campaign that are foreseen for a day, or are overdue since then."""

    campaign_id: int
    step: int
    day: date
    copies: int


def waiting(session: Session, last: date) -> Iterator[Waiting]:
    """Up to and with the day ``last``."""
    columns: Any = (col(Counter.value), col(Counter.day), col(Counter.count))
    query = select(*columns).where(
        col(Counter.dimension) == "step",
        col(Counter.figure) == WAITING,
        col(Counter.day) <= last,
        col(Counter.count) > 0,
    )
    for value, day, count in session.execute(query):
        campaign, step = map(int, value.split(":"))
        yield Waiting(campaign, step, day, count)
