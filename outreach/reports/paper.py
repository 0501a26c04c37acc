"""A report on paper: the same figures in the same words, as values for its template."""

from collections.abc import Iterator, Sequence
from typing import Any

from outreach.letters.tables import Enclosure
from outreach.reports import headlines, needs_told, wording
from outreach.reports.answers import Answer
from outreach.reports.breakdowns import breakdowns
from outreach.reports.coming import Coming
from outreach.reports.definitions import OPENED, Definition
from outreach.reports.figures import Figures
from outreach.reports.missions import mission_name
from outreach.reports.needs import Need
from outreach.reports.pictures.drawing import svg
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture
from outreach.reports.rendering import GROUPS, Links
from outreach.reports.sections import Section, about_answers, about_sending, about_silence
from outreach.texts import count, ngettext, spoken
from outreach.texts import gettext as _
from outreach.typesetting.paper import pdf

_MISSIONS_NAMED = 12
_ROWS = 30  # of one table; the desk shows all
_NAMES = 30


def as_pdf(figures: Figures, links: Links) -> bytes:
    """In the language that is spoken."""
    title = _("Weekly report: %(week)s", week=wording.name(figures).lower())
    written = values(figures, links)
    return pdf("report", written, title=title, language=spoken(), dated=figures.made_at)


def enclosed(figures: Figures, links: Links) -> Enclosure:
    """To go with the mail."""
    name = f"Weekly report {figures.week}.pdf"
    return Enclosure.of(name, "application/pdf", as_pdf(figures, links))


def values(figures: Figures, links: Links) -> dict[str, Any]:
    """Every text as it is shown; numbers in groups of three digits."""
    return {
        "period": wording.period(figures.week),
        "headlines": headlines.headlines(figures),
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
        "made": wording.as_known(figures),
        "at_the_desk": links.report(figures.week),
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """What the template itself says."""
    return {
        "week": _("Week"),
        "change": _("Change"),
        "so_far": _("So far"),
        "of_how_many": _("Of how many"),
        "figures": _("The figures"),
        "loaded": _(
            "A loaded image does not show that somebody read the letter, and letters are read "
            "without loading it."
        ),
        "change_is": _("The change is against the report of the week before."),
        "so_far_is": _(
            '"So far" reaches to the end of the week. What is reported later stands in the next '
            "report."
        ),
        "at_the_desk": _("This report at the desk"),
        "needs": _("What needs a person"),
        "nothing": _("Nothing."),
        "answers": _("Who answered"),
        "nobody": _("Nobody answered this week."),
        "waits": _("waits for us"),
        "no_text": _("(no text of its own)"),
        "next": _("What goes out next"),
        "nothing_planned": _("Nothing is planned to go."),
        "day": _("Day"),
        "step": _("Campaign and step"),
        "copies": _("Copies"),
        "pictures": _("In pictures"),
    }


def _groups(figures: Figures) -> Iterator[dict[str, Any]]:
    for title, definitions in GROUPS.items():
        unmeasured = definitions is OPENED and not figures.counts["with_image"].so_far
        yield {
            "title": _(title),
            "remark": wording.unmeasured(figures) if unmeasured else "",
            "rows": [] if unmeasured else _rows(figures, definitions),
        }


def _rows(figures: Figures, definitions: tuple[Definition, ...]) -> list[list[str]]:
    return [
        [
            _(line.figure.label),
            wording.told_late(line),
            count(line.week),
            wording.signed(line.change),
            count(line.so_far),
            wording.of_how_many(line),
        ]
        for line in wording.lines(figures, definitions)
    ]


def _need(item: Need, zone: str, links: Links) -> dict[str, str]:
    return {
        "text": needs_told.need(item),
        "link": links.need(item),
        "since": needs_told.age(item, zone),
        "missions": wording.named(item.missions, _MISSIONS_NAMED),
    }


def _answer(answer: Answer, zone: str, links: Links) -> dict[str, Any]:
    told = [wording.moment(answer.received_at, zone)]
    told += [ngettext("%(num)s mail", "%(num)s mails", answer.mails)] if answer.mails > 1 else []
    told += [_("answered before")] if answer.answered_before else []
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
        "step": wording.step(item),
        "remark": wording.only_once_it_runs(item),
        "copies": count(item.copies),
    }


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "svg": svg(picture.spec),
        "says": picture.says,
        "columns": picture.columns,
        "rows": [[_cell(each) for each in row] for row in picture.rows],
    }


def _cell(value: str | int) -> str:
    return count(value) if isinstance(value, int) else value


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
            "more": _more(len(section.rows) - _ROWS),
        }
        for section in sections
    ]


def _more(left_out: int) -> str:
    if left_out <= 0:
        return ""
    return _("And %(more)s more: see them all at the desk.", more=count(left_out))
