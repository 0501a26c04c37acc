"""A week on the organization's wall clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.reports.weeks import Week

WEEKS = st.dates(date(2000, 1, 3), date(2900, 1, 1)).map(Week.of)
ZONES = st.sampled_from(
    ["UTC", "Europe/Zurich", "America/New_York", "Asia/Beirut", "America/Santiago", "Pacific/Apia"]
).map(ZoneInfo)
MOMENTS = st.integers(10**9, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(WEEKS)
def test_a_week_reads_back_as_it_is_written_and_sorts_as_text(week: Week) -> None:
    assert Week.parse(str(week)) == week
    assert str(week.previous) < str(week) < str(week.next)


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_exactly_one_week(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.containing(moment, zone)
    start, end = week.bounds(zone)
    assert start <= moment < end
    assert week.previous.bounds(zone)[1] == start
    assert week.next.bounds(zone)[0] == end


@pytest.mark.parametrize(
    ("text", "hours"), [("2026-W13", 167), ("2026-W43", 169), ("2026-W48", 168)]
)
def test_a_clock_change_makes_a_week_an_hour_shorter_or_longer(text: str, hours: int) -> None:
    start, end = Week.parse(text).bounds(ZoneInfo("Europe/Zurich"))
    assert end - start == timedelta(hours=hours)


def test_a_week_begins_on_monday_midnight_of_its_zone() -> None:
    start, end = Week.parse("2026-W48").bounds(ZoneInfo("Europe/Zurich"))
    assert start == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert end == datetime(2026, 11, 29, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2026-48", "2026-W00", "2025-W53", "1999-W01", "٢٠٢٦-W48"])
def test_what_is_no_week_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="write it like 2026-W48"):
        Week.parse(text)
