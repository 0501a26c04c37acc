"""Pages of long lists: each begins after the last row of the one before, and nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from werkzeug.exceptions import BadRequest

Row = TypeVar("Row")

ROWS = 50
_LONGEST_ID = 9  # digits: a column holds no larger one


@dataclass(frozen=True)
class Page(Generic[Row]):
    """``following`` is what the next page begins after, or None on the last."""

    rows: Sequence[Row]
    following: str | None = None


def cut(rows: Sequence[Row]) -> tuple[Sequence[Row], bool]:
    """A page's rows out of one row more than a page has, and whether there are more."""
    return rows[:ROWS], len(rows) > ROWS


def read_number(text: str) -> int:
    """The id a page begins after; zero for the first page."""
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest
    return int(text)


def write_moment(at: datetime, number: int) -> str:
    return f"{at.isoformat()}_{number}"


def read_moment(text: str) -> tuple[datetime, int] | None:
    """The moment and the id a page begins after; None for the first page."""
    if not text:
        return None
    written, _, number = text.rpartition("_")
    try:
        at = datetime.fromisoformat(written)
        if at.tzinfo is None or len(number) > _LONGEST_ID:
            raise BadRequest
        return at.astimezone(UTC), read_number(number)
    except (ValueError, OverflowError):  # no moment, or one outside the calendar
        raise BadRequest from None
