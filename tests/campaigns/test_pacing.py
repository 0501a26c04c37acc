import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.pacing import Wish, spread
from outreach.campaigns.rates import Pace, Traffic, copies_on
from outreach.campaigns.timing import Opening, Window, timetable

OFFICE = Window(frozenset(range(5)), time(9), time(16, 30))
NIGHT_AND_DAY = Window(frozenset(range(7)), time(0), time(23, 59), skip_holidays=False)
TUESDAY = datetime(2026, 12, 1, tzinfo=UTC)
MICROSECOND, MINUTE, HOUR = (
    timedelta(microseconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)

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
seeds = st.sampled_from([None, "spring", "autumn"])
paces = st.builds(Pace, rates, rates, st.none() | rates, st.sampled_from([0, 1, 5, 200]), seeds)
taken_moments = st.lists(st.tuples(moments, domains), max_size=15)
Taken = Sequence[tuple[datetime, str]]
relaxed = settings(deadline=None)


def on_its_way(taken: Taken, since: date | None = None) -> Traffic:
    traffic = Traffic(since=since)
    for moment, domain in taken:
        traffic.add(moment, domain)
    return traffic


def most_in_an_hour(moments: Sequence[datetime]) -> int:
    """The most moments within any hour, wherever it begins."""
    ordered = sorted(moments)
    return max(sum(first <= moment < first + HOUR for moment in ordered) for first in ordered)


@relaxed
@given(wishes, paces)
def test_no_hour_holds_more_than_the_pace_for_all_and_for_each_domain(
    several: list[Wish], pace: Pace
) -> None:
    found = spread(several, pace)
    by_domain = defaultdict(list)
    for wish, opening in zip(several, found, strict=True):
        by_domain[wish.domain].append(opening.at)
    most = most_in_an_hour([opening.at for opening in found])
    assert most <= min(pace.per_hour, pace.per_sender_per_hour or pace.per_hour)
    assert all(most_in_an_hour(its) <= pace.per_domain_per_hour for its in by_domain.values())


@relaxed
@given(wishes, paces, taken_moments)
def test_nobody_goes_too_early_or_outside_their_window(
    several: list[Wish], pace: Pace, taken: Taken
) -> None:
    found = spread(several, pace, on_its_way(taken))
    for wish, opening in zip(several, found, strict=True):
        assert opening.at >= wish.earliest
        assert wish.timetable.opening(opening.at) == opening


@relaxed
@given(wishes, paces)
def test_who_waits_for_the_same_domain_and_window_goes_in_order(
    several: list[Wish], pace: Pace
) -> None:
    found = spread(several, pace)
    lines = defaultdict(list)
    for index, (wish, opening) in enumerate(zip(several, found, strict=True)):
        lines[wish.domain, wish.timetable].append((wish.earliest, index, opening.at))
    for line in lines.values():
        order = [at for _, _, at in sorted(line)]
        assert all(one < other for one, other in pairwise(order))


@relaxed
@given(wishes, paces, taken_moments)
def test_moments_that_are_taken_are_kept_clear(
    several: list[Wish], pace: Pace, taken: Taken
) -> None:
    found = spread(several, pace, on_its_way(taken))
    altogether = min(pace.per_hour, pace.per_sender_per_hour or pace.per_hour)
    for wish, opening in zip(several, found, strict=True):
        for moment, domain in taken:
            assert abs(opening.at - moment) >= HOUR / altogether - MICROSECOND
            if domain == wish.domain:
                assert abs(opening.at - moment) >= HOUR / pace.per_domain_per_hour - MICROSECOND


@relaxed
@given(wishes, st.sampled_from([1, 2, 5]), taken_moments, st.none() | st.integers(0, 20))
def test_a_new_sender_sends_so_many_on_its_first_day_and_each_day_twice_as_many(
    several: list[Wish], ramp_up: int, taken: Taken, age: int | None
) -> None:
    taken = taken[:ramp_up]  # what is there keeps to it
    since = None if age is None else TUESDAY.date() - timedelta(days=age)
    traffic = on_its_way(taken, since)
    found = spread(several, Pace(1000, 1000, ramp_up=ramp_up), traffic)
    given_on = Counter(opening.at.date() for opening in found) + traffic.days
    first = since or min(traffic.days or given_on)
    for day, number in given_on.items():
        assert number <= copies_on(day, first, ramp_up)


@relaxed
@given(wishes, paces)
def test_who_asks_for_the_moments_of_the_plan_gets_them(several: list[Wish], pace: Pace) -> None:
    """However few are released at a time."""
    planned = spread(several, pace)
    order = sorted(range(len(several)), key=lambda index: planned[index].at)
    given_already: list[tuple[datetime, str]] = []
    for index in order:
        wish = Wish(planned[index].at, several[index].timetable, several[index].domain)
        (again,) = spread([wish], pace, on_its_way(given_already))
        assert again == planned[index]
        given_already.append((again.at, wish.domain))


@relaxed
@given(st.integers(2, 60), seeds.filter(bool))
def test_gaps_differ_by_up_to_a_tenth(number: int, seed: str) -> None:
    several = [Wish(TUESDAY, TIMETABLES[4], f"{n}.example") for n in range(number)]
    found = spread(several, Pace(60, 60, seed=seed))
    gaps = [other.at - one.at for one, other in pairwise(found)]
    assert all(MINUTE <= gap <= 1.1 * MINUTE for gap in gaps)
    assert len(set(gaps)) == len(gaps)
    assert found == spread(several, Pace(60, 60, seed=seed))


def wait_for(domain: str, number: int, earliest: datetime = TUESDAY) -> list[Wish]:
    return [Wish(earliest, GENEVA, domain)] * number


def clock(openings: Sequence[Opening]) -> list[str]:
    return [f"{opening.at:%d. %H:%M:%S}" for opening in openings]


def test_a_pace_of_120_an_hour_is_one_copy_each_half_minute() -> None:
    several = [Wish(TUESDAY, GENEVA, f"{n}.example") for n in range(4)]
    found = spread(several, Pace(120, 10))
    assert clock(found) == ["01. 08:00:00", "01. 08:00:30", "01. 08:01:00", "01. 08:01:30"]


def test_a_busy_domain_lets_the_others_pass() -> None:
    found = spread(
        [*wait_for("a.example", 2), *wait_for("b.example", 1)],
        Pace(120, 10),
    )
    assert clock(found) == ["01. 08:00:00", "01. 08:06:00", "01. 08:00:30"]


def test_what_does_not_fit_into_the_window_goes_when_it_opens_again() -> None:
    found = spread(wait_for("a.example", 9, TUESDAY + 8 * HOUR), Pace(120, 1))
    assert clock(found)[:2] == ["01. 08:00:00", "01. 09:00:00"]
    assert clock(found)[7:] == ["01. 15:00:00", "02. 08:00:00"]


def test_a_closed_window_lets_those_pass_whose_window_is_open() -> None:
    sleeping = Wish(TUESDAY + 8 * HOUR, TIMETABLES[2], "a.example")
    awake = Wish(TUESDAY + 9 * HOUR, GENEVA, "b.example")
    found = spread([sleeping, awake], Pace(1, 1))
    assert clock(found) == ["01. 20:00:00", "01. 09:00:00"]


def test_a_new_copy_goes_into_the_gap_between_two_that_are_taken() -> None:
    taken = [(TUESDAY + 8 * HOUR, "x.example"), (TUESDAY + 10 * HOUR, "x.example")]
    found = spread(wait_for("a.example", 2), Pace(1, 1), on_its_way(taken))
    assert clock(found) == ["01. 09:00:00", "01. 11:00:00"]


def test_the_eighth_of_seven_an_hour_waits_until_the_hour_is_over() -> None:
    found = spread(wait_for("a.example", 8), Pace(7, 7))
    assert found[7].at - found[0].at >= HOUR


def test_who_is_held_up_by_a_taken_moment_leaves_no_gap_for_others_beside_it() -> None:
    closes_soon = timetable("UTC", "XX", Window(frozenset(range(5)), time(8), time(9, 30)))
    held_up = Wish(TUESDAY + 8.5 * HOUR, closes_soon, "a.example")
    follows = Wish(TUESDAY + 8.6 * HOUR, GENEVA, "b.example")
    taken = [(TUESDAY + 9 * HOUR, "x.example")]
    found = spread([held_up, follows], Pace(1, 1), on_its_way(taken))
    assert clock(found) == ["02. 08:00:00", "01. 10:00:00"]


def test_nobody_waiting_needs_no_moments() -> None:
    assert spread([], Pace(1, 1)) == []


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
        return calls_made(lambda: spread(several, Pace(*pace, seed="some")))

    few, many = work(500), work(2_000)
    assert many < 6 * few


def test_two_campaigns_of_one_sender_share_its_pace() -> None:
    theirs = Traffic(sender=[TUESDAY + 8 * HOUR])
    found = spread(wait_for("a.example", 1), Pace(120, 10, per_sender_per_hour=60), theirs)
    assert clock(found) == ["01. 08:01:00"]


def test_what_a_new_sender_may_not_send_today_goes_tomorrow_in_its_order() -> None:
    several = [Wish(TUESDAY, GENEVA, f"{n}.example") for n in range(5)]
    found = spread(several, Pace(120, 10, ramp_up=1))
    assert clock(found) == [
        "01. 08:00:00",
        "02. 08:00:00",
        "02. 08:00:30",
        "03. 08:00:00",
        "03. 08:00:30",
    ]
