"""A report on paper: the same figures in the same words, as values for its template."""

from collections.abc import Iterator
from typing import Any

from outreach.letters.tables import Enclosure
from outreach.reports import wording
from outreach.reports.answers import Answer
from outreach.reports.coming import Coming
from outreach.reports.comparing import change
from outreach.reports.definitions import OPENED, Definition
from outreach.reports.figures import Breakdown, Figures
from outreach.reports.missions import mission_name
from outreach.reports.needs import Need
from outreach.reports.pictures.drawing import svg
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture
from outreach.reports.rendering import GROUPS, Links
from outreach.typesetting.paper import pdf

_MISSIONS_NAMED = 12
_MINUS = "\N{MINUS SIGN}"


def as_pdf(figures: Figures, before: Figures | None, links: Links) -> bytes:
    """``before`` is the report of the week before, for the changes."""
    title = f"Weekly report: {wording.name(figures).lower()}"
    written = values(figures, before, links)
    return pdf("report", written, title=title, language="en", dated=figures.made_at)


def enclosed(figures: Figures, before: Figures | None, links: Links) -> Enclosure:
    """To go with the mail."""
    name = f"Weekly report {figures.week}.pdf"
    return Enclosure.of(name, "application/pdf", as_pdf(figures, before, links))


def values(figures: Figures, before: Figures | None, links: Links) -> dict[str, Any]:
    """Every text as it is shown; numbers in groups of three digits."""
    return {
        "period": wording.period(figures.week),
        "headlines": wording.headlines(figures),
        "compared": before is not None,
        "groups": list(_groups(figures, before)),
        "loads": wording.loads(figures),
        "held_back": [
            [held.reason, _number(held.count.week), _number(held.count.so_far)]
            for held in figures.held_back
        ],
        "needs": [_need(item, figures.zone, links) for item in figures.needs],
        "answers": [_answer(answer, figures.zone, links) for answer in figures.answers],
        "coming_period": wording.period(figures.coming_week),
        "coming": [_coming(item, links) for item in figures.coming],
        "pictures": [_picture(picture) for picture in pictures_of(figures)],
        "breakdowns": list(_breakdowns(figures)),
        "made": f"{wording.moment(figures.made_at, figures.zone)} ({figures.zone})",
        "at_the_desk": links.report(figures.week),
    }


def _groups(figures: Figures, before: Figures | None) -> Iterator[dict[str, Any]]:
    for title, definitions in GROUPS.items():
        unmeasured = definitions is OPENED and not figures.counts["with_image"].so_far
        yield {
            "title": title,
            "remark": wording.unmeasured(figures) if unmeasured else "",
            "rows": [] if unmeasured else _rows(figures, before, definitions),
        }


def _rows(
    figures: Figures, before: Figures | None, definitions: tuple[Definition, ...]
) -> list[list[str]]:
    return [
        [
            line.figure.label,
            _number(line.week),
            _signed(change(figures, before, line.figure.name)),
            _number(line.so_far),
            f"{_number(line.of)} {line.base.as_base}",
        ]
        for line in wording.lines(figures, definitions)
    ]


def _need(item: Need, zone: str, links: Links) -> dict[str, str]:
    named, more = item.missions[:_MISSIONS_NAMED], len(item.missions) - _MISSIONS_NAMED
    return {
        "text": wording.need(item),
        "link": links.need(item),
        "since": wording.moment(item.oldest_at, zone) if item.oldest_at else "",
        "missions": "; ".join([*named, f"and {more} more"] if more > 0 else named),
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
    runs = item.campaign_state == "running"
    return {
        "day": wording.short_day(item.day),
        "campaign": item.campaign,
        "link": links.campaign(item.slug),
        "step": f"step {item.step} ({item.purpose})",
        "remark": "" if runs else f"only once it runs: it is {item.campaign_state} now",
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


def _breakdowns(figures: Figures) -> Iterator[dict[str, Any]]:
    for kind, parts in (("Region", figures.regions), ("List", figures.lists)):
        if parts:
            yield {"kind": kind, "rows": [_part(part) for part in parts]}


def _part(part: Breakdown) -> list[str]:
    sent, bounced, answered, written, opted_out = (
        _number(wording.so_far(part, name))
        for name in ("sent", "bounced", "missions_answered", "missions_written", "opted_out")
    )
    return [part.name, sent, bounced, f"{answered} of {written}", opted_out]


def _number(count: int) -> str:
    return f"{count:,}"


def _signed(count: int | None) -> str:
    """ "+3", "−3" or "0"; a dash where there is nothing to compare with."""
    if count is None:
        return "\N{EN DASH}"
    return f"{count:+,}".replace("-", _MINUS) if count else "0"
