"""A report as mail, page, text, JSON and CSV: the same figures in the same words on each."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from outreach.contacts.formulas import defuse
from outreach.reports import wording
from outreach.reports.definitions import ANSWERS, COPIES, FIGURES, OPENED
from outreach.reports.figures import Breakdown, Figures
from outreach.reports.missions import mission_name
from outreach.reports.needs import Need
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.mailed import Mailed
from outreach.reports.pictures.states import grouped

_TEMPLATES = Path(__file__).parent / "templates"
GROUPS = {"Letters and reminders": COPIES, "Image loaded": OPENED, "Answers": ANSWERS}
LONGEST = 20  # entries of one section in a mail; the desk shows all


@dataclass(frozen=True)
class Links:
    """Addresses at the desk; with an empty ``public_url`` they are relative to it."""

    public_url: str = ""

    def thread(self, thread_id: int) -> str:
        return f"{self.public_url}/inbox/threads/{thread_id}"

    def campaign(self, slug: str) -> str:
        return f"{self.public_url}/campaigns/{slug}"

    def inbox(self) -> str:
        return f"{self.public_url}/inbox"

    def need(self, item: Need) -> str:
        """Where the work is done; empty for missions, which only a new contact can mend."""
        if item.thread_id is not None:
            return self.thread(item.thread_id)
        if item.slug:
            return self.campaign(item.slug)
        if item.kind == "due":
            return f"{self.inbox()}?due=yes"
        return "" if item.kind == "unreachable" else self.inbox()

    def reports(self) -> str:
        return f"{self.public_url}/reports"

    def feed(self, token: str) -> str:
        return f"{self.public_url}/feed/{token}.atom"

    def report(self, week: str) -> str:
        return f"{self.public_url}/reports/{week}"

    def picture(self, week: str, name: str) -> str:
        return f"{self.report(week)}/{name}.svg"


def as_html(figures: Figures, links: Links, pictures: Sequence[Mailed] = ()) -> str:
    """A whole document that is ready to be mailed: styles inlined, nothing fetched.

    ``pictures`` go with it as files; without them it has the same numbers as tables.
    """
    page = _render("report.html", figures, links, LONGEST, pictures)
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)


def as_fragment(figures: Figures, links: Links) -> str:
    """The same without document and styles, for a page of the desk; it goes with ``stylesheet``."""
    return _render("body.html", figures, links, longest=None)


def as_text(figures: Figures, links: Links) -> str:
    return _render("report.txt", figures, links, LONGEST)


def as_json(figures: Figures) -> dict[str, Any]:
    """Everything, with the meaning of each figure and what it is a part of."""
    whole = figures.model_dump(mode="json")
    for name, count in whole["counts"].items():
        if definition := FIGURES.get(name):
            count.update(meaning=definition.meaning, of=definition.of)
    return whole


def as_csv(figures: Figures) -> str:
    """As spreadsheets open it: with the mark of UTF-8, and nothing in it is run as a formula."""
    table = io.StringIO()
    table.write("\ufeff")  # without it Excel takes UTF-8 for the local code page
    writer = csv.writer(table)
    writer.writerow(["figure", "week", "so far", "denominator", "denominator is", "by", "name"])
    writer.writerows(_table_rows(figures, "", ""))
    for kind, parts in (("region", figures.regions), ("list", figures.lists)):
        for part in parts:
            writer.writerows(_table_rows(part, kind, defuse(part.name)))
    return table.getvalue()


def _table_rows(part: Figures | Breakdown, kind: str, name: str) -> Iterator[list[str | int]]:
    for definitions in GROUPS.values():
        for line in wording.lines(part, definitions):
            figure, base = wording.label(line.figure), line.base.label.lower()
            yield [figure, line.week, line.so_far, line.of, base, kind, name]


def stylesheet() -> str:
    files = (_TEMPLATES / name for name in ("report.css", "dark.css"))
    return "".join(file.read_text(encoding="utf-8") for file in files)


def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        counted=wording.counted,
        day=wording.day,
        lines=wording.lines,
        loads=wording.loads,
        moment=wording.moment,
        need=wording.need,
        period=wording.period,
        short_day=wording.short_day,
        unmeasured=wording.unmeasured,
    )
    made.globals.update(
        grouped=grouped,
        mission_name=mission_name,
        pictures_of=pictures_of,
        so_far=wording.so_far,
    )
    return made


def _render(
    template: str,
    figures: Figures,
    links: Links,
    longest: int | None,
    mailed: Sequence[Mailed] = (),
) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            figures=figures,
            links=links,
            longest=longest,
            subject=wording.subject(figures),
            headlines=wording.headlines(figures),
            groups=GROUPS,
            mailed=mailed,
        )
    )
