"""One report on every surface: the same figures, in words that are right."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.contacts.states import MemberStates
from outreach.db import Database
from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import ThreadState
from outreach.reports import rendering, wording
from outreach.reports.answers import OPENING
from outreach.reports.definitions import ANSWERS, COPIES, OPENED
from outreach.reports.figures import Count, Figures
from outreach.reports.needs import Need
from outreach.reports.rendering import Links
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, EventKind, OpenCount
from tests.reports.counted import compute
from tests.reports.reading import Page
from tests.reports.rows import Rows

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
MONDAY_AT_8 = datetime(2026, 11, 30, 7, tzinfo=UTC)
DESK = Links("https://desk.example.org")


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Of one kind only: what the figures are made from is not the subject here."""
    made = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'outreach.db')}")
    yield made
    made.close()


@pytest.fixture
def figures(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    """One of everything, and more answers than a mail shows."""
    campaign = rows.campaign("Close the <office>", slug="close")
    for state in islice(states, rendering.LONGEST + 3):
        contact = rows.contact(rows.mission(state.code, f"Mission of {state.name}"), "geneva")
        copy = rows.sent(campaign, contact, IN_WEEK)
        rows.event(copy, EventKind.opened, IN_WEEK, Agent.person)
        thread = rows.thread(campaign, contact.mission_id, ThreadState.waiting_for_us)
        text = "<script>alert(1)</script> " + "We have received your letter. " * 20
        rows.mail(MailKind.reply, IN_WEEK, thread_id=thread.id, text=text)
    rows.copy(campaign, rows.contact(), State.bounced, settled_at=IN_WEEK)
    rows.copy(campaign, rows.contact(), State.unknown, settled_at=IN_WEEK)
    rows.copy(campaign, rows.contact(), State.skipped, reason="no letter in Klingon")
    rows.copy(campaign, rows.contact(), planned_at=MONDAY_AT_8)
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)


@pytest.fixture
def nothing(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)


def test_every_surface_shows_the_same_numbers(figures: Figures) -> None:
    shown = [
        (line.figure.label, line.week, line.so_far, line.of)
        for group in (COPIES, OPENED, ANSWERS)
        for line in wording.lines(figures, group)
    ]
    page = Page(rendering.as_html(figures, DESK))
    in_html = {row[0]: row[1:] for row in page.rows if len(row) == 4}
    text = rendering.as_text(figures, DESK)
    in_csv = [
        row for row in list(csv.reader(io.StringIO(rendering.as_csv(figures))))[1:] if not row[5]
    ]
    in_json = json.loads(json.dumps(rendering.as_json(figures)))["counts"]
    assert len(shown) == len(in_csv) == 19
    for (label, week, so_far, of), row in zip(shown, in_csv, strict=True):
        assert row[0].endswith(label)
        assert [int(cell) for cell in row[1:4]] == [week, so_far, of]
        assert in_html[label][:2] == [str(week), str(so_far)]
        assert in_html[label][2].split()[0] == str(of)
        assert re.search(rf"^{label} +{week} +{so_far}  of {of} ", text, re.MULTILINE)
    assert in_json["sent"]["week"] == figures.counts["sent"].week == 24
    assert in_json["sent"]["of"] == "copies"


