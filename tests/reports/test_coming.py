"""What goes out in a week to come."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.campaigns.tables import CampaignState
from outreach.delivery.tables import Purpose, State
from outreach.reports.coming import Coming, going_out
from outreach.reports.counters.keeping import catch_up
from outreach.reports.weeks import Week
from tests.reports.rows import Rows

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)


def coming_out(rows: Rows, week: Week, zone: ZoneInfo, now: datetime) -> list[Coming]:
    catch_up(rows.session, zone)
    return going_out(rows.session, week, now.astimezone(zone).date())


def test_copies_are_counted_by_campaign_step_and_day_of_the_zone(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    campaign = rows.campaign("Close it", slug="close")
    just_tuesday = datetime(2026, 11, 23, 23, tzinfo=UTC)
    for at in (MONDAY, just_tuesday, just_tuesday - timedelta(microseconds=1)):
        rows.copy(campaign, rows.contact(), planned_at=at)
    rows.copy(campaign, rows.contact(), planned_at=just_tuesday, purpose=Purpose.reminder)
    found = coming_out(rows, week, zone, MONDAY)
    assert [(c.slug, c.step, c.purpose, c.day, c.copies) for c in found] == [
        ("close", 1, Purpose.letter, date(2026, 11, 23), 2),
        ("close", 1, Purpose.letter, date(2026, 11, 24), 1),
        ("close", 2, Purpose.reminder, date(2026, 11, 24), 1),
    ]


def test_a_due_copy_stands_on_its_due_day_and_a_postponed_one_waits(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    campaign, thursday = rows.campaign(), MONDAY + timedelta(days=3)
    rows.copy(campaign, rows.contact(), planned_at=MONDAY, due_at=thursday)
    rows.copy(campaign, rows.contact(), planned_at=MONDAY, not_before=thursday)
    rows.copy(campaign, rows.contact(), planned_at=thursday, not_before=MONDAY)
    found = coming_out(rows, week, zone, MONDAY)
    assert [(coming.day, coming.copies) for coming in found] == [(thursday.date(), 3)]


def test_what_is_overdue_goes_on_the_first_day_that_is_left(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    rows.copy(rows.campaign(), rows.contact(), planned_at=MONDAY - timedelta(days=30))
    wednesday = datetime(2026, 11, 24, 23, tzinfo=UTC)  # its first moment in Zurich
    (found,) = coming_out(rows, week, zone, wednesday)
    assert found.day == date(2026, 11, 25)


def test_only_queued_letters_and_reminders_of_the_week_go_out(
    rows: Rows, week: Week, zone: ZoneInfo
) -> None:
    campaign, contact = rows.campaign(state=CampaignState.paused), rows.contact()
    rows.copy(campaign, contact, planned_at=MONDAY)
    rows.copy(campaign, contact, State.cancelled, planned_at=MONDAY)
    rows.copy(campaign, contact, planned_at=MONDAY, purpose=Purpose.answer)
    rows.copy(campaign, contact, planned_at=week.bounds(zone)[1])
    (found,) = coming_out(rows, week, zone, MONDAY)
    assert (found.copies, found.campaign_state) == (1, CampaignState.paused)
