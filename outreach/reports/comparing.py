"""Weeks beside each other: the main figures of several."""

from collections.abc import Sequence
from typing import NamedTuple

from outreach.reports import wording
from outreach.reports.definitions import FIGURES, OPENED
from outreach.reports.figures import Figures

MAIN = (
    "sent",
    "reminders",
    "delivered",
    "bounced",
    "failed",
    "unknown",
    "opened_by_people",
    "missions_answered",
    "replies",
    "automatic",
    "out_of_office",
    "opted_out",
    "complaints",
)


class Row(NamedTuple):
    """One figure through the weeks; None where a week's report does not have it."""

    label: str
    counts: list[int | None]


def side_by_side(weeks: Sequence[Figures]) -> list[Row]:
    """In the order of ``weeks``; without what nobody told or measured."""
    rows = ((FIGURES[name], [_in_week(each, name) for each in weeks]) for name in MAIN)
    measured = any(_so_far(each, "with_image") for each in weeks)
    return [
        Row(wording.label(figure), counts)
        for figure, counts in rows
        if (any(counts) or not figure.reported) and (measured or figure not in OPENED)
    ]


def _in_week(figures: Figures, name: str) -> int | None:
    count = figures.counts.get(name)
    return count.week if count else None


def _so_far(figures: Figures, name: str) -> int:
    count = figures.counts.get(name)
    return count.so_far if count else 0
