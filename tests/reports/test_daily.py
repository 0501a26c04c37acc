"""Sends and answers by day: the same as the week's figures, told apart."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.contacts.states import MemberStates
from outreach.reports.counters.keeping import catch_up
from outreach.reports.daily import DAYS, days_of
from outreach.reports.weeks import Week
from tests.reports.counted import compute
from tests.reports.generated import generate
from tests.reports.rows import Rows


def test_the_days_of_a_week_add_up_to_its_figures(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    generate(rows, 2, zone)
    figures = compute(rows.session, week, zone=zone, states=states, now=datetime.now(UTC))
    last = figures.days[-7:]
    assert sum(day.sent for day in last) == figures.counts["sent"].week > 0
    assert sum(day.replies for day in last) == figures.counts["replies"].week > 0


def test_a_day_begins_at_midnight_of_the_organizers_clock(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    campaign = rows.campaign()
    midnight = datetime(2026, 11, 25, 23, tzinfo=UTC)  # 26 November in Geneva
    for at in (midnight, midnight - timedelta(microseconds=1), midnight + timedelta(hours=1)):
        rows.sent(campaign, rows.contact(), at)
    catch_up(rows.session, zone)
    days = days_of(rows.session, week)
    assert [day.day for day in days] == [date(2026, 11, 16 + n) for n in range(DAYS)]
    assert {day.day.day: day.sent for day in days if day.sent} == {25: 1, 26: 2}
