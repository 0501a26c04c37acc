"""The plan on a page, and the calendar of what goes when in which zone."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.campaigns.tables import Campaign, PlanRecord
from outreach.wiring import Outreach
from tests.web.campaigning import PAGE, SCHEDULE, a_planned_campaign, approved, fulfil
from tests.web.forms import fill
from tests.web.reading import text
from tests.web.test_campaign_schedules import send

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_plan_says_who_gets_nothing_and_why(viewer: FlaskClient, outreach: Outreach) -> None:
    a_planned_campaign(outreach)
    page = viewer.get(f"{PAGE}/plan").text
    assert "no letter in a language they read (de) 1 contact" in text(page)
    assert "De Person" in text(page)
    assert "English Copies 2 of 2 (100%)" in text(page)
    assert re.search(r'href="/deliveries/\d+"', page)
    assert "This is the first plan." in text(page)
    assert "Send it to me" not in page  # a viewer looks only


def test_the_next_plan_says_what_is_new(organizer: FlaskClient, outreach: Outreach) -> None:
    a_planned_campaign(outreach)
    send(organizer, "/schedules/offices", SCHEDULE, **{"pace.per_hour": "60"}, load="yes")
    gone = organizer.get(f"{PAGE}/plan?still=yes").text
    assert "which is gone" in text(gone)
    fulfil(outreach)
    page = organizer.get(f"{PAGE}/plan").text
    assert "<del>-per_hour = 120</del>" in page
    assert "<ins>+per_hour = 60</ins>" in page
    fill(organizer, PAGE, f"{PAGE}/plan")
    fulfil(outreach)
    assert "Nothing differs from the plan of" in text(organizer.get(f"{PAGE}/plan").text)


def test_the_calendar_has_the_recipients_clock_beside_ours(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    page = text(viewer.get(f"{PAGE}/calendar?month=2026-12&week=2026-12-01").text)
    assert "Tue 1 Dec 2026 Their zones Europe/Zurich UTC+01:00 Step 1, letter" in page
    far = page.partition("Pacific/Auckland")[2].partition("Wed ")[0]
    shown = re.search(r"Their clock (\d\d):(\d\d) Europe/Zurich (\d\d):(\d\d)", far)
    assert shown
    assert (int(shown[1]) - 12) % 24 == int(shown[3])  # Geneva is half a day behind Auckland


def test_the_calendar_opens_where_something_goes_next(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    page = text(viewer.get(f"{PAGE}/calendar").text)
    assert "December 2026" in page
    assert "Mon 30 Nov 2026 to Sun 6 Dec 2026" in page


def test_the_months_end_where_nothing_can_be_any_more(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    assert 'rel="next"' in viewer.get(f"{PAGE}/calendar?month=2027-05").text
    late = viewer.get(f"{PAGE}/calendar?month=2027-06").text
    assert 'rel="next"' not in late
    assert 'rel="prev"' in late
    assert 'rel="prev"' not in viewer.get(f"{PAGE}/calendar?month=2026-05").text


def test_once_approved_the_month_shows_how_it_stands(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    path = f"{PAGE}/calendar?month=2026-12"
    assert "As the plan foresees" in text(viewer.get(path).text)
    approved(outreach)
    page = text(viewer.get(path).text)
    assert "Sent ones are filled" in page
    assert page.count("step 1, to go: 1 1") + page.count("step 1, to go: 1 2") >= 1


@pytest.mark.parametrize("query", ["month=soon", "month=2026-13", "month=0001-01", "week=x"])
def test_what_is_no_month_is_refused(viewer: FlaskClient, outreach: Outreach, query: str) -> None:
    a_planned_campaign(outreach)
    assert viewer.get(f"{PAGE}/calendar?{query}").status_code == 400


def test_the_calendar_can_be_taken_home_unless_it_is_too_large(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    answer = viewer.get(f"{PAGE}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.data.startswith(b"BEGIN:VCALENDAR")
    with outreach.database.transaction() as session:
        record = session.exec(select(PlanRecord)).one()
        steps = [{**record.summary["steps"][0], "planned": 5_001}]
        record.summary = {**record.summary, "steps": steps}
        session.add(record)
    answer = viewer.get(f"{PAGE}/calendar.ics")
    assert answer.status_code == 409
    assert "outreach campaign calendar offices" in text(answer.text)


def test_a_campaign_planned_before_there_were_records_has_its_pages(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    with outreach.database.transaction() as session:
        session.delete(session.exec(select(PlanRecord)).one())
        assert session.exec(select(Campaign)).one().plan_digest
    for page in ("", "/plan", "/calendar", "/calendar.ics"):
        assert viewer.get(f"{PAGE}{page}").status_code == 200
