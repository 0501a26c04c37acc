"""What holds for every page of the desk."""

import re
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from outreach.wiring import Outreach
from tests.web.reading import links
from tests.web.reporting import a_report
from tests.web.world import (
    HOSTILE,
    World,
)

# What the database does with it is the rooms' and the desk's matter: one kind is enough here.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

OF_ITS_OWN = r'<script(?! src="/static/)|<style|\sstyle=|\son\w+=|javascript:'


def test_every_link_of_every_page_answers_and_nothing_comes_from_elsewhere(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    a_report(outreach)
    seen: set[str] = set()
    ahead = ["/"]
    while ahead:
        path = ahead.pop()
        seen.add(path)
        with viewer.get(path, follow_redirects=True) as answer:
            assert answer.status_code == 200, path
            if answer.mimetype == "text/html" and not path.partition("?")[0].endswith("/html"):
                found = {urljoin(path, link).partition("#")[0] for link in links(answer.text)}
                assert all(link.startswith("/") for link in found), path
                ahead += found - seen - set(ahead)
    for start in (
        "/campaigns/",
        "/deliveries/",
        "/inbox/threads/",
        "/inbox/mail/",
        "/reports/",
        "/letters/",
    ):
        assert any(path.startswith(start) for path in seen), start


def test_no_page_has_script_or_style_in_it_or_lets_a_stranger_add_some(
    viewer: FlaskClient, world: World
) -> None:
    for path in pages(world):
        answer = viewer.get(path)
        page = answer.text
        assert HOSTILE not in page
        assert not re.search(OF_ITS_OWN, page), path
        policy_of_page = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy_of_page
        assert "unsafe" not in policy_of_page
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def pages(world: World) -> list[str]:
    return [
        "/",
        "/campaigns/wipo",
        f"/deliveries/{world.sent.id}",
        f"/deliveries/{world.held.id}",
        f"/deliveries/{world.in_doubt.id}",
        "/inbox",
        f"/inbox/threads/{world.thread.id}",
        f"/inbox/mail/{world.reply.id}",
        f"/inbox/mail/{world.stray.id}?state=France",
        f"/inbox/raw/{world.unreadable.id}",
        "/letters",
        "/letters/whales",
        "/letters/whales/letter/en",
        "/letters/whales/letter/en/versions",
        "/reports",
        "/no/such/page",
    ]


def test_pages_have_landmarks_one_heading_and_labels(viewer: FlaskClient, world: World) -> None:
    for path in pages(world):
        page = viewer.get(path).text
        assert page.count("<main") == page.count("<h1") == 1, path
        assert '<html lang="en">' in page
        for field in re.findall(r'<(?:input|select)[^>]* id="([^"]+)"', page):
            assert f'for="{field}"' in page, (path, field)


def test_an_empty_desk_says_what_to_do_first(viewer: FlaskClient) -> None:
    assert "outreach inbox ingest" in viewer.get("/inbox").text
    assert "outreach report weekly" in viewer.get("/reports").text


def test_a_viewer_is_not_offered_what_only_organizers_may(
    viewer: FlaskClient, world: World
) -> None:
    assert "It did not go" not in viewer.get(f"/deliveries/{world.in_doubt.id}").text
    stray = viewer.get(f"/inbox/mail/{world.stray.id}?state=France").text
    assert "File it here" not in stray
    assert "An organizer can file this mail" in stray
    assert "/close" not in viewer.get(f"/inbox/threads/{world.thread.id}").text


OF_ITS_OWN = r'<script(?! src="/static/)|<style|\sstyle=|\son\w+=|javascript:'


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=99999999999999999999"])
def test_a_page_that_cannot_be_is_refused(viewer: FlaskClient, world: World, query: str) -> None:
    assert viewer.get(f"/campaigns/wipo?{query}").status_code == 400


@pytest.mark.parametrize("before", ["x", "2026-12-01_1", "2026-12-01T00:00:00+00:00_x"])
def test_a_moment_that_cannot_be_is_refused(viewer: FlaskClient, before: str) -> None:
    assert viewer.get("/inbox", query_string={"before": before}).status_code == 400


def test_times_are_shown_with_their_zone(viewer: FlaskClient, world: World) -> None:
    page = viewer.get(f"/inbox/mail/{world.reply.id}").text
    assert "Tue 1 Dec 2026, 10:00 CET" in page
    assert "Times are those of Europe/Zurich" in page


def test_a_report_is_shown_with_what_it_leads_to(
    viewer: FlaskClient, world: World, outreach: Outreach
) -> None:
    week = a_report(outreach)
    assert f"/reports/{week}" in viewer.get("/reports").text
    page = viewer.get(f"/reports/{week}").text
    assert f"Week {week.number} of {week.year}" in page
    assert "What needs a person" in page
    assert HOSTILE not in page


def test_a_week_without_a_report_says_how_to_make_it(viewer: FlaskClient) -> None:
    answer = viewer.get("/reports/2026-W40")
    assert answer.status_code == 404
    assert "outreach report weekly --week 2026-W40" in answer.text
    assert viewer.get("/reports/next-week").status_code == 400
