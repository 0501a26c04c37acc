"""Pages of long lists: each begins after the last row of the one before, and nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from werkzeug.exceptions import BadRequest

Row = TypeVar("Row")

ROWS = 50


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
    except ValueError:
        raise BadRequest from None
    if at.tzinfo is None:
        raise BadRequest
    return at, read_number(number)
