"""When something may go: sending windows, delays and wall-clock time, as pure functions.

Moments that come in and go out are aware UTC. Where a clock change skips a wall-clock time, the
first moment after the gap stands for it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.campaigns.calendars import add_working_days, is_working_day
from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark

RECIPIENT = "recipient"
NEVER_OPENS = mark("the window never opens: its days are the weekend of the recipient's country")
_HORIZON = 400  # days that are searched for one that is open

DelayUnit = Literal["hours", "days", "working days"]
_DELAY = re.compile(
    r"(?P<amount>\d{1,4}) ?(?:(?P<hours>h|hours?)|(?P<days>d|days?)|(?P<working>working days?))",
    re.ASCII,
)


class Opening(NamedTuple):
    """A moment at which something may go, and the end of the window that it lies in."""

    at: datetime
    until: datetime


@dataclass(frozen=True)
class Window:
    """On which days (0 is Monday) and between which hours mail may go."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: str = RECIPIENT  # whose clock the hours are read on: the recipient's, or an IANA name's
    skip_holidays: bool = True  # and the weekend of the recipient's country


@dataclass(frozen=True)
class Delay:
    """How long to wait. Days keep the wall-clock time; working days are the recipient's."""

    amount: int
    unit: DelayUnit


def parse_delay(text: str) -> Delay:
    """Reads "48h", "3 days" or "7 working days"."""
    match = _DELAY.fullmatch(text.strip().lower())
    if not match or not int(match["amount"]):
        said = _(
            '"%(text)s" is no delay; write "48h", "3 days" or "7 working days"', text=text[:40]
        )
        raise InvalidInput(said)
    unit: DelayUnit = "hours" if match["hours"] else "days" if match["days"] else "working days"
    return Delay(int(match["amount"]), unit)


def add_delay(moment: datetime, delay: Delay, zone: tzinfo, country: str) -> datetime:
    if delay.unit == "hours":
        return moment + timedelta(hours=delay.amount)
    wall = moment.astimezone(zone).replace(tzinfo=None)
    if delay.unit == "days":
        return at_wall_clock(wall + timedelta(days=delay.amount), zone)
    day = add_working_days(wall.date(), delay.amount, country)
    return at_wall_clock(datetime.combine(day, wall.time()), zone)


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = _(
            '"%(name)s" is no time zone; write an IANA name, as in "Europe/Zurich"', name=name[:40]
        )
        raise InvalidInput(said) from None


def at_wall_clock(wall: datetime, zone: tzinfo, *, fold: Literal[0, 1] = 0) -> datetime:
    """The moment at which clocks in ``zone`` show ``wall``; of two such, the one ``fold`` says."""
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    exists = moment.astimezone(zone).replace(tzinfo=None) == wall
    return moment if exists else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    # Of a time that does not exist, the two folds give one moment on either side of the change.
    after, before = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    offset = datetime.fromtimestamp(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return datetime.fromtimestamp(after, UTC)


def opening(moment: datetime, zone: str, country: str, window: Window) -> Opening:
    """The first moment from ``moment`` on at which the window lets mail for the recipient go."""
    return timetable(zone, country, window).opening(moment)


class Timetable:
    """A window as it falls for the recipients of one time zone and country."""

    def __init__(self, zone: str, country: str, window: Window) -> None:
        self.zone = time_zone(zone)
        self.country = country
        self._window = window
        self.clock = self.zone if window.zone == RECIPIENT else time_zone(window.zone)
        self._last: tuple[datetime, datetime, datetime] | None = None

    def opening(self, moment: datetime) -> Opening:
        last = self._last
        if last and last[0] <= moment < last[2]:
            return Opening(max(moment, last[1]), last[2])
        opens, closes = self._search(moment)
        self._last = (moment, opens, closes)
        return Opening(max(moment, opens), closes)

    def opens_after(self, moment: datetime) -> bool:
        """Whether it ever opens: its days may all be in the recipient country's own weekend."""
        try:
            self.opening(moment)
        except InvalidInput:
            return False
        return True

    def delayed(self, moment: datetime, delay: Delay) -> datetime:
        return add_delay(moment, delay, self.zone, self.country)

    def _search(self, moment: datetime) -> tuple[datetime, datetime]:
        first = moment.astimezone(self.clock).date()
        for day in (first + timedelta(days=number) for number in range(_HORIZON)):
            for opens, closes in self._openings(day):
                if moment < closes:
                    return opens, closes
        raise InvalidInput(f"The window never opens for {self.country} in {_HORIZON} days")

    def _openings(self, day: date) -> Iterable[tuple[datetime, datetime]]:
        opens, closes = self._hours(day)
        if day.weekday() not in self._window.days or opens >= closes:
            return []
        if not self._window.skip_holidays:
            return [(opens, closes)]
        return self._without_holidays(opens, closes)

    def _without_holidays(
        self, opens: datetime, closes: datetime
    ) -> Iterator[tuple[datetime, datetime]]:
        """Hours read on another clock may reach into two of the recipient's days."""
        while opens < closes:
            there = opens.astimezone(self.zone).date()
            midnight = datetime.combine(there + timedelta(days=1), time.min)
            end = min(closes, at_wall_clock(midnight, self.zone, fold=1))
            if is_working_day(there, self.country):
                yield opens, end
            opens = end

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """From opening to closing time; an hour that comes twice in between opens late."""
        wall = datetime.combine(day, self._window.opens)
        closes = at_wall_clock(datetime.combine(day, self._window.closes), self.clock)
        opens = at_wall_clock(wall, self.clock, fold=1)
        return (opens if opens < closes else at_wall_clock(wall, self.clock)), closes


@lru_cache(maxsize=4096)
def timetable(zone: str, country: str, window: Window) -> Timetable:
    """The one timetable for these; it remembers the opening it gave last."""
    return Timetable(zone, country, window)
