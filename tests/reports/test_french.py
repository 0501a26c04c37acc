"""The report for who reads French: the same figures, in the words and names of French."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from outreach import texts
from outreach.contacts.states import MemberStates
from outreach.inbox.kinds import MailKind
from outreach.reports import headlines, paper, rendering
from outreach.reports.figures import Figures
from outreach.reports.pictures import drawing
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.rendering import Links
from outreach.reports.retelling import retold
from outreach.reports.weeks import Week
from tests.reports.counted import compute
from tests.reports.reading import Page
from tests.reports.rows import Rows
from tests.typesetting.reading import Pdf

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
AFTER = datetime(2026, 11, 30, 7, tzinfo=UTC)

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def figures(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    campaign = rows.campaign("Spring")
    for code, name in (("EG", "Embassy"), ("CH", "Mission of Switzerland")):
        contact = rows.contact(rows.mission(code, name))
        rows.sent(campaign, contact, IN_WEEK)
        thread = rows.thread(campaign, contact.mission_id)
        rows.mail(MailKind.reply, IN_WEEK, thread_id=thread.id)
    return compute(rows.session, week, zone=zone, states=states, now=AFTER)


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def test_a_page_has_the_same_numbers_in_french_words(figures: Figures) -> None:
    english = rendering.as_fragment(figures, Links())
    with texts.speaking("fr"):
        french = rendering.as_fragment(retold(figures), Links())
    in_both = [Page(page).rows for page in (english, french)]
    shown = [[numbers(row[-1]) for row in rows if len(row) == 4] for rows in in_both]
    assert sorted(shown[0]) == sorted(shown[1])
    assert "Les chiffres" in french
    assert "Embassy, Égypte" in french
    assert "Mission of Switzerland, " not in french
    assert "Afrique" in french
    assert "Africa" not in french
    assert rendering.as_fragment(figures, Links()) == english


def test_pictures_are_drawn_in_the_language_that_is_spoken(figures: Figures) -> None:
    english = [drawing.svg(each.spec) for each in pictures_of(figures)]
    with texts.speaking("fr"):
        french = [drawing.svg(each.spec) for each in pictures_of(retold(figures))]
    assert "The 193 states on the map" in english[0]
    assert "Les 193 États sur la carte" in french[0]
    assert "Égypte" in french[0]
    assert "50%" in english[2]
    assert "50\N{NARROW NO-BREAK SPACE}%" in french[2]


def test_paper_speaks_french_as_well(figures: Figures) -> None:
    with texts.speaking("fr"):
        written = Pdf(paper.as_pdf(retold(figures), Links())).text
    assert "Semaine" in written
    assert "The figures" not in written


def test_what_nobody_did_is_told_without_a_number(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    nothing = compute(rows.session, week, zone=zone, states=states, now=AFTER)
    with texts.speaking("fr"):
        first, *_, last = headlines.headlines(nothing)
    assert "aucune lettre" in first
    assert last == "Rien ne demande l’attention de quelqu’un."
