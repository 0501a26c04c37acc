"""The report's sentences: exact, plain, and right for one as for many."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from outreach.reports.definitions import FIGURES, OPENED, Definition
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.needs import Kind, Need
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent


class Line(NamedTuple):
    """One figure as it is shown: a count never stands without what it is a part of."""

    figure: Definition
    week: int
    so_far: int
    of: int
    base: Definition


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 letter``, ``1,200 letters``, ``no letters``."""
    words = one if number == 1 else many or f"{one}s"
    return f"{number:,} {words}" if number else f"no {words}"


def name(figures: Figures) -> str:
    week = Week.parse(figures.week)
    return f"Week {week.number} of {week.year}"


def subject(figures: Figures) -> str:
    answered = counted(figures.counts["missions_answered"].week, "mission")
    return f"{name(figures)}: {_left(figures)} left, {answered} answered"


def headlines(figures: Figures) -> list[str]:
    """What somebody should know who reads no further."""
    return [_this_week(figures), _so_far(figures), _to_do(figures)]


def period(week: str) -> str:
    parsed = Week.parse(week)
    return f"{day(parsed.monday)} to {day(parsed.sunday)} {parsed.sunday.year}"


def day(value: date) -> str:
    return f"{value:%A} {value.day} {value:%B}"


def short_day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


def moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local)}, {local:%H:%M}"


def lines(figures: Figures | Breakdown, definitions: tuple[Definition, ...]) -> Iterator[Line]:
    """The figures that have a denominator; the others are denominators."""
    for definition in definitions:
        # A report from before a figure was thought of does not have it.
        count = figures.counts.get(definition.name)
        if definition.of is None or count is None or (definition.reported and not count.so_far):
            continue
        of = figures.counts.get(definition.of, Count())
        yield Line(definition, count.week, count.so_far, of.so_far, FIGURES[definition.of])


def label(figure: Definition) -> str:
    """As it is understood where it stands by itself."""
    return f"Image loaded {figure.label}" if figure in OPENED else figure.label


def so_far(part: Breakdown, name: str) -> int:
    return part.counts.get(name, Count()).so_far


def unmeasured(figures: Figures) -> str:
    """Why there is no figure of copies with a loaded image."""
    if figures.loads:
        return "Only totals are kept."
    return "Not measured: no copy carries an image."


def loads(figures: Figures) -> str:
    """Of campaigns that keep totals only; empty where there are none."""
    if not figures.loads:
        return ""
    week, so_far = (
        sum(counts)
        for counts in zip(*((one.week, one.so_far) for one in figures.loads), strict=True)
    )
    by = ", ".join(f"{one.so_far:,} {_READERS[one.agent]}" for one in figures.loads)
    return (
        f"Where only totals are kept, images were loaded {counted(week, 'time')} this week "
        f"and {counted(so_far, 'time')} so far: {by}."
    )


_READERS = {
    Agent.person: "by people",
    Agent.machine: "by machines",
    Agent.unknown: "not known by whom",
}


def need(item: Need) -> str:
    return _NEEDS[item.kind].format(
        threads=counted(item.count, "answer waits", "answers wait"),
        due=counted(item.count, "thread is due", "threads are due"),
        answers=counted(item.count, "answer did", "answers did"),
        mails=counted(item.count, "mail"),
        copies=counted(item.count, "copy", "copies"),
        contacts=counted(item.count, "contact"),
        missions=counted(item.count, "mission needs", "missions need"),
        item=item,
    )


_NEEDS: dict[Kind, str] = {
    "waiting": "{threads} for us.",
    "due": "{due} today, or since an earlier day.",
    "answer_lost": "{answers} not arrive, or nobody knows: {item.missions[0]}.",
    "holding_pen": "{mails} in the holding pen, to be filed by a person.",
    "unreadable": "{mails} could not be read: kept as received, to be tried again.",
    "in_doubt": "{copies} in doubt ({item.campaign}): to be settled by a person.",
    "unreachable": "{missions} another address: mail to every contact bounced or was refused.",
    "held_back": "{contacts} held back ({item.campaign}): {item.reason}",
    "sending_domain": "The sending domain {item.domain} is over a limit of receivers; "
    "see its health below.",
}


def _left(figures: Figures) -> str:
    reminders = figures.counts["reminders"].week
    letters = figures.counts["sent"].week - reminders
    if not reminders:
        return counted(letters, "letter")
    told = counted(reminders, "reminder")
    return f"{counted(letters, 'letter')} and {told}" if letters else told


def _this_week(figures: Figures) -> str:
    answered = counted(figures.counts["missions_answered"].week, "mission")
    bounced = figures.counts["bounced"].week
    lost = f" {counted(bounced, 'copy', 'copies')} bounced." if bounced else ""
    return f"This week {_left(figures)} left; {answered} answered.{lost}"


def _so_far(figures: Figures) -> str:
    answered, opted_out = figures.counts["missions_answered"], figures.counts["opted_out"]
    written = counted(figures.counts["missions_written"].so_far, "mission")
    have = "has" if answered.so_far == 1 else "have"
    contacts = counted(opted_out.so_far, "contact")
    return (
        f"So far {answered.so_far:,} of {written} written to {have} answered; {contacts} opted out."
    )


def _to_do(figures: Figures) -> str:
    if not figures.needs:
        return "Nothing needs a person."
    return f"{counted(len(figures.needs), 'thing needs', 'things need')} a person."
