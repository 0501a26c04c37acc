"""Weeks beside each other: the change against the week before, and the main figures of several."""

from collections.abc import Sequence
from typing import NamedTuple

from outreach.reports import wording
from outreach.reports.definitions import FIGURES
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


def change(figures: Figures, before: Figures | None, name: str) -> int | None:
    """Between what the two reports say; None unless both say it."""
    now, then = (_in_week(each, name) for each in (figures, before))
    return None if now is None or then is None else now - then


def side_by_side(weeks: Sequence[Figures]) -> list[Row]:
    """In the order of ``weeks``; without what only some providers tell, where none of them did."""
    rows = ((FIGURES[name], [_in_week(each, name) for each in weeks]) for name in MAIN)
    return [
        Row(wording.label(figure), counts)
        for figure, counts in rows
        if any(counts) or not figure.reported
    ]


def _in_week(figures: Figures | None, name: str) -> int | None:
    count = figures.counts.get(name) if figures else None
    return count.week if count else None
