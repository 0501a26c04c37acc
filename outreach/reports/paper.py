"""A report on paper: the same figures in the same words, as values for its template."""

from collections.abc import Iterator, Sequence
from typing import Any

from outreach.letters.tables import Enclosure
from outreach.reports import wording
from outreach.reports.answers import Answer
from outreach.reports.coming import Coming
from outreach.reports.definitions import OPENED, Definition
from outreach.reports.figures import Figures
from outreach.reports.missions import mission_name
from outreach.reports.needs import Need
from outreach.reports.pictures.drawing import svg
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture
from outreach.reports.rendering import GROUPS, Links
from outreach.reports.sections import (
    Section,
    about_answers,
    about_sending,
    about_silence,
    breakdowns,
)
from outreach.typesetting.paper import pdf

_MISSIONS_NAMED = 12
_ROWS = 30  # of one table; the desk shows all
_NAMES = 30


def as_pdf(figures: Figures, links: Links) -> bytes:
    title = f"Weekly report: {wording.name(figures).lower()}"
    written = values(figures, links)
    return pdf("report", written, title=title, language="en", dated=figures.made_at)


def enclosed(figures: Figures, links: Links) -> Enclosure:
    """To go with the mail."""
    name = f"Weekly report {figures.week}.pdf"
    return Enclosure.of(name, "application/pdf", as_pdf(figures, links))


def values(figures: Figures, links: Links) -> dict[str, Any]:
    """Every text as it is shown; numbers in groups of three digits."""
    return {
        "period": wording.period(figures.week),
        "headlines": wording.headlines(figures),
        "compared": figures.before is not None,
        "groups": list(_groups(figures)),
        "loads": wording.loads(figures),
        "needs": [_need(item, figures.zone, links) for item in figures.needs],
        "answers": [_answer(answer, figures.zone, links) for answer in figures.answers],
        "after_answers": _tables([*about_answers(figures), *about_silence(figures)]),
        "at_the_end": _tables([*about_sending(figures), *breakdowns(figures)]),
        "coming_period": wording.period(figures.coming_week),
        "coming": [_coming(item, links) for item in figures.coming],
        "pictures": [_picture(picture) for picture in pictures_of(figures)],
        "made": f"{wording.moment(figures.made_at, figures.zone)} ({figures.zone})",
        "at_the_desk": links.report(figures.week),
    }


def _groups(figures: Figures) -> Iterator[dict[str, Any]]:
    for title, definitions in GROUPS.items():
        unmeasured = definitions is OPENED and not figures.counts["with_image"].so_far
        yield {
            "title": title,
            "remark": wording.unmeasured(figures) if unmeasured else "",
            "rows": [] if unmeasured else _rows(figures, definitions),
        }


def _rows(figures: Figures, definitions: tuple[Definition, ...]) -> list[list[str]]:
    return [
        [
            line.figure.label,
            wording.told_late(line),
            _number(line.week),
            wording.signed(line.change),
            _number(line.so_far),
            f"{_number(line.of)} {line.base.as_base}",
        ]
        for line in wording.lines(figures, definitions)
    ]


def _need(item: Need, zone: str, links: Links) -> dict[str, str]:
    return {
        "text": wording.need(item),
        "link": links.need(item),
        "since": wording.age(item, zone),
        "missions": wording.named(item.missions, _MISSIONS_NAMED),
    }


def _answer(answer: Answer, zone: str, links: Links) -> dict[str, Any]:
    told = [wording.moment(answer.received_at, zone)]
    told += [wording.counted(answer.mails, "mail")] if answer.mails > 1 else []
    told += ["answered before"] if answer.answered_before else []
    return {
        "who": mission_name(answer.organization, answer.state),
        "link": links.thread(answer.thread_id),
        "told": ", ".join(told),
        "waits": answer.waits_for_us,
        "text": answer.first_lines,
    }


def _coming(item: Coming, links: Links) -> dict[str, str]:
    return {
        "day": wording.short_day(item.day),
        "campaign": item.campaign,
        "link": links.campaign(item.slug),
        "step": f"step {item.step} ({item.purpose})",
        "remark": wording.only_once_it_runs(item),
        "copies": _number(item.copies),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "svg": svg(picture.spec),
        "says": picture.says,
        "columns": picture.columns,
        "rows": [[_cell(each) for each in row] for row in picture.rows],
    }


def _cell(value: str | int) -> str:
    return _number(value) if isinstance(value, int) else value


def _tables(sections: Sequence[Section]) -> list[dict[str, Any]]:
    return [
        {
            "title": section.title,
            "remark": section.remark,
            "columns": section.columns,
            "words": sorted(section.words),
            "rows": [
                {"cells": row.cells, "names": wording.named(row.names, _NAMES)}
                for row in section.rows[:_ROWS]
            ],
            "more": _number(left_out) if (left_out := len(section.rows) - _ROWS) > 0 else "",
        }
        for section in sections
    ]


def _number(count: int) -> str:
    return f"{count:,}"
