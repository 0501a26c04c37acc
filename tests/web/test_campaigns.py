"""The overview and a campaign's page: its figures, its contacts, what is held back."""

import re
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient

from outreach.accounts import audit
from outreach.campaigns import refusals
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.db import Database
from outreach.delivery.carriers import Outcome
from outreach.delivery.tables import State
from outreach.tokens import Tokens
from outreach.tracking.tables import Agent, OpenCount
from outreach.web.paging import ROWS
from outreach.wiring import Outreach
from tests.web.reading import text
from tests.web.world import (
    World,
    a_campaign,
    a_contact,
    a_copy,
    a_thread,
    count,
)


def test_the_first_page_says_what_needs_a_person(
    viewer: FlaskClient, world: World, database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        a_campaign(session, now, "next", name="The next one", state=CampaignState.planned)
    page = text(viewer.get("/").text)
    for needed in (
        "The plan of The next one waits for approval",
        "1 mail in the holding pen",
        "1 mail could not be read",
        "1 copy in doubt",
        "1 contact held back",
        "has not been reviewed by a person",
        "letter.ar",
    ):
        assert needed in page, needed
    assert "went to 1 of 2 (50%)" in page
    assert "One mission has answered" in page


def test_a_campaign_shows_its_contacts_with_what_became_of_each(
    viewer: FlaskClient, world: World
) -> None:
    page = viewer.get("/campaigns/wipo").text
    shown = text(page)
    assert "contact.family_name has no value" in shown
    assert "1 of 2 (50%)" in shown
    for name in ("France", "Egypt", "Japan"):
        assert name in shown
    assert f"/inbox/threads/{world.thread.id}" in page


def test_what_came_too_late_is_not_held_back(
    viewer: FlaskClient, world: World, database: Database, tokens: Tokens, now: datetime
) -> None:
    reason = "it could not go before its latest time"
    with database.transaction() as session:
        late = a_copy(
            session, tokens, now, world.campaign, a_contact(session, "KE", now),
            state=State.skipped, expires_at=now, reason=reason,
        )  # fmt: skip
        count(session)
    first = text(viewer.get("/").text)
    assert "went to 1 of 3 (33%)" in first
    assert "1 too late ; 1 held back" in first
    page = text(viewer.get("/campaigns/wipo").text)
    assert "Too late could not go before its latest time 1 of 3 (33%)" in page
    assert "by a rule; not among the others 1 0" in page
    for stands, shown, other in (("too_late", "Kenya", "Japan"), ("skipped", "Japan", "Kenya")):
        rows = viewer.get(f"/campaigns/wipo?stands={stands}").text.partition("<tbody role")[2]
        assert shown in rows
        assert other not in rows
    copy = text(viewer.get(f"/deliveries/{late.id}").text)
    assert "too late" in copy
    assert "held back" not in copy.partition("This copy has no content")[0]


def test_what_opens_a_list_of_names_says_of_what(viewer: FlaskClient, world: World) -> None:
    summaries = re.findall(r"<summary>([^<]+)</summary>", viewer.get("/").text)
    assert "Which files" in summaries
    assert "Which" not in summaries


@pytest.mark.parametrize(
    ("opens", "said"),
    [
        ("person", "Image loaded"),
        ("count", "loaded 7 times by people, 0 times by machines"),
        ("off", "carry no image"),
    ],
)
def test_what_is_shown_of_opens_is_what_the_schedule_keeps(
    viewer: FlaskClient, world: World, database: Database, now: datetime, opens: str, said: str
) -> None:
    with database.transaction() as session:
        campaign = session.get_one(Campaign, world.campaign.id)
        campaign.source = campaign.source.replace('opens = "person"', f'opens = "{opens}"')
        for day in (1, 2):
            session.add(
                OpenCount(
                    campaign_id=campaign.id,
                    step=1,
                    day=date(2026, 12, day),
                    agent=Agent.person,
                    loads=2 + day,
                )
            )
    page = viewer.get("/campaigns/wipo").text
    assert said in text(page)
    assert ("Image loaded" in text(page)) == (opens == "person")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("who=France", {"FR"}),
        ("who=فرنسا", {"FR"}),
        ("who=jp", {"JP"}),
        ("who=EG@mission.example", {"EG"}),
        ("who=mission+of", {"FR", "EG", "JP"}),
        ("who=ambass+eg", {"EG"}),
        ("who=bassador", set()),
        ("who=%25", set()),
        ("stands=unknown", {"EG"}),
        ("stands=skipped", {"JP"}),
        ("stands=cancelled", {"FR"}),
        ("stands=answered", {"FR"}),
        ("stands=no_answer", {"EG", "JP"}),
        ("stands=image_loaded", {"FR"}),
        ("stands=nonsense", {"FR", "EG", "JP"}),
        ("language=ar", {"EG"}),
        ("who=France&stands=unknown", set()),
    ],
)
def test_contacts_can_be_filtered(
    viewer: FlaskClient, world: World, query: str, expected: set[str]
) -> None:
    page = viewer.get(f"/campaigns/wipo?{query}").text
    names = {"FR": "France", "EG": "Egypt", "JP": "Japan"}
    titles = set(re.findall(r'class="title">([^<]+)<', page))
    assert titles == {names[code] for code in expected}
    if not expected:
        assert "No contact of this campaign is like that" in page


