import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.pacing import Taken, Wish, spread
from outreach.campaigns.timing import Opening, Window, timetable

OFFICE = Window(frozenset(range(5)), time(9), time(16, 30))
NIGHT_AND_DAY = Window(frozenset(range(7)), time(0), time(23, 59), skip_holidays=False)
TUESDAY = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

GENEVA = timetable("Europe/Zurich", "CH", OFFICE)
TIMETABLES = [
    GENEVA,
    timetable("Pacific/Kiritimati", "KI", OFFICE),
    timetable("Pacific/Pago_Pago", "US", OFFICE),
    timetable("America/New_York", "US", OFFICE),
    timetable("Europe/Zurich", "CH", NIGHT_AND_DAY),
]

moments = st.integers(0, 14 * 24 * 60).map(lambda minutes: TUESDAY + timedelta(minutes=minutes))
domains = st.sampled_from(["a.example", "b.example", "c.example"])
wishes = st.lists(
    st.builds(Wish, moments, st.sampled_from(TIMETABLES), domains), min_size=1, max_size=40
)
rates = st.sampled_from([1, 3, 7, 60, 1000])
taken_moments = st.lists(st.tuples(moments, domains), max_size=15)
relaxed = settings(deadline=None)


def most_in_an_hour(moments: Sequence[datetime]) -> int:
    """The most moments within any hour, wherever it begins."""
    ordered = sorted(moments)
    return max(sum(first <= moment < first + HOUR for moment in ordered) for first in ordered)


@relaxed
@given(wishes, rates, rates)
def test_no_hour_holds_more_than_the_pace_for_all_and_for_each_domain(
    several: list[Wish], per_hour: int, per_domain: int
) -> None:
    given_moments = spread(several, per_hour=per_hour, per_domain_per_hour=per_domain)
    by_domain = defaultdict(list)
    for wish, opening in zip(several, given_moments, strict=True):
        by_domain[wish.domain].append(opening.at)
    assert most_in_an_hour([opening.at for opening in given_moments]) <= per_hour
    assert all(most_in_an_hour(theirs) <= per_domain for theirs in by_domain.values())


@relaxed
@given(wishes, rates, rates, taken_moments)
def test_nobody_goes_too_early_or_outside_their_window(
    several: list[Wish], per_hour: int, per_domain: int, taken: list[Taken]
) -> None:
    found = spread(several, per_hour=per_hour, per_domain_per_hour=per_domain, taken=taken)
    for wish, opening in zip(several, found, strict=True):
        assert opening.at >= wish.earliest
        assert wish.timetable.opening(opening.at) == opening


@relaxed
@given(wishes, rates, rates)
def test_who_waits_for_the_same_domain_and_window_goes_in_order(
    several: list[Wish], per_hour: int, per_domain: int
) -> None:
    found = spread(several, per_hour=per_hour, per_domain_per_hour=per_domain)
    lines = defaultdict(list)
    for index, (wish, opening) in enumerate(zip(several, found, strict=True)):
        lines[wish.domain, wish.timetable].append((wish.earliest, index, opening.at))
    for line in lines.values():
        order = [at for _, _, at in sorted(line)]
        assert all(one < other for one, other in pairwise(order))


@relaxed
@given(wishes, rates, rates, taken_moments)
def test_moments_that_are_taken_are_kept_clear(
    several: list[Wish], per_hour: int, per_domain: int, taken: list[Taken]
) -> None:
    found = spread(several, per_hour=per_hour, per_domain_per_hour=per_domain, taken=taken)
    for wish, opening in zip(several, found, strict=True):
        for moment, domain in taken:
            assert abs(opening.at - moment) >= HOUR / per_hour - timedelta(microseconds=1)
            if domain == wish.domain:
                assert abs(opening.at - moment) >= HOUR / per_domain - timedelta(microseconds=1)


def wait_for(domain: str, number: int, earliest: datetime = TUESDAY) -> list[Wish]:
    return [Wish(earliest, GENEVA, domain)] * number


