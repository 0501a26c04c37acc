"""The pictures at the desk: of a report, and of where a running campaign stands now."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from outreach.accounts.tables import Role
from outreach.campaigns.tables import CampaignState
from outreach.reports import weekly
from outreach.reports.weeks import Week
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_overview_shows_where_the_states_stand_with_a_running_campaign(
    signed_in: SignedIn, world: World
) -> None:
    page = signed_in(Role.viewer).get("/").text
    address = f"/campaigns/{world.campaign.slug}/states.svg"
    assert f'<img src="{address}" alt="Where the 193 states stand.' in page
    map_address = f"/campaigns/{world.campaign.slug}/world.svg"
    assert f'<iframe class="map" src="{map_address}" title="The 193 states on the map.' in page
    assert "Which states stand where" in page
    assert f'<a href="/campaigns/{world.campaign.slug}?who=Egypt#contacts">Egypt</a>' in page


def test_each_state_of_the_map_leads_to_its_copies_from_a_frame_of_the_desk(
    signed_in: SignedIn, world: World
) -> None:
    answer = signed_in(Role.viewer).get(f"/campaigns/{world.campaign.slug}/world.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    for name in ("Egypt", "Tuvalu"):
        address = f"/campaigns/{world.campaign.slug}?who={name}#contacts"
        assert f'<a href="{address}" target="_top"' in answer.text


def test_a_campaign_that_does_not_run_has_no_picture_on_the_overview(
    signed_in: SignedIn, world: World, outreach: Outreach
) -> None:
    with outreach.database.transaction() as session:
        session.get_one(type(world.campaign), world.campaign.id).state = CampaignState.paused
    page = signed_in(Role.viewer).get("/").text
    assert "states.svg" not in page
    assert "<iframe" not in page


def test_the_picture_of_a_campaign_is_an_svg_that_a_browser_may_show(
    signed_in: SignedIn, world: World
) -> None:
    answer = signed_in(Role.viewer).get(f"/campaigns/{world.campaign.slug}/states.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert "img-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Where the 193 states stand" in answer.text


def test_a_report_shows_its_pictures_and_each_can_be_had(
    signed_in: SignedIn, world: World, outreach: Outreach
) -> None:
    week, zone = Week.parse("2026-W49"), ZoneInfo(outreach.settings.timezone)
    later = outreach.clock() + timedelta(days=7)
    with outreach.database.transaction() as session:
        weekly.make(session, week, zone=zone, states=outreach.states, now=later)
    browser = signed_in(Role.viewer)
    page = browser.get(f"/reports/{week}").text
    for name in ("world", "states", "flow"):
        assert f'src="/reports/{week}/{name}.svg"' in page
        picture = browser.get(f"/reports/{week}/{name}.svg")
        assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    missing = browser.get(f"/reports/{week}/planets.svg")
    assert missing.status_code == 404
    assert "has no picture of this name" in missing.text


def test_a_campaign_that_is_not_there_has_no_picture(signed_in: SignedIn, world: World) -> None:
    browser = signed_in(Role.viewer)
    for name in ("states", "world"):
        assert browser.get(f"/campaigns/nothing/{name}.svg").status_code == 404
