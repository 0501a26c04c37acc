from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outreach.campaigns.calendars import is_working_day
from outreach.campaigns.timing import (
    RECIPIENT,
    Delay,
    Opening,
    Window,
    add_delay,
    at_wall_clock,
    opening,
    parse_delay,
    time_zone,
    timetable,
)
from outreach.errors import InvalidInput

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
WORKDAYS = frozenset(range(5))
OFFICE = Window(WORKDAYS, time(9), time(16, 30))

# Clock changes of an hour, of half and of two hours, and at midnight; the two ends of the day.
ZONES = [
    "Europe/Zurich",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]
COUNTRIES = ["CH", "US", "SA", "IR", "CN", "NP", "BN", "LK", "ET", "XX"]

relaxed = settings(deadline=None)  # the first look at a country reads its holidays

zones = st.sampled_from(ZONES)
countries = st.sampled_from(COUNTRIES)
moments = st.datetimes(
    datetime.fromisoformat("2000-01-01"),
    datetime.fromisoformat("2110-01-01"),
    timezones=st.just(UTC),
)
delays = st.builds(Delay, st.integers(1, 400), st.sampled_from(["hours", "days", "working days"]))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    minutes = st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True)
    opens, closes = (time(*divmod(minute, 60)) for minute in sorted(draw(minutes)))
    return Window(
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        opens=opens,
        closes=closes,
        zone=draw(st.sampled_from([RECIPIENT, *ZONES])),
        skip_holidays=draw(st.booleans()),
    )


def an_opening(moment: datetime, zone: str, country: str, window: Window) -> Opening:
    """Of windows that open at all: their days may all be in the country's own weekend."""
    assume(timetable(zone, country, window).opens_after(moment))
    return opening(moment, zone, country, window)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@relaxed
@given(moments, zones, countries, windows())
def test_an_opening_is_never_early_and_never_outside_the_window(
    moment: datetime, zone: str, country: str, window: Window
) -> None:
    found = an_opening(moment, zone, country, window)
    clock = ZoneInfo(zone if window.zone == RECIPIENT else window.zone)
    there = found.at.astimezone(clock)
    assert found.at >= moment
    assert there.weekday() in window.days
    assert window.opens <= there.time() < window.closes
    assert found.at < found.until


@relaxed
@given(moments, zones, countries, windows())
def test_an_opening_is_never_on_a_holiday_or_weekend_of_the_recipient(
    moment: datetime, zone: str, country: str, window: Window
) -> None:
    assume(window.skip_holidays)
    there = an_opening(moment, zone, country, window).at.astimezone(ZoneInfo(zone)).date()
    assert is_working_day(there, country)
    assert country == "XX" or there not in country_holidays(country, years=there.year)


@relaxed
@given(moments, zones, countries, windows(), st.floats(0, 1, exclude_max=True))
def test_a_window_stays_open_until_its_end(
    moment: datetime, zone: str, country: str, window: Window, part: float
) -> None:
    found = an_opening(moment, zone, country, window)
    later = found.at + part * (found.until - found.at)
    assume(later < found.until)
    assert opening(later, zone, country, window) == (later, found.until)


@relaxed
@given(st.lists(moments, min_size=2, max_size=5), zones, countries, windows())
def test_openings_keep_the_order_of_their_moments(
    several: list[datetime], zone: str, country: str, window: Window
) -> None:
    found = [an_opening(moment, zone, country, window).at for moment in sorted(several)]
    assert found == sorted(found)


@relaxed
@given(moments, zones, countries, delays)
def test_a_delay_ends_later_than_it_began(
    moment: datetime, zone: str, country: str, delay: Delay
) -> None:
    assert add_delay(moment, delay, ZoneInfo(zone), country) > moment


@relaxed
@given(moments, zones, countries, st.integers(1, 60))
def test_working_days_are_counted_one_by_one(
    moment: datetime, zone: str, country: str, number: int
) -> None:
    clock = ZoneInfo(zone)
    ends = add_delay(moment, Delay(number, "working days"), clock, country).astimezone(clock)
    first = moment.astimezone(clock).date() + timedelta(days=1)
    passed = [first + timedelta(days=n) for n in range((ends.date() - first).days + 1)]
    assert sum(is_working_day(day, country) for day in passed) == number


@relaxed
@given(moments, zones)
def test_a_wall_clock_time_is_found_again(moment: datetime, zone: str) -> None:
    clock = ZoneInfo(zone)
    wall = moment.astimezone(clock)
    found = at_wall_clock(wall.replace(tzinfo=None), clock, fold=wall.fold)  # type: ignore[arg-type]
    assert found == moment


def test_the_window_opens_on_the_recipients_clock() -> None:
    assert opening(utc(2026, 12, 1), "Asia/Tokyo", "JP", OFFICE).at == utc(2026, 12, 1)
    assert opening(utc(2026, 12, 1), "Europe/Zurich", "CH", OFFICE).at == utc(2026, 12, 1, 8)
    assert opening(utc(2026, 12, 1), "America/New_York", "US", OFFICE).at == utc(2026, 12, 1, 14)


