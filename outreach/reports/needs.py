"""A line of work that waits for a person, and how its age is counted."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, func

Kind = Literal[
    "waiting",
    "due",
    "answer_lost",
    "holding_pen",
    "unreadable",
    "in_doubt",
    "unreachable",
    "held_back",
    "sending_domain",
]

AGE = timedelta(weeks=1)  # older than this a task is told to be old


class Need(BaseModel):
    """One line of work: how many, of which campaign or thread or for what reason, since when.

    ``older`` of them have waited for more than a week.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    count: int
    campaign: str = ""
    slug: str = ""
    reason: str = ""
    thread_id: int | None = None
    missions: list[str] = []
    oldest_at: datetime | None = None
    older: int = 0
    domain: str = ""


def old_before(today: date) -> datetime:
    """The moment before which a task is old; ``today`` is the day in the organization's zone."""
    return datetime.combine(today - AGE, time(), UTC)


def ages(at: Any, old: datetime) -> tuple[Any, Any, Any]:
    """To select: how many there are, since when, and how many since before ``old``."""
    return func.count(), func.min(at), func.sum(case((at < old, 1), else_=0))
