"""What left and who answered, day by day, as the organizers' clocks tell the days."""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from outreach.reports.counters.sums import by_day
from outreach.reports.weeks import Week

DAYS = 14  # the week and the one before it


class Day(BaseModel):
    """Copies sent and replies by people on one day, in the organization's zone."""

    model_config = ConfigDict(frozen=True)

    day: date
    sent: int
    replies: int


def days_of(session: Session, week: Week) -> list[Day]:
    """Up to the Sunday of the week, the earliest first."""
    return days_up_to(session, week.sunday)


def days_up_to(session: Session, last: date) -> list[Day]:
    """``DAYS`` of them with the last, the earliest first."""
    first = last - timedelta(days=DAYS - 1)
    sent, replies = (by_day(session, name, first, last) for name in ("sent", "replies"))
    days = (first + timedelta(days=number) for number in range(DAYS))
    return [Day(day=day, sent=sent.get(day, 0), replies=replies.get(day, 0)) for day in days]