def test_a_window_in_a_fixed_zone_opens_at_once_for_everybody() -> None:
    geneva = Window(WORKDAYS, time(9), time(16, 30), zone="Europe/Zurich")
    for zone in ZONES:
        assert opening(utc(2026, 12, 1), zone, "XX", geneva).at == utc(2026, 12, 1, 8)


def test_a_window_in_a_fixed_zone_skips_the_part_that_is_a_holiday_where_the_recipient_is() -> None:
    late = Window(WORKDAYS, time(9), time(16, 30), zone="America/New_York")
    # New Zealand's Anzac Day, Tuesday 25 April, ends there at 8 in the morning in New York.
    found = opening(utc(2023, 4, 24, 13), "Pacific/Auckland", "NZ", late)
    assert found.at == utc(2023, 4, 25, 13)
    before = opening(utc(2023, 4, 20, 13), "Pacific/Auckland", "NZ", late)
    assert before == (utc(2023, 4, 20, 13), utc(2023, 4, 20, 20, 30))


def test_a_window_in_a_fixed_zone_closes_when_the_holiday_begins_where_the_recipient_is() -> None:
    evening = Window(WORKDAYS, time(4), time(12), zone="America/New_York")
    found = opening(utc(2026, 2, 5, 9), "Pacific/Auckland", "NZ", evening)
    assert found == (utc(2026, 2, 5, 9), utc(2026, 2, 5, 11))


def test_a_window_in_a_fixed_zone_opens_when_the_holiday_is_over_where_the_recipient_is() -> None:
    early = Window(WORKDAYS, time(4), time(12), zone="America/New_York")
    found = opening(utc(2023, 4, 24, 12), "Pacific/Auckland", "NZ", early)
    assert found == (utc(2023, 4, 25, 12), utc(2023, 4, 25, 16))


def test_a_weekend_on_friday_and_saturday_is_kept_and_sunday_is_a_day_like_others() -> None:
    every_day = Window(frozenset(range(7)), time(9), time(16, 30))
    friday = utc(2026, 12, 4)
    assert opening(friday, "Asia/Riyadh", "SA", every_day).at == utc(2026, 12, 6, 6)
    assert opening(friday, "Europe/Zurich", "CH", every_day).at == utc(2026, 12, 4, 8)


def test_a_window_whose_days_are_all_in_the_own_weekend_never_opens() -> None:
    fridays = Window(frozenset({FRIDAY}), time(9), time(16, 30))
    assert not timetable("Asia/Riyadh", "SA", fridays).opens_after(utc(2026, 12, 1))
    assert timetable("Europe/Zurich", "CH", fridays).opens_after(utc(2026, 12, 1))
    assert timetable("Asia/Riyadh", "SA", replace(fridays, skip_holidays=False)).opens_after(
        utc(2026, 12, 1)
    )


@relaxed
@given(moments, zones, countries, windows(), delays)
def test_what_follows_after_a_delay_is_neither_early_nor_outside_the_window(
    moment: datetime, zone: str, country: str, window: Window, delay: Delay
) -> None:
    ready = add_delay(moment, delay, ZoneInfo(zone), country)
    found = an_opening(ready, zone, country, window)
    there = found.at.astimezone(ZoneInfo(zone))
    assert moment < ready <= found.at
    assert not window.skip_holidays or is_working_day(there.date(), country)


@relaxed
@given(moments, windows(), delays)
def test_the_two_ends_of_the_day_each_keep_their_own_clock(
    moment: datetime, window: Window, delay: Delay
) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        ready = add_delay(moment, delay, ZoneInfo(zone), "XX")
        there = an_opening(ready, zone, "XX", replace(window, zone=RECIPIENT)).at
        assert window.opens <= there.astimezone(ZoneInfo(zone)).time() < window.closes


def test_holidays_are_the_recipients_own() -> None:
    bastille_day = utc(2026, 7, 14, 8)
    assert opening(bastille_day, "Europe/Zurich", "CH", OFFICE).at == bastille_day
    assert opening(bastille_day, "Europe/Paris", "FR", OFFICE).at == utc(2026, 7, 15, 7)


def test_holidays_can_be_sent_on() -> None:
    always = Window(WORKDAYS, time(9), time(16, 30), skip_holidays=False)
    assert opening(utc(2026, 7, 14, 8), "Europe/Paris", "FR", always).at == utc(2026, 7, 14, 8)


def test_two_recipients_at_the_ends_of_the_day_each_get_their_own_morning() -> None:
    moment = utc(2026, 12, 1, 12)
    first = opening(moment, "Pacific/Kiritimati", "KI", OFFICE).at
    last = opening(moment, "Pacific/Pago_Pago", "US", OFFICE).at
    assert first == utc(2026, 12, 1, 19)  # Wednesday, 9 in the morning
    assert last == utc(2026, 12, 1, 20)  # Tuesday, 9 in the morning