def clock(openings: Sequence[Opening]) -> list[str]:
    return [f"{opening.at:%d. %H:%M:%S}" for opening in openings]


def test_a_pace_of_120_an_hour_is_one_copy_each_half_minute() -> None:
    several = [Wish(TUESDAY, GENEVA, f"{n}.example") for n in range(4)]
    found = spread(several, per_hour=120, per_domain_per_hour=10)
    assert clock(found) == ["01. 08:00:00", "01. 08:00:30", "01. 08:01:00", "01. 08:01:30"]


def test_a_busy_domain_lets_the_others_pass() -> None:
    found = spread(
        [*wait_for("a.example", 2), *wait_for("b.example", 1)],
        per_hour=120,
        per_domain_per_hour=10,
    )
    assert clock(found) == ["01. 08:00:00", "01. 08:06:00", "01. 08:00:30"]


def test_what_does_not_fit_into_the_window_goes_when_it_opens_again() -> None:
    found = spread(
        wait_for("a.example", 9, TUESDAY + 8 * HOUR), per_hour=120, per_domain_per_hour=1
    )
    assert clock(found)[:2] == ["01. 08:00:00", "01. 09:00:00"]
    assert clock(found)[7:] == ["01. 15:00:00", "02. 08:00:00"]


def test_a_closed_window_lets_those_pass_whose_window_is_open() -> None:
    sleeping = Wish(TUESDAY + 8 * HOUR, TIMETABLES[2], "a.example")
    awake = Wish(TUESDAY + 9 * HOUR, GENEVA, "b.example")
    found = spread([sleeping, awake], per_hour=1, per_domain_per_hour=1)
    assert clock(found) == ["01. 20:00:00", "01. 09:00:00"]


def test_a_new_copy_goes_into_the_gap_between_two_that_are_taken() -> None:
    taken = [(TUESDAY + 8 * HOUR, "x.example"), (TUESDAY + 10 * HOUR, "x.example")]
    found = spread(wait_for("a.example", 2), per_hour=1, per_domain_per_hour=1, taken=taken)
    assert clock(found) == ["01. 09:00:00", "01. 11:00:00"]


def test_the_eighth_of_seven_an_hour_waits_until_the_hour_is_over() -> None:
    found = spread(wait_for("a.example", 8), per_hour=7, per_domain_per_hour=7)
    assert found[7].at - found[0].at >= HOUR


def test_who_is_held_up_by_a_taken_moment_leaves_no_gap_for_others_beside_it() -> None:
    closes_soon = timetable("UTC", "XX", Window(frozenset(range(5)), time(8), time(9, 30)))
    held_up = Wish(TUESDAY + 8.5 * HOUR, closes_soon, "a.example")
    follows = Wish(TUESDAY + 8.6 * HOUR, GENEVA, "b.example")
    taken = [(TUESDAY + 9 * HOUR, "x.example")]
    found = spread([held_up, follows], per_hour=1, per_domain_per_hour=1, taken=taken)
    assert clock(found) == ["02. 08:00:00", "01. 10:00:00"]


def test_nobody_waiting_needs_no_moments() -> None:
    assert spread([], per_hour=1, per_domain_per_hour=1) == []


def calls_made(act: Callable[[], object]) -> int:
    counted: Counter[str] = Counter()

    def count(_frame: object, event: str, _argument: object) -> None:
        counted[event] += event == "call"

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return counted["call"]


@pytest.mark.parametrize("pace", [(1_000_000, 1_000_000), (120, 10), (10, 1)])
@pytest.mark.parametrize("domains", [1, 50, 1_000_000])
def test_four_times_as_many_copies_take_about_four_times_the_work(
    pace: tuple[int, int], domains: int
) -> None:
    def work(number: int) -> int:
        several = [Wish(TUESDAY, GENEVA, f"{n % domains}.example") for n in range(number)]
        return calls_made(lambda: spread(several, per_hour=pace[0], per_domain_per_hour=pace[1]))

    few, many = work(500), work(2_000)
    assert many < 6 * few
