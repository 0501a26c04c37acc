"""The report on paper: the numbers of the other surfaces, and nothing of the machine."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from outreach.campaigns.tables import CampaignState
from outreach.contacts.states import MemberStates
from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import ThreadState
from outreach.reports import paper, rendering, spreadsheet
from outreach.reports.figures import Figures
from outreach.reports.pictures.drawing import svg
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.rendering import Links
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind
from tests.reports.counted import compute
from tests.reports.generated import generate
from tests.reports.reading import Page
from tests.reports.rows import Rows
from tests.typesetting.reading import Pdf

# What the figures are made from is not the subject here: one kind of database is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
BEFORE = IN_WEEK - timedelta(days=7)
MONDAY_AT_8 = datetime(2026, 11, 30, 7, tzinfo=UTC)
DESK = Links("https://desk.example.org")
CODE = '#panic() #read("/etc/passwd") *strong* <script>alert(1)</script>'


@pytest.fixture
def much(rows: Rows, zone: ZoneInfo) -> None:
    """Everything that may happen, at random."""
    generate(rows, 7, zone)


@pytest.fixture
def figures(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    """More answers than a mail shows, with what strangers wrote in every text."""
    campaign = rows.campaign("Close the <office> #panic()", state=CampaignState.paused)
    for number in range(rendering.LONGEST + 3):
        contact = rows.contact(rows.mission("EG", f"Mission {number} #panic()"), "-1+1")
        copy = rows.sent(campaign, contact, IN_WEEK)
        rows.event(copy, EventKind.opened, IN_WEEK, Agent.person, happened_at=BEFORE)
        thread = rows.thread(campaign, contact.mission_id, ThreadState.waiting_for_us)
        text = f"{CODE} نشكركم {number}" if number else ""
        rows.mail(MailKind.reply, IN_WEEK, thread_id=thread.id, text=text)
    rows.copy(campaign, rows.contact(), State.skipped, reason="no letter in *Klingon*")
    rows.copy(campaign, rows.contact(), planned_at=MONDAY_AT_8)
    asked = {"zone": zone, "states": states, "now": MONDAY_AT_8}
    before = compute(rows.session, week.previous, **asked)
    return compute(rows.session, week, **asked, before=before)


@pytest.fixture
def nothing(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)


@pytest.mark.usefixtures("much")
def test_paper_page_and_table_say_the_same_numbers(figures: Figures) -> None:
    on_paper = paper.values(figures, DESK)
    page = Page(rendering.as_html(figures, DESK)).rows
    on_page = {row[0]: row[1:] for row in page if len(row) == 5 and row[1] != "Week"}
    in_csv = list(csv.reader(io.StringIO(spreadsheet.as_csv(figures, DESK))))[1:]
    shown = [row for group in on_paper["groups"] for row in group["rows"]]
    assert len(shown) == len(on_page) > 15
    for (label, late, *told), (name, week, so_far, of, *_) in zip(shown, in_csv, strict=False):
        assert name.endswith(label)
        assert [number(told[at]) for at in (0, 2, 3)] == [int(week), int(so_far), int(of)]
        assert on_page[label + late] == told
    assert any(late for _, late, *_ in shown)


def test_what_is_to_do_and_what_goes_next_is_all_there(figures: Figures) -> None:
    on_paper = paper.values(figures, DESK)
    fragment = rendering.as_fragment(figures, DESK)
    links = [item["link"] for name in ("needs", "answers", "coming") for item in on_paper[name]]
    assert {link for link in links if link} <= set(Page(fragment).links)
    assert len(on_paper["answers"]) == len(figures.answers) > rendering.LONGEST
    copies = sum(number(item["copies"]) for item in on_paper["coming"])
    assert copies == sum(item.copies for item in figures.coming) > 0
    assert any(item["remark"].startswith("only once it runs") for item in on_paper["coming"])
    (held,) = (each for each in on_paper["at_the_end"] if each["title"].startswith("Why"))
    rows = [(name, number(week), number(so_far)) for name, week, so_far, _ in cells(held)]
    assert rows == [(each.reason, each.count.week, each.count.so_far) for each in figures.held_back]


def cells(table: dict[str, Any]) -> list[tuple[str, ...]]:
    return [row["cells"] for row in table["rows"]]


def test_everything_stands_in_the_file_and_what_strangers_wrote_as_it_is(
    figures: Figures,
) -> None:
    text = Pdf(paper.as_pdf(figures, DESK)).text
    letters = re.sub(r"\s", "", text)
    values = paper.values(figures, DESK)
    del values["words"]  # of which some stand where something is missing
    for written in texts(values):
        for line in written.splitlines():
            assert re.sub(r"\s", "", line) in letters or not line.isascii(), line
    assert letters.count("<script>alert(1)</script>") == rendering.LONGEST + 2
    assert "(notextofitsown)" in letters


def test_an_empty_week_is_told_in_whole_sentences(nothing: Figures) -> None:
    text = " ".join(Pdf(paper.as_pdf(nothing, DESK)).text.split())
    for sentence in (
        "This week no letters left; no missions answered.",
        "Nothing.",
        "Nobody answered this week.",
        "Nothing is planned to go.",
        "Not measured: no copy carries an image.",
    ):
        assert sentence.replace(" ", "") in text.replace(" ", "")


def test_the_change_is_against_the_report_of_the_week_before(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    campaign = rows.campaign()
    for at in (IN_WEEK, IN_WEEK, IN_WEEK, IN_WEEK - timedelta(days=7)):
        rows.sent(campaign, rows.contact(), at)
    rows.copy(campaign, rows.contact(), State.failed, settled_at=IN_WEEK - timedelta(days=7))
    asked = {"zone": zone, "states": states, "now": MONDAY_AT_8}
    before = compute(rows.session, week.previous, **asked)
    figures = compute(rows.session, week, **asked, before=before)
    told = changes(paper.values(figures, DESK))
    assert (told["Sent"], told["Refused"], told["Complaints"]) == ("+2", "–1", "±0")
    assert figures.before
    del figures.before["late"]  # a report from before the figure was thought of
    assert changes(paper.values(figures, DESK))["Too late, not sent"] == "–"


def test_without_a_report_of_the_week_before_there_is_no_column_of_changes(
    figures: Figures,
) -> None:
    assert "Change" in Pdf(paper.as_pdf(figures, DESK)).text
    alone = figures.model_copy(update={"before": None})
    assert "Change" not in Pdf(paper.as_pdf(alone, DESK)).text


def test_the_stored_report_gives_the_bytes_that_were_made_first(
    figures: Figures,
) -> None:
    stored = Figures.model_validate(figures.model_dump(mode="json"))
    assert paper.as_pdf(stored, DESK) == paper.as_pdf(figures, DESK)


def test_the_file_is_tagged_and_names_its_title_and_moment_and_no_author(
    figures: Figures,
) -> None:
    data = paper.as_pdf(figures, DESK)
    for sign in (b"pdfuaid:part", b"/StructTreeRoot", b"/Lang(en)", b"D:20261130070000Z"):
        assert sign in data
    assert b"Weekly report: week 48 of 2026" in data
    assert b"/Author" not in data
    assert not re.search(rb"/home|/work|/root|file:", data)


def test_a_mission_with_much_to_say_is_named_in_part(figures: Figures) -> None:
    need = figures.needs[0].model_copy(update={"missions": [f"Mission {n}" for n in range(15)]})
    told = paper.values(figures.model_copy(update={"needs": [need]}), DESK)["needs"][0]
    assert told["missions"].endswith("Mission 11; and 3 more")


def test_the_pictures_are_those_of_the_desk_with_their_words_and_numbers(
    figures: Figures,
) -> None:
    pictures, drawn = pictures_of(figures), paper.values(figures, DESK)["pictures"]
    assert len(pictures) == len(drawn) > 1
    for picture, on_paper in zip(pictures, drawn, strict=True):
        assert on_paper["svg"] == svg(picture.spec)
        assert on_paper["says"] == picture.says
        cells = [cell.replace(",", "") for row in on_paper["rows"] for cell in row]
        assert cells == [str(cell).replace(",", "") for row in picture.rows for cell in row]
    data = paper.as_pdf(figures, DESK)
    assert data.count(b"/S/Figure") == len(pictures)
    assert data.count(b"/Alt(") >= len(pictures)


def changes(values: dict[str, Any]) -> dict[str, str]:
    return {row[0]: row[3] for group in values["groups"] for row in group["rows"]}


def number(text: str) -> int:
    """Of "1,200" or "1,200 written to"."""
    return int(text.split()[0].replace(",", ""))


def texts(value: Any) -> list[str]:
    """All that is shown: addresses stand behind words, and words for pictures behind those."""
    match value:
        case str():
            return [] if value.startswith(("https://", "<svg")) else [value]
        case dict():
            shown = (each for name, each in value.items() if name != "says")
            return [text for each in shown for text in texts(each)]
        case list():
            return [text for each in value for text in texts(each)]
    return []
