"""A report as mail, page, text and JSON: the same figures in the same words on each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from outreach import texts
from outreach.reports import headlines, needs_told, sections, wording
from outreach.reports.breakdowns import breakdowns
from outreach.reports.definitions import ANSWERS, COPIES, FIGURES, OPENED
from outreach.reports.figures import Figures
from outreach.reports.missions import mission_name
from outreach.reports.needs import Need
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.mailed import Mailed
from outreach.reports.pictures.states import grouped

_TEMPLATES = Path(__file__).parent / "templates"
GROUPS = {
    texts.mark("Letters and reminders"): COPIES,
    texts.mark("Image loaded"): OPENED,
    texts.mark("Answers"): ANSWERS,
}
LONGEST = 8  # entries of one list in a mail; the desk shows all
# Mail programs cut long mails off: what dark.css does not name goes once its style stands inline.
_NOT_IN_THE_DARK = re.compile(r' class="report-(?:number|word|name|day|over|who|picture|note)"')
_FOLDED = 20  # a table of more rows is opened by hand at the desk


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
        if item.kind == "sending_domain":
            return self.reports()
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
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)
    return _NOT_IN_THE_DARK.sub("", inliner.inline(page))


def as_fragment(figures: Figures, links: Links) -> str:
    """The same without document and styles, for a page of the desk; it goes with ``stylesheet``."""
    return _render("body.html", figures, links, longest=None)


def as_text(figures: Figures, links: Links) -> str:
    return _render("report.txt", figures, links, LONGEST)


def as_json(figures: Figures, links: Links) -> dict[str, Any]:
    """Everything, with what each figure means, is a part of, and has changed by; and links."""
    whole = figures.model_dump(mode="json")
    for name, count in whole["counts"].items():
        if definition := FIGURES.get(name):
            told = {"meaning": definition.meaning, "of": definition.of}
            count.update(told, change=figures.change(name))
    for shown, answer in zip(whole["answers"], figures.answers, strict=True):
        shown["link"] = links.thread(answer.thread_id)
    for shown, item in zip(whole["needs"], figures.needs, strict=True):
        shown.update(text=needs_told.need(item), link=links.need(item))
    return whole


def stylesheet() -> str:
    files = (_TEMPLATES / name for name in ("report.css", "dark.css"))
    return "".join(file.read_text(encoding="utf-8") for file in files)


@cache
def environment() -> Environment:
    """Made once, for it keeps the templates that it has compiled."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        as_known=wording.as_known,
        age=needs_told.age,
        held=wording.only_once_it_runs,
        lines=wording.lines,
        loads=wording.loads,
        moment=wording.moment,
        named=wording.named,
        number=texts.count,
        of_how_many=wording.of_how_many,
        need=needs_told.need,
        period=wording.period,
        short_day=wording.short_day,
        signed=wording.signed,
        step=wording.step,
        told_late=wording.told_late,
        unmeasured=wording.unmeasured,
    )
    made.globals.update(
        _=texts.gettext,
        about_answers=sections.about_answers,
        about_sending=sections.about_sending,
        about_silence=sections.about_silence,
        breakdowns=breakdowns,
        day_by_day=sections.day_by_day,
        folded=_FOLDED,
        grouped=grouped,
        mission_name=mission_name,
        ngettext=texts.ngettext,
        pictures_of=pictures_of,
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
            subject=headlines.subject(figures),
            headlines=headlines.headlines(figures),
            groups=GROUPS,
            mailed=mailed,
        )
    )