def test_a_spreadsheet_opens_the_table_as_it_is_and_runs_nothing_in_it(figures: Figures) -> None:
    evil = figures.lists[0].model_copy(update={"name": '=HYPERLINK("https://evil.example";"é")'})
    written = rendering.as_csv(figures.model_copy(update={"lists": [evil]}))
    data = written.encode()
    assert data.startswith(b"\xef\xbb\xbffigure,week,so far,")
    assert data.count(b"\r\n") == data.count(b"\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {7}
    assert {row[6] for row in rows if row[5] == "list"} == {"'" + evil.name}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_the_table_has_regions_and_lists_too(figures: Figures) -> None:
    rows = list(csv.reader(io.StringIO(rendering.as_csv(figures))))
    africa = next(part for part in figures.regions if part.name == "Africa")
    sent = next(row for row in rows if row[0] == "Sent" and row[5:] == ["region", "Africa"])
    counts = (africa.counts["sent"].week, africa.counts["sent"].so_far)
    assert (int(sent[1]), int(sent[2])) == counts
    assert int(sent[3]) == africa.counts["copies"].so_far


def test_the_mail_is_small_and_fetches_nothing_and_links_to_the_desk_only(
    figures: Figures,
) -> None:
    much = {name: getattr(figures, name) * 50 for name in ("needs", "coming", "lists")}
    wordy = figures.answers[0].model_copy(update={"first_lines": "感" * OPENING})
    much["answers"] = [wordy] * 193
    html = rendering.as_html(figures.model_copy(update=much), DESK)
    page = Page(html)
    assert 50_000 < len(html.encode()) < 100_000
    assert page.fetched == []
    assert not re.search(r"url\(|@import|http-equiv", html)
    assert page.links
    assert all(link.startswith("https://desk.example.org/") for link in page.links)
    assert f"https://desk.example.org/inbox/threads/{figures.answers[0].thread_id}" in page.links
    assert "https://desk.example.org/campaigns/close" in page.links


def test_the_mail_is_a_document_for_phones_and_for_dark_mode(figures: Figures) -> None:
    html = rendering.as_html(figures, DESK)
    assert html.startswith('<!DOCTYPE html><html lang="en" dir="ltr">')
    assert 'name="viewport"' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'style="' in html


def test_what_strangers_wrote_is_text_on_every_page(figures: Figures) -> None:
    for html in (rendering.as_html(figures, DESK), rendering.as_fragment(figures, Links())):
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "Close the &lt;office&gt;" in html
    assert "<script>alert(1)</script>" in rendering.as_text(figures, DESK)


def test_a_mail_shows_the_first_answers_and_the_desk_shows_all(figures: Figures) -> None:
    left_out = len(figures.answers) - rendering.LONGEST
    assert f"And {left_out} more" in rendering.as_html(figures, DESK)
    assert f"And {left_out} more" in rendering.as_text(figures, DESK)
    fragment = rendering.as_fragment(figures, Links())
    assert "more" not in fragment
    assert sum("/inbox/threads/" in link for link in Page(fragment).links) == len(figures.answers)


def test_the_desk_s_fragment_has_no_styles_of_its_own_and_relative_links(
    figures: Figures,
) -> None:
    fragment = rendering.as_fragment(figures, Links())
    assert "style" not in fragment
    assert all(link.startswith("/") for link in Page(fragment).links)
    classes = set(re.findall(r"report[-\w]*", " ".join(re.findall(r'class="([^"]*)"', fragment))))
    assert {name for name in classes if f".{name}" not in rendering.stylesheet()} == set()


def test_the_headlines_say_it_all_in_three_sentences(figures: Figures) -> None:
    assert wording.headlines(figures) == [
        "This week 24 letters left; 23 missions answered. 1 copy bounced.",
        "So far 23 of 25 missions written to have answered; no contacts opted out.",
        "4 things need a person.",
    ]
    assert wording.subject(figures) == "Week 48 of 2026: 24 letters left, 23 missions answered"


def test_an_empty_week_is_told_in_whole_sentences(nothing: Figures) -> None:
    text = rendering.as_text(nothing, DESK)
    for sentence in (
        "This week no letters left; no missions answered.",
        "Nothing needs a person.",
        "Nobody answered this week.",
        "Nothing is planned to go.",
        "Not measured: no copy carries an image.",
    ):
        assert sentence in text
    page = re.sub(r"\s+", " ", rendering.as_html(nothing, DESK))
    assert "Nobody answered this week." in page


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no copies"), (1, "1 copy"), (2, "2 copies"), (1200, "1,200 copies")]
)
def test_one_is_told_otherwise_than_many(number: int, words: str) -> None:
    assert wording.counted(number, "copy", "copies") == words


