"""A report as CSV: every figure and everything it lists, one a line, as spreadsheets open it."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.contacts.formulas import defuse
from outreach.reports import needs_told, sections, wording
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.first_answer import FirstAnswers
from outreach.reports.health import LIMITS
from outreach.reports.missions import mission_name
from outreach.reports.pictures.signs import look_of
from outreach.reports.rendering import GROUPS, Links

_COLUMNS = (
    "figure",
    "week",
    "so far",
    "denominator",
    "denominator is",
    "by",
    "name",
    "change",
    "late",
    "moment",
    "words",
    "link",
)
Cell = str | int | float | None
Line = dict[str, Cell]


def as_csv(figures: Figures, links: Links) -> str:
    """With the mark of UTF-8, and nothing in it is run as a formula.

    Numbers are plain ones; moments are those of the organization's zone.
    """
    table = io.StringIO()
    table.write("\ufeff")  # without it Excel takes UTF-8 for the local code page
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    for line in _lines(figures, links):
        writer.writerow([_cell(line.get(column)) for column in _COLUMNS])
    return table.getvalue()


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    return defuse(value) if isinstance(value, str) else value


def _lines(figures: Figures, links: Links) -> Iterator[Line]:
    yield from _figures(figures)
    yield from _first_answers(figures.first_answers)
    yield from _outcomes(figures)
    yield from _silence(figures)
    yield from _needs(figures, links)
    yield from _answers(figures, links)
    yield from _coming(figures, links)
    yield from _health(figures)
    yield from _held_back(figures)
    yield from _loads(figures)
    yield from _days(figures)
    yield from _states(figures)
    yield from _breakdowns(figures)


def _figures(part: Figures | Breakdown, **of_part: Cell) -> Iterator[Line]:
    for definitions in GROUPS.values():
        for line in wording.lines(part, definitions):
            yield {
                "figure": wording.label(line.figure),
                "week": line.week,
                "so far": line.so_far,
                "denominator": line.of,
                "denominator is": line.base.label.lower(),
                "change": line.change,
                "late": line.late,
                **of_part,
            }


def _breakdowns(figures: Figures) -> Iterator[Line]:
    for kind, parts in (
        ("region", figures.regions),
        ("list", figures.lists),
        ("tag", figures.tags),
        ("language", figures.languages),
        ("step", figures.steps),
    ):
        for part in parts:
            yield from _figures(part, by=kind, name=part.name)


def _first_answers(found: FirstAnswers | None) -> Iterator[Line]:
    if found:
        week, so_far = found.week, found.so_far
        yield {"figure": "First answers", "week": week.answers, "so far": so_far.answers}
        yield {
            "figure": "Median time to first answer, in hours",
            "week": _hours(week.half_within),
            "so far": _hours(so_far.half_within),
            "denominator": so_far.answers,
            "denominator is": "first answers",
        }


def _hours(time: timedelta | None) -> float | None:
    return None if time is None else round(time.total_seconds() / 3600, 2)


def _outcomes(figures: Figures) -> Iterator[Line]:
    said = figures.outcomes or []
    for each in said:
        yield {
            "figure": "What the answers say",
            "so far": each.count,
            "denominator": sum(one.count for one in said),
            "denominator is": "missions that answered",
            "by": "outcome",
            "name": sections.outcome_label(each.outcome),
            "words": "; ".join(each.missions),
        }


def _silence(figures: Figures) -> Iterator[Line]:
    silence = figures.silence
    if silence is None:
        return
    total, before = _written(figures), silence.week_before
    changed = None if before is None else silence.count - before
    silent = {"figure": "Still silent", "denominator is": "missions written to"}
    yield {**silent, "so far": silence.count, "denominator": total, "change": changed}
    regions = {part.name: _written(part) for part in figures.regions}
    for name, count in silence.regions.items():
        of_region: Line = {"so far": count, "denominator": regions.get(name, 0)}
        yield {**silent, **of_region, "by": "region", "name": name}
    for each in silence.missions:
        yield {
            "figure": "Silent since",
            "by": "mission",
            "name": mission_name(each.organization, each.state),
            "moment": _moment(each.since, figures),
            "words": each.step,
        }


def _written(part: Figures | Breakdown) -> int:
    return part.counts.get("missions_written", Count()).so_far


def _needs(figures: Figures, links: Links) -> Iterator[Line]:
    for item in figures.needs:
        yield {
            "figure": "Needs a person",
            "so far": item.count,
            "by": "kind of work",
            "name": item.kind.replace("_", " "),
            "moment": _moment(item.oldest_at, figures) if item.oldest_at else None,
            "words": " ".join(
                filter(None, (needs_told.need(item), needs_told.age(item, figures.zone)))
            ),
            "link": links.need(item),
        }


def _answers(figures: Figures, links: Links) -> Iterator[Line]:
    for answer in figures.answers:
        yield {
            "figure": "Answer, in mails",
            "week": answer.mails,
            "by": "mission",
            "name": mission_name(answer.organization, answer.state),
            "moment": _moment(answer.received_at, figures),
            "words": answer.first_lines,
            "link": links.thread(answer.thread_id),
        }


def _coming(figures: Figures, links: Links) -> Iterator[Line]:
    for item in figures.coming:
        yield {
            "figure": f"Goes out in {figures.coming_week}",
            "week": item.copies,
            "by": "step",
            "name": f"{item.campaign}: step {item.step} ({item.purpose})",
            "moment": item.day.isoformat(),
            "words": wording.only_once_it_runs(item),
            "link": links.campaign(item.slug),
        }


def _health(figures: Figures) -> Iterator[Line]:
    limits = {limit.name: limit for limit in LIMITS}
    for domain in figures.health or []:
        for rate in domain.rates:
            yield {
                "figure": limits[rate.name].label,
                "week": rate.bad.week,
                "so far": rate.bad.so_far,
                "denominator": rate.of.so_far,
                "denominator is": limits[rate.name].of.replace("_", " "),
                "by": "sending domain",
                "name": domain.domain,
                "late": rate.bad.late,
                "words": rate.verdict.value,
            }


def _held_back(figures: Figures) -> Iterator[Line]:
    for held in figures.held_back:
        yield {
            "figure": "Held back",
            "week": held.count.week,
            "so far": held.count.so_far,
            "denominator": figures.counts["copies"].so_far,
            "denominator is": "copies in all plans",
            "by": "reason",
            "name": held.reason,
        }


def _loads(figures: Figures) -> Iterator[Line]:
    for loads in figures.loads:
        counts: Line = {"week": loads.week, "so far": loads.so_far}
        yield {"figure": "Times images were loaded", **counts, "by": "reader", "name": loads.agent}


def _days(figures: Figures) -> Iterator[Line]:
    for each in figures.days:
        day: Line = {"by": "day", "name": each.day.isoformat()}
        yield {"figure": "Sent", "week": each.sent, **day}
        yield {"figure": "Replies by people", "week": each.replies, **day}


def _states(figures: Figures) -> Iterator[Line]:
    for state in figures.states:
        looks = look_of(state).label
        yield {"figure": "Where it stands", "by": "state", "name": state.name, "words": looks}


def _moment(at: datetime, figures: Figures) -> str:
    return f"{at.astimezone(ZoneInfo(figures.zone)):%Y-%m-%d %H:%M}"
