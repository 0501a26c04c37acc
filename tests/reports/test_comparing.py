"""Weeks beside each other."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.contacts.states import MemberStates
from outreach.reports.comparing import side_by_side
from outreach.reports.figures import Figures
from outreach.reports.weeks import Week
from outreach.tracking.tables import EventKind
from tests.reports.counted import compute
from tests.reports.rows import Rows

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
MONDAY_AT_8 = datetime(2026, 11, 30, 7, tzinfo=UTC)


@pytest.fixture
def weeks(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> list[Figures]:
    """The week with 3 copies sent, and the one before with 1."""
    campaign = rows.campaign()
    for at in (IN_WEEK, IN_WEEK, IN_WEEK, IN_WEEK - timedelta(days=7)):
        rows.sent(campaign, rows.contact(), at)
    return [
        compute(rows.session, each, zone=zone, states=states, now=MONDAY_AT_8)
        for each in (week, week.previous)
    ]


def test_each_week_has_its_own_figures_in_the_order_given(weeks: list[Figures]) -> None:
    counts = dict(side_by_side(weeks))
    assert counts["Sent"] == [3, 1]
    assert counts["Complaints"] == [0, 0]
    assert dict(side_by_side(weeks[::-1]))["Sent"] == [1, 3]
    assert "Image loaded by people" in counts


def test_what_nobody_reports_is_not_shown_as_none(
    rows: Rows, weeks: list[Figures], week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    assert "Delivered" not in dict(side_by_side(weeks))
    rows.event(rows.sent(rows.campaign(), rows.contact(), IN_WEEK), EventKind.delivered, IN_WEEK)
    reported = compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)
    assert dict(side_by_side([reported, weeks[1]]))["Delivered"] == [1, 0]


def test_a_figure_that_an_old_report_does_not_have_is_a_gap_and_no_zero(
    weeks: list[Figures],
) -> None:
    now, then = weeks
    now = now.model_copy(update={"before": {"sent": then.counts.pop("sent").week}})
    assert dict(side_by_side(weeks))["Sent"] == [3, None]
    assert now.change("sent") == 2
    assert now.change("bounced") is None
    assert then.change("sent") is None