@pytest.mark.parametrize(
    ("sent", "reminders", "left"),
    [
        (5, 4, "1 letter and 4 reminders left"),
        (4, 4, "4 reminders left"),
        (0, 0, "no letters left"),
    ],
)
def test_reminders_are_told_apart_from_letters(
    nothing: Figures, sent: int, reminders: int, left: str
) -> None:
    week = {"sent": Count(week=sent), "reminders": Count(week=reminders)}
    figures = nothing.model_copy(update={"counts": {**nothing.counts, **week}})
    assert wording.headlines(figures)[0].startswith(f"This week {left};")


def test_deliveries_that_nobody_reports_are_not_shown_as_none(
    rows: Rows, figures: Figures, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    assert "Delivered" not in rendering.as_text(figures, DESK)
    copy = rows.sent(rows.campaign(), rows.contact(), IN_WEEK)
    rows.event(copy, EventKind.delivered, IN_WEEK)
    reported = compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)
    assert "Delivered" in rendering.as_text(reported, DESK)


def test_where_only_totals_are_kept_loads_are_told_and_no_copies(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates
) -> None:
    campaign = rows.campaign(opens="count")
    rows.sent(campaign, rows.contact(), IN_WEEK)
    for day, loads in ((week.monday, 2), (week.sunday, 3), (week.previous.sunday, 4)):
        rows.session.add(
            OpenCount(campaign_id=campaign.id, step=1, day=day, agent=Agent.person, loads=loads)
        )
    rows.session.flush()
    figures = compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)
    text = rendering.as_text(figures, DESK)
    assert figures.counts["with_image"].so_far == 0
    assert "images were loaded 5 times this week and 9 times so far: 9 by people." in text
    assert "no copy carries an image" not in text


def test_a_report_from_before_a_figure_was_thought_of_can_still_be_shown(
    figures: Figures,
) -> None:
    stored = figures.model_dump(mode="json")
    del stored["counts"]["late"]
    old = Figures.model_validate(stored)
    assert "Too late" not in rendering.as_text(old, DESK)
    assert "Too late" not in rendering.as_html(old, DESK)


def test_each_kind_of_need_is_a_sentence_with_a_place_to_do_it(figures: Figures) -> None:
    lost = {"thread_id": 7, "missions": ["Permanent Mission of Kenya"]}
    needs = [
        *figures.needs,
        Need(kind="unreadable", count=1),
        Need(kind="holding_pen", count=3),
        Need(kind="due", count=2),
        Need(kind="answer_lost", count=1, **lost),
    ]
    told = {need.kind: (wording.need(need), DESK.need(need)) for need in needs}
    assert told["waiting"][0] == "23 answers wait for us."
    assert told["unreadable"][0].startswith("1 mail could not be read")
    assert told["holding_pen"] == (
        "3 mails in the holding pen, to be filed by a person.",
        "https://desk.example.org/inbox",
    )
    assert told["due"][0] == "2 threads are due today, or since an earlier day."
    assert told["answer_lost"] == (
        "1 answer did not arrive, or nobody knows: Permanent Mission of Kenya.",
        "https://desk.example.org/inbox/threads/7",
    )
    assert told["held_back"][1] == "https://desk.example.org/campaigns/close"
    assert told["unreachable"][1] == ""
    assert told["in_doubt"][0].startswith("1 copy in doubt (Close the <office>)")


# Chromium opens no window as narrow as a phone's screen, so the page itself is made narrow.
NARROWED = """<script>
document.body.style.width = "343px"
const edges = [...document.body.querySelectorAll("*")].map(e => e.getBoundingClientRect().right)
document.title = `reaches ${Math.round(Math.max(...edges))}`
</script></body>"""


@pytest.mark.chromium
def test_on_a_screen_of_375_pixels_nothing_reaches_over_the_margin(
    figures: Figures, tmp_path: Path
) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    page = tmp_path / "report.html"
    html = rendering.as_html(figures, DESK).replace("</body>", NARROWED)
    page.write_text(html, encoding="utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    options = ["--disable-background-networking", f"--user-data-dir={tmp_path}", page.as_uri()]
    shown = subprocess.run([*command, *options], capture_output=True, timeout=60, check=True)
    assert b"<title>reaches 359</title>" in shown.stdout
