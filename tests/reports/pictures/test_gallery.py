"""A report's pictures: the numbers of the report, and none where there is nothing to show."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach.contacts.states import MemberStates
from outreach.inbox.kinds import MailKind
from outreach.reports import rendering
from outreach.reports.figures import Figures
from outreach.reports.pictures.drawing import svg
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture
from outreach.reports.rendering import Links
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind
from tests.reports.counted import compute
from tests.reports.rows import Rows

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)

# What the figures are made from is not the subject here: one kind of database is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def nothing(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY)


@pytest.fixture
def figures(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    """Three missions are written to, two load the image, and the one in Kenya answers."""
    campaign = rows.campaign()
    for code in ("KE", "FR", "DE"):
        contact = rows.contact(rows.mission(code))
        copy = rows.sent(campaign, contact, IN_WEEK)
        if code != "FR":
            rows.event(copy, EventKind.opened, IN_WEEK, Agent.person)
        if code == "KE":
            thread = rows.thread(campaign, contact.mission_id)
            rows.mail(MailKind.reply, IN_WEEK, thread_id=thread.id)
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY)


def by_name(figures: Figures) -> dict[str, Picture]:
    return {picture.name: picture for picture in pictures_of(figures)}


def test_the_pictures_have_the_report_s_numbers_and_denominators(figures: Figures) -> None:
    made = by_name(figures)
    assert list(made) == ["world", "states", "flow", "days", "regions"]
    assert made["flow"].rows == (
        ("Planned", 3, 3, "in all plans"),
        ("Sent", 3, 3, "in all plans"),
        ("Image loaded by people", 2, 3, "with image"),
        ("Missions that answered", 1, 3, "written to"),
    )
    assert made["regions"].rows == (
        ("Africa", 1, 1, "written to"),
        ("Europe", 0, 2, "written to"),
    )
    assert made["states"].rows[0][:2] == ("Not written to", 190)
    assert made["states"].rows[1:] == (
        ("Sent", 1, "France"),
        ("Image loaded by people", 1, "Germany"),
        ("Replied, no outcome", 1, "Kenya"),
    )
    assert made["world"].rows == made["states"].rows
    assert ("Tue 24 Nov", 3, 1) in made["days"].rows


def test_each_says_in_words_what_it_shows(figures: Figures) -> None:
    says = {name: picture.says for name, picture in by_name(figures).items()}
    assert "Missions that answered: 1 of 3 written to." in says["flow"]
    assert says["regions"] == (
        "Missions that answered, by region, so far. "
        "Africa: 1 of 1 written to; Europe: 0 of 2 written to."
    )
    assert says["days"] == (
        "Sends and answers by day, Mon 16 Nov to Sun 29 Nov: "
        "3 copies sent, the most on Tue 24 Nov (3); "
        "1 reply by people, the most on Tue 24 Nov (1)."
    )


def test_a_table_has_a_cell_for_each_column(figures: Figures) -> None:
    for picture in pictures_of(figures):
        assert {len(row) for row in picture.rows} == {len(picture.columns)}


def test_what_the_words_in_a_bar_say_is_drawn(figures: Figures) -> None:
    assert "Image loaded by people: 2 of 3 with image" in svg(by_name(figures)["flow"].spec)


def test_where_nothing_happened_only_the_states_are_shown(nothing: Figures) -> None:
    assert list(by_name(nothing)) == ["world", "states"]


def test_a_report_from_before_there_were_pictures_still_has_those_of_its_figures(
    figures: Figures,
) -> None:
    stored = figures.model_dump(mode="json")
    del stored["states"], stored["days"]
    old = Figures.model_validate(stored)
    assert list(by_name(old)) == ["flow", "regions"]
    links = Links("https://desk.example.org")
    for text in (rendering.as_html(old, links), rendering.as_text(old, links)):
        assert "states stand" not in text.lower()


def test_a_stored_report_gives_the_same_pictures_again(figures: Figures) -> None:
    again = Figures.model_validate_json(figures.model_dump_json())
    assert pictures_of(again) == pictures_of(figures)


def test_the_desk_shows_pictures_with_their_numbers_and_the_mail_tables_only(
    figures: Figures,
) -> None:
    page = rendering.as_fragment(figures, Links())
    for picture in pictures_of(figures):
        assert f'<img src="/reports/2026-W48/{picture.name}.svg" alt="{picture.says}">' in page
        assert f"<summary>The numbers: {picture.title}</summary>" in page
    mail = rendering.as_html(figures, Links("https://desk.example.org"))
    assert "<img" not in mail
    assert "Where the 193 states stand" in mail
    text = rendering.as_text(figures, Links("https://desk.example.org"))
    assert "WHERE THE 193 STATES STAND" in text
    assert "\nNot written to                         190\n" in text
