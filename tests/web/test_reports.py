"""The reports at the desk: to take away, and side by side."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from outreach.reports import paper, rendering, spreadsheet, weekly
from outreach.reports.rendering import Links
from outreach.wiring import Outreach
from tests.reports.reading import Page
from tests.web.reporting import a_report
from tests.web.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_report_can_be_taken_away_as_pdf_csv_and_json(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    a_report(outreach)
    week = a_report(outreach, timedelta(weeks=1))
    with outreach.database.reading() as session:
        figures = weekly.stored(session, week)
    assert figures
    assert figures.before
    links = Links(outreach.settings.public_url)
    page = viewer.get(f"/reports/{week}").text
    for form in ("pdf", "csv", "json"):
        assert f'<a href="/reports/{week}.{form}" download>{form.upper()}</a>' in page
        answer = viewer.get(f"/reports/{week}.{form}")
        told = answer.headers["Content-Disposition"]
        assert told == f'attachment; filename="weekly-report-{week}.{form}"'
    pdf, table, whole = (viewer.get(f"/reports/{week}.{form}") for form in ("pdf", "csv", "json"))
    assert pdf.data == paper.as_pdf(figures, links)
    assert table.data.decode() == spreadsheet.as_csv(figures, links)
    assert whole.json == rendering.as_json(figures, links)
    types = [answer.mimetype for answer in (pdf, table, whole)]
    assert types == ["application/pdf", "text/csv", "application/json"]


def test_of_a_week_without_a_report_nothing_can_be_taken_away(viewer: FlaskClient) -> None:
    assert viewer.get("/reports/2026-W40.pdf").status_code == 404
    assert viewer.get("/reports/2026-W40.exe").status_code == 400
    assert viewer.get("/reports/next-week.csv").status_code == 400


def test_weeks_stand_side_by_side_the_newest_first(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    a_report(outreach)
    newest = a_report(outreach, timedelta(weeks=1))
    head, *rows = Page(viewer.get("/reports").text).rows
    assert head == ["", "Week 50 2026", "Week 49 2026"]
    cells = {re.sub(r"of those.*", "", row[0]): row[1:] for row in rows}
    assert cells["Sent"] == ["0", "1"]
    assert cells["Missions that answered so far"] == ["1 of 2", "1 of 2"]
    table = viewer.get(f"/reports/{newest}.csv").data.decode()
    in_csv = {row[0]: row[1] for row in csv.reader(io.StringIO(table)) if not row[5]}
    assert {label: row[0] for label, row in cells.items() if label in in_csv}.items() <= (
        in_csv.items()
    )


def test_of_many_weeks_the_last_eight_are_compared_and_all_are_listed(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    weeks = [a_report(outreach, timedelta(weeks=number)) for number in range(10)]
    page = viewer.get("/reports").text
    assert len(Page(page).rows[0]) == 1 + 8
    assert all(f'"/reports/{week}"' in page for week in weeks)
