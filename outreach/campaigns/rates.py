"""How fast mail may go: so far apart, and a new sender only so many copies a day.

What is given already counts, of every campaign: moments of ``Traffic`` are kept clear.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zlib import crc32

_ALWAYS = datetime.min.replace(tzinfo=UTC)
_HOUR = 3_600_000_000  # microseconds
_LOOSE = 0.1  # so much longer a gap may be: nobody writes by the metronome
_LIMITED_DAYS = 14  # a sender this old is no longer new


@dataclass(frozen=True, slots=True)
class Pace:
    """Copies an hour, and for a sender that has never sent its copies on the first day.

    ``seed`` decides how the gaps differ; without one they are as short as the pace allows.
    """

    per_hour: int
    per_domain_per_hour: int
    per_sender_per_hour: int | None = None
    ramp_up: int = 0  # 0 sets no limit
    seed: str | None = None

    @property
    def longest_gap(self) -> timedelta:
        rates = (self.per_hour, self.per_domain_per_hour, self.per_sender_per_hour)
        return timedelta(hours=1 + _LOOSE) / min(rate for rate in rates if rate)


@dataclass
class Traffic:
    """Moments that are given: the campaign's own, and the sender's and each domain's of all mail.

    ``days`` counts the sender's copies by UTC day; ``since`` is the first day it sent on.
    """

    campaign: list[datetime] = field(default_factory=list)
    sender: list[datetime] = field(default_factory=list)
    domains: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    days: Counter[date] = field(default_factory=Counter)
    since: date | None = None

    def add(self, moment: datetime, domain: str) -> None:
        """A copy of the campaign itself."""
        self.campaign.append(moment)
        self.sender.append(moment)
        self.domains[domain].append(moment)
        self.days[moment.date()] += 1


class Limit(Protocol):
    """Says when the next copy may go; asked in the order of time."""

    def first_free(self, moment: datetime) -> datetime: ...

    def take(self, moment: datetime) -> None: ...


class Spacing:
    """The gap after a moment: an hour's share or a little more, the same whenever it is asked."""

    def __init__(self, per_hour: int, seed: str | None) -> None:
        self._least = timedelta(microseconds=-(-_HOUR // per_hour))  # rounded up
        self._seed = None if seed is None else crc32(seed.encode())

    def after(self, moment: datetime) -> timedelta:
        if self._seed is None:
            return self._least
        part = crc32(moment.isoformat().encode(), self._seed) / 2**32
        return self._least * (1 + part * _LOOSE)


class Track:
    """Moments that lie apart by at least a gap."""

    def __init__(self, spacing: Spacing, taken: Iterable[datetime] = ()) -> None:
        self._spacing = spacing
        self._taken = deque(sorted(taken))
        self._free_from = _ALWAYS

    def first_free(self, moment: datetime) -> datetime:
        free = max(moment, self._free_from)
        while self._taken and self._taken[0] < free + self._spacing.after(free):
            passed = self._taken.popleft()
            self._free_from = max(self._free_from, passed + self._spacing.after(passed))
            free = max(free, self._free_from)
        return free

    def take(self, moment: datetime) -> None:
        self._free_from = moment + self._spacing.after(moment)


class RampUp:
    """A new sender's copies a UTC day: so many on the first, each day twice those of the last."""

    def __init__(self, first: int, traffic: Traffic) -> None:
        self._first = first
        self._given = +traffic.days  # a copy, without days on which nothing is given
        self._since = traffic.since or min(self._given, default=None)

    def first_free(self, moment: datetime) -> datetime:
        first = day = moment.date()
        while self._given[day] >= self._most_on(day):
            day += timedelta(days=1)
        return moment if day == first else datetime.combine(day, time.min, UTC)

    def take(self, moment: datetime) -> None:
        self._since = self._since or moment.date()
        self._given[moment.date()] += 1

    def _most_on(self, day: date) -> float:
        return copies_on(day, self._since or day, self._first)


class AllOf:
    """Several limits that bind the same copies."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._limits = list(limits)

    def first_free(self, moment: datetime) -> datetime:
        while True:
            free = moment
            for limit in self._limits:
                free = limit.first_free(free)
            if free == moment or len(self._limits) == 1:
                return free
            moment = free

    def take(self, moment: datetime) -> None:
        for limit in self._limits:
            limit.take(moment)


def copies_on(day: date, since: date, first: int) -> float:
    """How many copies a sender may send on ``day`` that first sent on ``since``."""
    age = max(0, (day - since).days)
    return first * 2**age if age < _LIMITED_DAYS else float("inf")


def is_new(since: date | None, day: date) -> bool:
    return since is None or (day - since).days < _LIMITED_DAYS


def campaign_limit(pace: Pace, traffic: Traffic) -> Limit:
    """What binds every copy of the campaign, to whomever it goes."""
    limits: list[Limit] = [Track(Spacing(pace.per_hour, pace.seed), traffic.campaign)]
    if pace.per_sender_per_hour:
        spacing = Spacing(pace.per_sender_per_hour, pace.seed)
        limits.append(Track(spacing, traffic.sender))
    if pace.ramp_up:
        limits.append(RampUp(pace.ramp_up, traffic))
    return AllOf(limits)


def domain_limits(pace: Pace, traffic: Traffic) -> defaultdict[str, Track]:
    """What binds the copies to each domain."""
    spacing = Spacing(pace.per_domain_per_hour, pace.seed)
    tracks = {domain: Track(spacing, moments) for domain, moments in traffic.domains.items()}
    return defaultdict(lambda: Track(spacing), tracks)
