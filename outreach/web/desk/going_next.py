"""What goes next: each step's copies of the two weeks to come, from the counters."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from sqlmodel import Session

from outreach.reports import wording
from outreach.reports.coming import Coming, going_out_between

DAYS = 14


@dataclass(frozen=True)
class Batch:
    """Copies of one step of a campaign; ``held`` says what keeps them, and is empty if nothing."""

    campaign: str
    slug: str
    step: int
    first: date
    last: date
    copies: int
    held: str


def going_next(session: Session, today: date) -> list[Batch]:
    """The soonest first; ``today`` is the day in the organization's zone."""
    coming = going_out_between(session, today, today + timedelta(days=DAYS - 1))
    batches = [_batch(list(days)) for _, days in groupby(coming, lambda one: (one.slug, one.step))]
    return sorted(batches, key=lambda batch: (batch.first, batch.last))


def _batch(days: list[Coming]) -> Batch:
    """``days`` are of one step, in their order."""
    return Batch(
        campaign=days[0].campaign,
        slug=days[0].slug,
        step=days[0].step,
        first=days[0].day,
        last=days[-1].day,
        copies=sum(day.copies for day in days),
        held=wording.only_once_it_runs(days[0]),
    )
