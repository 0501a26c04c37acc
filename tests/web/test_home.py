"""The first page: the first steps, what goes next, and sends and answers by day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from outreach.accounts.tables import Role
from outreach.campaigns.tables import CampaignState
from outreach.contacts.tables import Contact
from outreach.delivery.tables import State
from outreach.reports.counters import keeping
from outreach.reports.tables import StuckNow
from outreach.wiring import Outreach
from tests.web.conftest import SignedIn
from tests.web.reading import text
from tests.web.world import World, a_campaign, a_contact, a_copy, an_organizer

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def count(outreach: Outreach) -> None:
    keeping.keep_up(outreach.database, ZoneInfo(outreach.settings.timezone), lambda: False)


def test_an_empty_desk_leads_from_step_to_step(
    signed_in: SignedIn, outreach: Outreach, now: datetime
) -> None:
    admin = signed_in(Role.admin)
    page = admin.get("/").text
    assert 'href="/contacts/import"' in page
    assert 'href="/people#invite"' in page
    assert 'href="/campaigns">Plan a campaign' in page
    assert text(page).count(" done ") == 1  # the shipped letter
    with outreach.database.transaction() as session:
        a_contact(session, "FR", now)
        a_campaign(session, now, state=CampaignState.planned)
        an_organizer(session, now, Role.approver)
    page = admin.get("/").text
    assert text(page).count(" done ") == 4
    assert "Have the plan approved" in page
    assert "waits for approval" in page


def test_a_viewer_is_told_who_can_take_the_first_steps(viewer: FlaskClient) -> None:
    page = viewer.get("/").text
    assert 'href="/contacts/import"' not in page
    assert "Somebody who is admin can do this" in page


def test_once_letters_go_the_first_steps_are_gone(viewer: FlaskClient, world: World) -> None:
    assert "What to do first" not in viewer.get("/").text


def test_what_goes_next_is_told_by_step_with_what_holds_it(
    viewer: FlaskClient, world: World, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        held = a_campaign(session, now, "held", name="Held", state=CampaignState.paused)
        france = session.get_one(Contact, world.sent.contact_id)
        egypt = session.get_one(Contact, world.in_doubt.contact_id)
        for contact, days in ((france, 3), (egypt, 5)):
            planned_at, tokens = now + timedelta(days=days), outreach.tokens
            a_copy(
                session, tokens, now, held, contact,
                state=State.queued, step=2, planned_at=planned_at, settled_at=None,
            )  # fmt: skip
    count(outreach)
    page = text(viewer.get("/").text)
    assert "Held , step 2 only once it runs: it is paused now" in page
    assert "Fri 4 Dec 2026 to Sun 6 Dec 2026 2" in page


def test_sends_and_answers_are_drawn_and_stand_in_a_table(
    viewer: FlaskClient, world: World
) -> None:
    page = viewer.get("/").text
    assert '<img src="/days.svg" alt="Sends and answers by day, Wed 18 Nov to Tue 1 Dec' in page
    assert "Tue 1 Dec 1 1" in text(page)
    picture = viewer.get("/days.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")


def test_where_nothing_happened_in_two_weeks_there_is_no_picture(
    viewer: FlaskClient, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        a_campaign(session, now)
    assert "nothing left and nobody answered" in viewer.get("/").text
    assert viewer.get("/days.svg").status_code == 404


def test_the_newest_campaign_has_its_map_here_and_each_on_its_own_page(
    viewer: FlaskClient, world: World, outreach: Outreach, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        a_campaign(session, now, "newer", name="Newer", state=CampaignState.running)
    page = viewer.get("/").text
    assert page.count("<iframe") == 1
    assert 'src="/campaigns/newer/world.svg"' in page
    assert f'href="/campaigns/{world.campaign.slug}#states"' in page
    assert (
        f'src="/campaigns/{world.campaign.slug}/world.svg"'
        in viewer.get(f"/campaigns/{world.campaign.slug}").text
    )


def test_what_the_worker_found_stuck_stands_there_until_nobody_looks_any_more(
    viewer: FlaskClient, outreach: Outreach, now: datetime
) -> None:
    need = {"kind": "unreachable", "count": 1, "missions": ["Mission of Atlantis"]}
    with outreach.database.transaction() as session:
        session.add(StuckNow(id=1, looked_at=now, needs=[need]))
    assert "Mission of Atlantis" in viewer.get("/").text
    with outreach.database.transaction() as session:
        session.get_one(StuckNow, 1).looked_at = now - timedelta(minutes=3)
    assert "Mission of Atlantis" not in viewer.get("/").text
