"""Schedules as forms and as files: begun, changed, kept, loaded, taken home."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from outreach.campaigns.form import read_form
from outreach.campaigns.tables import Campaign, CampaignWish, ScheduleDraft
from outreach.wiring import Outreach
from tests.campaigns.making import a_schedule
from tests.web.campaigning import SCHEDULE, a_loaded_campaign, a_planned_campaign, approved
from tests.web.forms import fill
from tests.web.reading import text
from tests.web.world import csrf_token

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

COMMENTED = SCHEDULE.replace("per_hour = 120", "per_hour = 120   # gently")


def bring(browser: FlaskClient, content: str | bytes, name: str = "spring.toml") -> str:
    """The page that follows the upload of a schedule file."""
    token = csrf_token(browser.get("/schedules").text)
    file = content.encode() if isinstance(content, str) else content
    form = {"csrf_token": token, "upload": "yes", "slug": "", "file": (BytesIO(file), name)}
    return browser.post("/schedules", data=form, follow_redirects=True).text


def seen(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def send(browser: FlaskClient, path: str, text: str, **changes: str) -> str:
    """The form of the schedule as a browser sends it, with changes; the page that follows."""
    page = browser.get(path).text
    fields = {**read_form(text), **{key: [value] for key, value in changes.items()}}
    data = {**fields, "csrf_token": csrf_token(page), "seen": seen(page)}
    return browser.post(path, data=data, follow_redirects=True).text


def draft(outreach: Outreach) -> str:
    with outreach.database.reading() as session:
        return session.exec(select(ScheduleDraft.source)).one()


def test_a_file_that_is_brought_fills_the_form_and_goes_home_as_it_came(
    organizer: FlaskClient,
) -> None:
    page = bring(organizer, COMMENTED)
    assert 'name="campaign.name" type="text" value="Offices"' in page
    assert 'name="steps[2].after" type="text" value="7 working days"' in page
    assert organizer.get("/schedules/spring.toml").text == COMMENTED


def test_what_is_wrong_in_a_file_stands_beside_its_field_with_line_and_key(
    organizer: FlaskClient,
) -> None:
    page = bring(organizer, a_schedule(("per_hour = 120", "per_hour = 0")))
    assert "1 thing is not right yet" in text(page)
    beside = page.partition('id="pace-per_hour-problem"')[2].partition("</div>")[0]
    assert "greater than or equal to 1" in beside
    assert "(line 16, pace.per_hour)" in beside
    assert 'aria-describedby="pace-per_hour-problem" aria-invalid="true"' in page


def test_a_file_that_is_no_toml_is_shown_as_text_with_its_line(organizer: FlaskClient) -> None:
    page = bring(organizer, SCHEDULE + "\nthis is = = no toml")
    assert "The form can only be filled from a file that is TOML" in text(page)
    assert f"Line {SCHEDULE.count(chr(10)) + 2}: this is not TOML" in text(page)
    fixed = fill(organizer, "/schedules/spring/file", seen=seen(page), text=SCHEDULE)
    assert "Kept as a draft." in text(fixed.text)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\xff\xfe", "spring.toml", "not UTF-8"),
        (b"", "", "Choose a file first"),
        (SCHEDULE.encode(), "Spring letter.toml", "cannot be a campaign's name"),
    ],
)
def test_what_is_no_schedule_file_is_refused(
    organizer: FlaskClient, content: bytes, name: str, said: str
) -> None:
    assert said in bring(organizer, content, name).replace("&#39;", "'")


def test_a_form_is_kept_as_a_draft_even_where_it_is_wrong(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    bring(organizer, COMMENTED)
    page = send(organizer, "/schedules/spring", COMMENTED, **{"pace.per_hour": "many"}, load="yes")
    assert "Kept as a draft; it cannot be planned yet." in text(page)
    assert 'per_hour = "many"   # gently' in draft(outreach)
    listed = text(organizer.get("/campaigns").text)
    assert "nothing is made of it until somebody loads it" in listed


def test_a_right_form_is_loaded_and_its_plan_asked_for(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    bring(organizer, COMMENTED)
    page = send(organizer, "/schedules/spring", COMMENTED, **{"pace.per_hour": "60"}, load="yes")
    assert "The plan is being made" in text(page)
    with outreach.database.reading() as session:
        campaign = session.exec(select(Campaign)).one()
        assert session.exec(select(CampaignWish)).one().campaign_id == campaign.id
    assert campaign.source == COMMENTED.replace("per_hour = 120", "per_hour = 60")
    assert not organizer.get("/campaigns").text.count("Drafts of schedules")


def test_somebody_elses_change_is_not_written_over(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_loaded_campaign(outreach)
    page = organizer.get("/schedules/offices").text
    token = {"csrf_token": csrf_token(page), "seen": seen(page)}
    for answer in (302, 409):
        form = {**read_form(SCHEDULE), "pace.per_hour": [str(answer)]}
        said = organizer.post("/schedules/offices", data={**form, **token})
        assert (said.status_code == 409) == (answer == 409)
    assert "per_hour = 302" in draft(outreach)


def test_an_approved_schedule_can_only_be_copied(
    organizer: FlaskClient, outreach: Outreach
) -> None:
    a_planned_campaign(outreach)
    approved(outreach)
    page = organizer.get("/schedules/offices").text
    assert "its schedule stays as it is" in text(page)
    assert '<fieldset class="plainly" disabled>' in page
    made = fill(organizer, "/schedules", slug="second", copy_of="offices")
    assert "Schedule second" in text(made.text)
    assert draft(outreach) == SCHEDULE


def test_a_draft_can_be_thrown_away(organizer: FlaskClient, outreach: Outreach) -> None:
    bring(organizer, SCHEDULE)
    page = fill(organizer, "/schedules/spring", "/schedules/spring/discard")
    assert "The draft of spring was thrown away" in text(page.text)
    assert organizer.get("/schedules/spring").status_code == 404


def test_a_viewer_reads_the_file_and_changes_nothing(
    viewer: FlaskClient, outreach: Outreach
) -> None:
    a_loaded_campaign(outreach)
    page = viewer.get("/schedules/offices/file").text
    assert "per_hour = 120" in page
    assert "<textarea" not in page
