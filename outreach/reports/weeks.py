"""A week of the report: Monday to Sunday on the organization's own wall clock."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

_FORM = re.compile(r"(2\d{3})-W(\d{2})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, order=True)
class Week:
    """An ISO 8601 week; written ``2026-W48``, which also sorts as text."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Week":
        found = _FORM.fullmatch(text.strip())
        try:
            year, number = (int(part) for part in found.groups()) if found else (0, 0)
            date.fromisocalendar(year, number, 1)
        except ValueError:
            told = _("%(text)s is no ISO week; write it like 2026-W48", text=f"{text!r:.40}")
            raise InvalidInput(told) from None
        return cls(year, number)

    @classmethod
    def containing(cls, moment: datetime, zone: ZoneInfo) -> "Week":
        return cls.of(moment.astimezone(zone).date())

    @classmethod
    def of(cls, day: date) -> "Week":
        year, number, __ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def previous(self) -> "Week":
        return Week.of(self.monday - timedelta(days=7))

    @property
    def next(self) -> "Week":
        return Week.of(self.monday + timedelta(days=7))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The first moment of the week and the first one after it, in UTC.

        A week with a clock change is 167 or 169 hours long.
        """
        return on_the_clock(self.monday, zone), on_the_clock(self.next.monday, zone)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def on_the_clock(day: date, zone: ZoneInfo, at: time = time()) -> datetime:
    """The UTC moment at which clocks in ``zone`` show ``at`` on ``day``, for the first time."""
    return datetime.combine(day, at, zone).astimezone(UTC)