def test_long_lists_are_paged_and_each_row_comes_once(
    viewer: FlaskClient, database: Database, tokens: Tokens, outreach: Outreach, now: datetime
) -> None:
    with database.transaction() as session:
        campaign = a_campaign(session, now)
        for state in list(outreach.states)[: 2 * ROWS + 1]:
            contact = a_contact(session, state.code, now)
            a_copy(session, tokens, now, campaign, contact, state=State.sent)
            a_thread(session, campaign, contact, now)
    for path, rows, sizes in (
        ("/campaigns/wipo?who=mission", r"/deliveries/(\d+)", [ROWS, ROWS, 1]),
        ("/inbox?turn=waiting_for_us", r"/inbox/threads/(\d+)", [ROWS, ROWS, 1]),
    ):
        seen: list[str] = []
        for size in sizes:
            page = viewer.get(path).text
            found = re.findall(rows, page)
            assert len(found) == size
            seen += found
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        assert path == ""
        assert len(set(seen)) == len(seen) == sum(sizes)


def test_who_has_a_copy_in_a_state_is_listed_once_whichever_step_it_is_of(
    viewer: FlaskClient, database: Database, tokens: Tokens, outreach: Outreach, now: datetime
) -> None:
    states = [state.code for state in outreach.states][: ROWS + 20]
    with database.transaction() as session:
        campaign = a_campaign(session, now)
        for number, code in enumerate(states):
            contact, came_back = a_contact(session, code, now), number < 10
            first = State.bounced if came_back else State.sent
            a_copy(session, tokens, now, campaign, contact, state=first)
            second = State.bounced if number % 10 or came_back else State.sent
            a_copy(session, tokens, now, campaign, contact, step=2, state=second)
    seen: list[str] = []
    path = "/campaigns/wipo?stands=bounced"
    while path:
        page = viewer.get(path).text
        seen += re.findall(r'class="title">([^<]+)<', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(set(seen)) == len(seen) == ROWS + 20 - 6
    for wrong in ("x_1", "1_x", "1000_1"):
        assert viewer.get(f"/campaigns/wipo?stands=bounced&after={wrong}").status_code == 400


def test_sending_that_stands_still_is_seen_with_the_last_answer(
    viewer: FlaskClient, outreach: Outreach, world: World, tokens: Tokens, now: datetime
) -> None:
    assert "another try" not in viewer.get("/campaigns/wipo").text
    with outreach.database.transaction() as session:
        contact = a_contact(session, "CL", now)
        a_copy(
            session, tokens, now, world.campaign, contact,
            state=State.queued, due_at=now, reason="535 5.7.8 <wrong password>",
        )  # fmt: skip
    for page in ("/", "/campaigns/wipo"):
        shown = text(viewer.get(page).text)
        assert "1 copy waits for another try. The last answer: 535 5.7.8 &lt;wrong" in shown


def test_why_a_campaign_paused_by_itself_stands_on_both_pages(
    viewer: FlaskClient, outreach: Outreach, world: World, now: datetime
) -> None:
    with outreach.database.transaction() as session:
        campaign = session.get_one(Campaign, world.campaign.id)
        refusals.watch(session, {campaign.id or 0: [Outcome("refused", "550 no")] * 10}, now)
    for page in ("/", "/campaigns/wipo"):
        shown = text(viewer.get(page).text)
        assert "10 letters in a row were refused; the last answer: 550 no" in shown
    assert "Close the Russia office is paused: 10 letters" in text(viewer.get("/").text)
    assert "Nothing leaves until somebody lets it go on" in text(viewer.get("/campaigns/wipo").text)


def test_all_letters_are_there_for_paper_and_taking_them_is_noted(
    viewer: FlaskClient, world: World, database: Database
) -> None:
    path = "/campaigns/wipo/letters.zip"
    page = viewer.get("/campaigns/wipo").text
    assert f'href="{path}"' in page
    assert f'href="{path}?step=2"' in page
    answer = viewer.get(f"{path}?step=1")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="wipo-letters.zip"'
    packed = ZipFile(BytesIO(answer.data))
    assert packed.namelist() == ["EG Egypt - letter.pdf", "FR France - letter.pdf", "index.txt"]
    assert b"JP Japan - letter: There is no letter: contact.family" in packed.read("index.txt")
    with database.reading() as session:
        (entry,) = audit.latest(session)
    assert (entry.act, entry.subject) == ("letters exported", "campaign wipo")
    assert viewer.get("/campaigns/nothing/letters.zip").status_code == 404
