"""Sends and answers by day."""

from collections.abc import Sequence
from typing import Any

from outreach.reports.daily import Day
from outreach.reports.pictures.picture import EMPTY, INK, STRONG, Picture, specification
from outreach.reports.wording import short_day
from outreach.texts import count, ngettext
from outreach.texts import day as said_day
from outreach.texts import gettext as _

_WIDTH, _HEIGHT = 400, 90
_MOST = 10_000  # from here on a count is rounded, to fit over its bar


def sends_and_answers(days: Sequence[Day]) -> Picture | None:
    """None where nothing left and nobody answered."""
    if not any(day.sent or day.replies for day in days):
        return None
    return Picture(
        name="days",
        title=_title(),
        says=_says(days),
        columns=(_("Day"), _("Copies sent"), _("Replies by people")),
        rows=tuple((short_day(day.day), day.sent, day.replies) for day in days),
        spec=_spec(days),
    )


def _title() -> str:
    return _("Sends and answers by day")


def _says(days: Sequence[Day]) -> str:
    sent, replies = sum(day.sent for day in days), sum(day.replies for day in days)
    copies = ngettext("%(num)s copy sent", "%(num)s copies sent", sent)
    people = ngettext("%(num)s reply by people", "%(num)s replies by people", replies)
    return _(
        "%(title)s, %(first)s to %(last)s: %(sent)s; %(replies)s.",
        title=_title(),
        first=short_day(days[0].day),
        last=short_day(days[-1].day),
        sent=_with_most(copies if sent else _("no copies sent"), days, "sent"),
        replies=_with_most(people if replies else _("no replies by people"), days, "replies"),
    )


def _with_most(told: str, days: Sequence[Day], name: str) -> str:
    best = max(days, key=lambda day: int(getattr(day, name)))
    if not (number := getattr(best, name)):
        return told
    told_best = {"day": short_day(best.day), "number": count(number)}
    return _("%(told)s, the most on %(day)s (%(number)s)", told=told, **told_best)


def _spec(days: Sequence[Day]) -> dict[str, Any]:
    rows = [
        {
            "day": said_day(day.day, "EEE d"),
            "sent": day.sent,
            "replies": day.replies,
            "sent_words": _short(day.sent),
            "replies_words": _short(day.replies),
        }
        for day in days
    ]
    panels = [
        _panel("sent", _("Copies sent"), STRONG, max(day.sent for day in days), labelled=False),
        # White with an edge: told from the other without its colour.
        _panel(
            "replies",
            _("Replies by people"),
            EMPTY,
            max(day.replies for day in days),
            labelled=True,
        ),
    ]
    return specification(_title(), {"data": {"values": rows}, "spacing": 14, "vconcat": panels})


def _panel(name: str, title: str, fill: str, most: int, *, labelled: bool) -> dict[str, Any]:
    axis = {
        "title": None,
        "labels": labelled,
        "ticks": False,
        "labelAngle": 0,
        "labelFontSize": 11,
        "labelExpr": "split(datum.label, ' ')",  # the day of the week above the day of the month
    }
    x = {"field": "day", "type": "ordinal", "sort": None, "axis": axis}
    y = {"field": name, "type": "quantitative", "axis": None, "scale": {"domain": [0, most or 1]}}
    words = {"type": "text", "baseline": "bottom", "dy": -3, "fontSize": 11}
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "title": {"text": title, "anchor": "start", "fontSize": 12, "fontWeight": "normal"},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "fill": fill, "stroke": INK, "strokeWidth": 1}},
            {"mark": words, "encoding": {"text": {"field": f"{name}_words"}}},
        ],
    }


def _short(number: int) -> str:
    if not number:
        return ""
    return (
        count(number)
        if number < _MOST
        else _("%(thousands)sk", thousands=count(round(number / 1000)))
    )
