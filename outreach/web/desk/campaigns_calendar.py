"""A campaign's calendar: what goes when, by the recipients' clocks and by the viewer's."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from sqlmodel import Session

from outreach.campaigns import calendar_file, records
from outreach.campaigns.drafts import may_change
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign, PlanDay
from outreach.errors import NotAllowed
from outreach.reports.counters import sums
from outreach.texts import count
from outreach.texts import gettext as _
from outreach.web.current import parts
from outreach.web.desk.campaigns import found
from outreach.web.presentation import today, zone

blueprint = Blueprint("campaign_calendar", __name__, url_prefix="/campaigns/<slug>")

LARGEST_FILE = 5_000  # copies; a calendar program takes no more with grace
_MONTH = "%Y-%m"
_FURTHEST = timedelta(days=183)  # pauses and absences move copies past what was planned


class Cell(NamedTuple):
    """A day, and the copies of each step on it: sent, and still to go."""

    day: date
    sent: Mapping[int, int]
    coming: Mapping[int, int]


@dataclass(frozen=True)
class Line:
    """Copies for recipients whose clocks show the same, on one of their days; hours there and here.

    ``offset`` is what their clocks are before UTC.
    """

    day: date
    step: int
    offset: str
    zones: Sequence[str]
    copies: int
    there: tuple[datetime, datetime]
    here: tuple[datetime, datetime]


@blueprint.get("/calendar")
def show(slug: str) -> str:
    with parts().database.reading() as session:
        campaign = found(session, slug)
        month = _month(session, campaign)
        weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
        first = _week(session, campaign, month)
        return render_template(
            "desk/campaign_calendar.html",
            campaign=campaign,
            record=records.record_of(session, campaign),
            month=month,
            **_neighbours(session, campaign, month),
            weeks=_cells(session, campaign, weeks),
            first=first,
            last=first + timedelta(days=6),
            lines=_lines(records.days_of(session, campaign, first, first + timedelta(days=6))),
            letters=[step.letter for step in schedule_of(campaign).steps],
            is_plan=may_change(campaign),
            today=today(),
        )


@blueprint.get("/calendar.ics")
def download(slug: str) -> Response:
    with parts().database.reading() as session:
        campaign = found(session, slug)
        record = records.record_of(session, campaign)
        if record and sum(step.planned for step in record.summary.steps) > LARGEST_FILE:
            raise NotAllowed(_too_large(campaign))
        made = calendar_file.calendar_file(
            session, campaign, states=parts().states, now=parts().clock()
        )
    answer = Response(made, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return answer


def _too_large(campaign: Campaign) -> str:
    return _(
        "%(campaign)s has more copies than a calendar program takes (%(most)s). Whoever runs this "
        "server can write the file: outreach campaign calendar %(slug)s",
        campaign=campaign.name,
        most=count(LARGEST_FILE),
        slug=campaign.slug,
    )


def _month(session: Session, campaign: Campaign) -> date:
    """As asked for; else the one in which something goes next, or this one."""
    if asked := request.args.get("month"):
        return _read(asked, _MONTH)
    return (records.next_day(session, campaign, today()) or today()).replace(day=1)


def _week(session: Session, campaign: Campaign, month: date) -> date:
    """The Monday of the week that is shown from day to day: of the first day that has something."""
    if asked := request.args.get("week"):
        day = _read(asked, "%Y-%m-%d")
    else:
        found = records.next_day(session, campaign, month)
        day = found if found and found < _next(month) else month
    return day - timedelta(days=day.weekday())


def _read(text: str, form: str) -> date:
    try:
        day = datetime.strptime(text, form).date()  # noqa: DTZ007
    except ValueError:
        abort(400)
    return day if 2000 <= day.year < 3000 else abort(400)


def _neighbours(session: Session, campaign: Campaign, month: date) -> dict[str, str | None]:
    """The months beside this one, unless they are far from the plan and from today."""
    days = [today(), *filter(None, records.span(session, campaign))]
    before, after = month - timedelta(days=1), _next(month)
    return {
        "before": _name(before) if before > min(days) - _FURTHEST else None,
        "after": _name(after) if after < max(days) + _FURTHEST else None,
    }


def _name(day: date) -> str:
    return day.strftime(_MONTH)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _cells(
    session: Session, campaign: Campaign, weeks: Sequence[Sequence[date]]
) -> list[list[Cell]]:
    """As planned; once it is approved, as it has gone and is foreseen now."""
    first, last = weeks[0][0], weeks[-1][-1]
    sent: Counter[tuple[date, int]] = Counter()
    coming: Counter[tuple[date, int]] = Counter()
    if may_change(campaign):
        for each in records.days_of(session, campaign, first, last):
            coming[each.day, each.step] += each.copies
    else:
        steps = len(schedule_of(campaign).steps)
        for on in sums.days_of_campaign(session, campaign.id or 0, steps, first, last):
            (sent if on.figure == "sent" else coming)[on.day, on.step] += on.copies
    return [[Cell(day, _of(day, sent), _of(day, coming)) for day in week] for week in weeks]


def _of(day: date, counted: Mapping[tuple[date, int], int]) -> dict[int, int]:
    return {step: counted[one, step] for one, step in sorted(counted) if one == day}


def _lines(days: Sequence[PlanDay]) -> list[Line]:
    """Zones whose clocks show the same on a day stand in one line."""
    same: defaultdict[tuple[date, int, str], list[PlanDay]] = defaultdict(list)
    for each in days:
        offset = each.first_at.astimezone(ZoneInfo(each.zone)).isoformat()[-6:]
        same[each.day, each.step, offset].append(each)
    lines = [_line(key[2], those) for key, those in same.items()]
    return sorted(lines, key=lambda line: (line.day, line.step, line.here[0], line.offset))


def _line(offset: str, those: Sequence[PlanDay]) -> Line:
    moments = (min(each.first_at for each in those), max(each.last_at for each in those))
    there, here = ZoneInfo(those[0].zone), ZoneInfo(zone())
    return Line(
        day=those[0].day,
        step=those[0].step,
        offset=f"UTC{offset}",
        zones=[each.zone for each in those],
        copies=sum(each.copies for each in those),
        there=(moments[0].astimezone(there), moments[1].astimezone(there)),
        here=(moments[0].astimezone(here), moments[1].astimezone(here)),
    )