def test_when_clocks_go_forward_over_the_opening_it_opens_after_the_gap() -> None:
    early = Window(frozenset({SUNDAY}), time(2, 30), time(4), skip_holidays=False)
    found = opening(utc(2026, 3, 28, 12), "Europe/Zurich", "CH", early)
    assert found == (utc(2026, 3, 29, 1), utc(2026, 3, 29, 2))


def test_when_clocks_go_forward_over_the_whole_window_that_day_has_none() -> None:
    short = Window(frozenset({SUNDAY}), time(2, 10), time(2, 50), skip_holidays=False)
    found = opening(utc(2026, 3, 28, 12), "Europe/Zurich", "XX", short)
    assert found == (utc(2026, 4, 5, 0, 10), utc(2026, 4, 5, 0, 50))


def test_when_clocks_go_back_within_the_window_it_opens_after_the_hour_came_again() -> None:
    night = Window(frozenset({SUNDAY}), time(2, 30), time(4), skip_holidays=False)
    found = opening(utc(2026, 10, 24, 12), "Europe/Zurich", "CH", night)
    assert found == (utc(2026, 10, 25, 1, 30), utc(2026, 10, 25, 3))


def test_when_clocks_go_back_over_the_whole_window_it_opens_once() -> None:
    night = Window(frozenset({SUNDAY}), time(2, 10), time(2, 50), skip_holidays=False)
    found = opening(utc(2026, 10, 24, 12), "Europe/Zurich", "CH", night)
    assert found == (utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 0, 50))
    after = opening(found.until, "Europe/Zurich", "CH", night)
    assert after.at == utc(2026, 11, 1, 1, 10)


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-03-29T02:30", "Europe/Zurich", utc(2026, 3, 29, 1)),
        ("2026-04-24T00:00", "Africa/Cairo", utc(2026, 4, 23, 22)),
        ("2026-10-04T02:15", "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        ("2011-12-30T09:00", "Pacific/Apia", utc(2011, 12, 30, 10)),
    ],
)
def test_a_start_that_clocks_skip_is_the_first_moment_after_the_gap(
    wall: str, zone: str, moment: datetime
) -> None:
    assert at_wall_clock(datetime.fromisoformat(wall), ZoneInfo(zone)) == moment


def test_a_day_keeps_the_wall_clock_over_a_clock_change_and_24_hours_do_not() -> None:
    saturday, zurich = utc(2026, 3, 28, 8), ZoneInfo("Europe/Zurich")
    assert add_delay(saturday, Delay(1, "days"), zurich, "CH") == utc(2026, 3, 29, 7)
    assert add_delay(saturday, Delay(24, "hours"), zurich, "CH") == utc(2026, 3, 29, 8)


def test_working_days_leave_out_the_countrys_holidays_and_its_own_weekend() -> None:
    wednesday, day = utc(2026, 12, 23, 9), Delay(2, "working days")
    assert add_delay(wednesday, day, ZoneInfo("Europe/London"), "GB") == utc(2026, 12, 29, 9)
    assert add_delay(wednesday, day, ZoneInfo("Asia/Riyadh"), "SA") == utc(2026, 12, 27, 9)


def test_a_working_day_after_a_weekend_begins_on_it() -> None:
    saturday = utc(2026, 12, 5, 9)
    assert add_delay(saturday, Delay(1, "working days"), ZoneInfo("UTC"), "CH") == utc(
        2026, 12, 7, 9
    )


@pytest.mark.parametrize("country", COUNTRIES)
def test_far_years_have_openings_and_working_days_too(country: str) -> None:
    moment = utc(2950, 6, 1, 12)
    found = opening(moment, "Europe/Zurich", country, OFFICE)
    assert moment <= found.at < moment + timedelta(days=5)
    assert add_delay(moment, Delay(7, "working days"), ZoneInfo("UTC"), country) > moment


def test_a_country_that_is_not_known_works_from_monday_to_friday() -> None:
    assert [is_working_day(date(2026, 11, 23 + n), "XX") for n in range(7)] == [True] * 5 + [
        False
    ] * 2


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("48h", Delay(48, "hours")),
        ("1 hour", Delay(1, "hours")),
        ("3 days", Delay(3, "days")),
        (" 7 Working Days ", Delay(7, "working days")),
    ],
)
def test_a_delay_is_read_as_it_is_written(text: str, delay: Delay) -> None:
    assert parse_delay(text) == delay


@pytest.mark.parametrize(
    "text", ["", "0h", "-3 days", "3", "3 weeks", "1e3h", "99999 days", "٣ days"]
)
def test_a_delay_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="7 working days"):
        parse_delay(text)


@pytest.mark.parametrize(
    "name", ["", "Mars/Phobos", "../../etc/passwd", "/etc/passwd", "Europe", "\0"]
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="Europe/Zurich"):
        time_zone(name)
