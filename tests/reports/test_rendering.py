"""One report on every surface: the same figures, in words that are right."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from outreach.contacts.states import MemberStates
from outreach.db import Database
from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import Outcome, ThreadState
from outreach.reports import (
    breakdowns,
    headlines,
    needs_told,
    paper,
    rendering,
    sections,
    spreadsheet,
    wording,
)
from outreach.reports.answers import OPENING
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.definitions import ANSWERS, COPIES, OPENED
from outreach.reports.figures import Count, Figures
from outreach.reports.needs import Need
from outreach.reports.outcomes import Said
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.mailed import mailed
from outreach.reports.rendering import Links
from outreach.reports.sections import Section
from outreach.reports.weeks import Week
from outreach.tracking import opens as opened
from outreach.tracking import sendgrid
from outreach.tracking.tables import Agent, Event, EventKind, OpenCount
from tests.reports.counted import compute
from tests.reports.reading import Page
from tests.reports.rows import Rows
from tests.typesetting.reading import Pdf

IN_WEEK = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE = IN_WEEK - timedelta(days=7)
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
        mission = rows.mission(state.code, f"Mission of {state.name}")
        contact = rows.contact(mission, "geneva", tags=["g77"])
        copy = rows.sent(campaign, contact, IN_WEEK)
        rows.event(copy, EventKind.opened, IN_WEEK, Agent.person, happened_at=BEFORE)
        thread = rows.thread(campaign, contact.mission_id, ThreadState.waiting_for_us)
        text = "<script>alert(1)</script> " + "We have received your letter. " * 20
        rows.mail(MailKind.reply, IN_WEEK + HOUR, thread_id=thread.id, text=text)
    rows.copy(campaign, rows.contact(), State.bounced, settled_at=IN_WEEK)
    rows.copy(campaign, rows.contact(), State.unknown, settled_at=IN_WEEK)
    rows.copy(campaign, rows.contact(), State.skipped, reason="no letter in Klingon")
    rows.copy(campaign, rows.contact(), planned_at=MONDAY_AT_8)
    rows.sent(campaign, rows.contact(), BEFORE)
    asked = {"zone": zone, "states": states, "now": MONDAY_AT_8}
    before = compute(rows.session, week.previous, **asked)
    return compute(rows.session, week, **asked, before=before)


@pytest.fixture
def nothing(rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates) -> Figures:
    return compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)


def test_every_surface_shows_the_same_numbers(figures: Figures) -> None:
    shown = [line for group in (COPIES, OPENED, ANSWERS) for line in wording.lines(figures, group)]
    rows = Page(rendering.as_html(figures, DESK)).rows
    in_html = {row[0]: row[1:] for row in rows if len(row) == 5}
    text = rendering.as_text(figures, DESK)
    in_csv = [row for row in in_table(figures)[: len(shown)] if not row["by"]]
    in_json = rendering.as_json(figures, DESK)["counts"]
    assert len(shown) == len(in_csv) == 19
    for line, row in zip(shown, in_csv, strict=True):
        name, of, told = line.figure.label, line.of, wording.signed(line.change)
        label = name + wording.told_late(line)
        assert in_html[label][:3] == [str(line.week), told, str(line.so_far)]
        assert in_html[label][3].split()[0] == str(of)
        numbers = rf"{line.week} +{re.escape(told)} +{line.so_far}  of {of} "
        assert re.search(rf"^{name} +{numbers}", text, re.MULTILINE)
        assert row["figure"].endswith(name)
        counts = [row[column] for column in ("week", "so far", "denominator", "change", "late")]
        assert counts == [str(n) for n in (line.week, line.so_far, of, line.change, line.late)]
        count = in_json[line.figure.name]
        assert [count[each] for each in ("week", "so_far", "change", "late")] == [
            line.week,
            line.so_far,
            line.change,
            line.late,
        ]
        assert in_json[count["of"]]["so_far"] == of


def test_what_is_listed_beside_the_figures_is_the_same_on_every_surface(figures: Figures) -> None:
    """On the desk and on paper whole; in a mail as much as there is room for."""
    listed = everything_listed(figures)
    assert len(listed) == 11
    page = Page(rendering.as_fragment(figures, DESK)).rows
    mail = Page(rendering.as_html(figures, DESK)).rows
    text = rendering.as_text(figures, DESK)
    on_paper = paper.values(figures, DESK)
    tables = {each["title"]: each for each in on_paper["after_answers"] + on_paper["at_the_end"]}
    for section in listed:
        for number, row in enumerate(section.rows):
            name, numbers = row.cells[0], list(row.cells[1:])
            assert is_in(page, name, numbers), section.title
            assert tables[section.title]["rows"][number]["cells"] == row.cells
            if number < section.in_mail:
                assert is_in(mail, name, numbers), section.title
                assert f"\n{name}: " in text
                assert all(cell in text for cell in numbers)


def test_the_table_to_take_away_has_everything_that_is_listed(figures: Figures) -> None:
    rows = in_table(figures)
    assert {row["by"] for row in rows} >= {
        "", "day", "kind of work", "language", "list", "mission", "outcome", "reason", "region",
        "sending domain", "state", "step", "tag",
    }  # fmt: skip
    of = {name: [row for row in rows if row["figure"] == name] for name in {*map(figure, rows)}}
    assert figures.silence
    assert figures.outcomes
    assert figures.first_answers
    half = figures.first_answers.so_far.half_within
    assert half
    (median,) = of["Median time to first answer, in hours"]
    assert (float(median["so far"]), median["denominator"]) == (half.total_seconds() / 3600, "11")
    assert of["Still silent"][0]["so far"] == str(figures.silence.count) == "2"
    assert len(of["Silent since"]) == figures.silence.count
    said = [(row["name"], int(row["so far"])) for row in of["What the answers say"]]
    assert said == [("Not noted yet", 11)]
    assert [row["link"] for row in of["Answer, in mails"]] == [
        DESK.thread(answer.thread_id) for answer in figures.answers
    ]
    assert of["Answer, in mails"][0]["words"] == figures.answers[0].first_lines
    assert of["Answer, in mails"][0]["moment"] == "2026-11-24 12:00"
    assert [int(row["so far"]) for row in of["Needs a person"]] == [n.count for n in figures.needs]
    assert sum(int(row["week"]) for row in of["Goes out in 2026-W49"]) == 1
    assert len(of["Where it stands"]) == len(figures.states)


def figure(row: dict[str, str]) -> str:
    return row["figure"]


def in_table(figures: Figures) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(spreadsheet.as_csv(figures, DESK)[1:])))


def everything_listed(figures: Figures) -> list[Section]:
    return [
        *sections.about_answers(figures),
        *sections.about_silence(figures),
        *sections.about_sending(figures),
        *breakdowns.breakdowns(figures),
    ]


def is_in(rows: list[list[str]], name: str, numbers: list[str]) -> bool:
    """In a row that begins with the name, or in the one below it."""
    return any(
        row and row[0].strip().startswith(name) and numbers in (row[1:], below)
        for row, below in pairwise([*rows, []])
    )


def test_a_spreadsheet_opens_the_table_as_it_is_and_runs_nothing_in_it(figures: Figures) -> None:
    evil = figures.lists[0].model_copy(update={"name": '=HYPERLINK("https://evil.example";"é")'})
    said = figures.answers[0].model_copy(update={"first_lines": "@SUM(1+1)*cmd|' /C calc'!A0"})
    data = spreadsheet.as_csv(
        figures.model_copy(update={"lists": [evil], "answers": [said]}), DESK
    ).encode()
    assert data.startswith(b"\xef\xbb\xbffigure,week,so far,")
    assert data.count(b"\r\n") == data.count(b"\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {len(row) for row in rows} == {12}
    assert {row[6] for row in rows if row[5] == "list"} == {"'" + evil.name}
    assert "'" + said.first_lines in {row[10] for row in rows}
    cells = (cell for row in rows for cell in row if not re.fullmatch(r"-?[\d.]+", cell))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_the_table_has_every_figure_of_every_part(figures: Figures) -> None:
    rows = in_table(figures)
    for kind, parts in (
        ("region", figures.regions),
        ("list", figures.lists),
        ("tag", figures.tags),
        ("language", figures.languages),
        ("step", figures.steps),
    ):
        assert parts
        for part in parts:
            (sent,) = (
                row
                for row in rows
                if (row["figure"], row["by"], row["name"]) == ("Sent", kind, part.name)
            )
            count, copies = part.counts["sent"], part.counts["copies"]
            assert (int(sent["week"]), int(sent["so far"])) == (count.week, count.so_far)
            assert int(sent["denominator"]) == copies.so_far


@pytest.fixture
def huge(figures: Figures) -> Figures:
    """A thousand silent missions, hundreds of answers in Chinese, and of all else dozens."""
    assert figures.silence
    assert figures.outcomes
    assert figures.health
    wordy = figures.answers[0].model_copy(update={"first_lines": "感" * OPENING})
    name = "Permanent Mission of the Democratic People's Republic of somewhere far away"
    region = figures.regions[0]
    parts = [region.model_copy(update={"name": f"{name} {n}"}) for n in range(60)]
    need = figures.needs[0].model_copy(update={"missions": [name] * 193, "oldest_at": IN_WEEK})
    silent = figures.silence.missions[0].model_copy(update={"organization": name, "step": name})
    said = [
        Said(outcome=outcome, count=1000, missions=[name] * 1000) for outcome in (*Outcome, None)
    ]
    counts = {key: Count(week=99_999, so_far=999_999, late=9) for key in figures.counts}
    silence = {"count": 1000, "missions": [silent] * 500, "regions": dict.fromkeys("abcdefg", 99)}
    more = {
        "answers": [wordy] * 193,
        "counts": counts,
        "needs": [need] * 40,
        "coming": figures.coming * 60,
        "held_back": figures.held_back * 60,
        "health": figures.health * 30,
        "outcomes": said,
        "silence": figures.silence.model_copy(update=silence),
        **dict.fromkeys(("regions", "lists", "tags", "languages", "steps"), parts),
    }
    return figures.model_copy(update=more)


def test_the_mail_is_small_and_fetches_nothing_and_links_to_the_desk_only(
    figures: Figures, huge: Figures
) -> None:
    html = rendering.as_html(huge, DESK, mailed(huge))
    page = Page(html)
    assert 50_000 < len(html.encode()) < 100_000
    assert set(page.fetched) == {"img"}
    assert html.count('src="cid:') == html.count("src=")
    assert not re.search(r"url\(|@import|http-equiv", html)
    assert page.links
    assert all(link.startswith("https://desk.example.org/") for link in page.links)
    assert f"https://desk.example.org/inbox/threads/{figures.answers[0].thread_id}" in page.links
    assert "https://desk.example.org/campaigns/close" in page.links
    assert "And 185 more" in html
    assert "And 495 more" in html
    assert Page(rendering.as_html(figures, DESK)).fetched == []


def test_the_desk_and_the_table_have_all_of_it(huge: Figures) -> None:
    assert huge.silence
    fragment = rendering.as_fragment(huge, Links())
    name = huge.silence.missions[0].organization
    assert fragment.count(f"{name}, ".replace("'", "&#39;")) >= 500
    assert len([row for row in in_table(huge) if row["figure"] == "Silent since"]) == 500
    assert paper.as_pdf(huge, DESK).startswith(b"%PDF")


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
    assert "see them all" not in fragment
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
    assert headlines.headlines(figures) == [
        "This week 12 letters left; 11 missions answered. 1 copy bounced.",
        "So far 11 of 14 missions written to have answered, half of them within 1 hour; "
        "2 are silent; no contacts opted out.",
        "4 things need a person; 2 of them for more than a week.",
    ]
    assert headlines.subject(figures) == "Week 48 of 2026: 12 letters left, 11 missions answered"


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
    assert headlines.headlines(figures)[0].startswith(f"This week {left};")


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


# What reports had from the beginning; all else has come since.
FIRST = {
    "week", "zone", "made_at", "counts", "regions", "lists", "held_back", "loads", "answers",
    "needs", "coming_week", "coming",
}  # fmt: skip


def test_a_report_from_before_a_figure_was_thought_of_can_still_be_shown(
    figures: Figures,
) -> None:
    stored = figures.model_dump(mode="json", include=FIRST)
    for count in stored["counts"].values():
        del count["late"]
    for need in stored["needs"]:
        del need["older"], need["domain"]
    for name in ("late", "handed_over"):
        del stored["counts"][name]
    old = Figures.model_validate(stored)
    for shown in (
        rendering.as_text(old, DESK),
        rendering.as_html(old, DESK, mailed(old)),
        rendering.as_fragment(old, Links()),
        spreadsheet.as_csv(old, DESK),
        Pdf(paper.as_pdf(old, DESK)).text,
        *headlines.headlines(old),
    ):
        for since_then in ("Too late", "Change", "silent", "first answer", "sending domain"):
            assert since_then not in shown
    assert old.change("sent") is None


@pytest.mark.parametrize("opens", ["off", "count"])
def test_where_nobody_wants_to_know_nothing_of_a_person_s_opening_is_kept_or_shown(
    rows: Rows, week: Week, zone: ZoneInfo, states: MemberStates, opens: str
) -> None:
    """Neither from the image nor from a provider, also when a mail goes on carrying the image."""
    copy = rows.sent(rows.campaign(opens=opens), rows.contact(), IN_WEEK)
    opened.record_open(rows.session, copy.key, "Mozilla/5.0 Thunderbird/115", IN_WEEK + HOUR)
    told = {"event": "open", "delivery": copy.key, "sg_event_id": "1", "timestamp": 1795514400}
    sendgrid.apply_events(rows.session, json.dumps([told]).encode(), IN_WEEK + HOUR)
    assert rows.session.exec(select(Event)).all() == []
    kept = [count.loads for count in rows.session.exec(select(OpenCount))]
    assert kept == ([1] if opens == "count" else [])  # a sum of the day's, of nobody
    figures = compute(rows.session, week, zone=zone, states=states, now=MONDAY_AT_8)
    assert [progress.loaded_at for progress in rows.session.exec(select(MissionProgress))] == [None]
    page = rendering.as_html(figures, DESK, mailed(figures))
    for shown in (
        page,
        rendering.as_fragment(figures, Links()),
        rendering.as_text(figures, DESK),
        spreadsheet.as_csv(figures, DESK),
        Pdf(paper.as_pdf(figures, DESK)).text,
        " ".join(str(picture) for picture in pictures_of(figures)),
    ):
        assert "oaded by people" not in shown
        assert "oaded by machines" not in shown
    counts = rendering.as_json(figures, DESK)["counts"]
    seen = {name: each["so_far"] for name, each in counts.items() if "opened" in name}
    assert set(seen.values()) == {0}
    assert counts["with_image"]["so_far"] == 0


def test_each_kind_of_need_is_a_sentence_with_a_place_to_do_it(figures: Figures) -> None:
    lost = {"thread_id": 7, "missions": ["Permanent Mission of Kenya"]}
    needs = [
        *figures.needs,
        Need(kind="unreadable", count=1),
        Need(kind="holding_pen", count=3),
        Need(kind="due", count=2),
        Need(kind="answer_lost", count=1, **lost),
    ]
    told = {need.kind: (needs_told.need(need), DESK.need(need)) for need in needs}
    assert told["waiting"][0] == "11 answers wait for us."
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
