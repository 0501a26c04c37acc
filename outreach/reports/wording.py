"""The report's sentences: exact, plain, and right for one as for many."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from outreach.campaigns.tables import CampaignState
from outreach.reports.coming import Coming
from outreach.reports.definitions import FIGURES, OPENED, Definition
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.needs import Kind, Need
from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent


class Line(NamedTuple):
    """One figure as it is shown: a count never stands without what it is a part of.

    ``change`` is against the week before; None where that is not known.
    """

    figure: Definition
    week: int
    change: int | None
    late: int
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
        if definition in OPENED and not of.so_far:
            continue  # not measured
        changed = figures.change(definition.name) if isinstance(figures, Figures) else None
        base = FIGURES[definition.of]
        yield Line(definition, count.week, changed, count.late, count.so_far, of.so_far, base)


def told_late(line: Line) -> str:
    """Empty where nothing was."""
    if not line.late:
        return ""
    return f"{line.late:,} of the week's happened in an earlier week"


def signed(count: int | None) -> str:
    """ "+3", "–3" or "±0"; a dash where there is nothing to compare with."""
    if count is None:
        return "\N{EN DASH}"
    return f"{count:+,}".replace("-", _MINUS) if count else "±0"


def duration(time: timedelta) -> str:
    """In its two largest units, cut off: "3 days 4 hours", "5 hours", "2 minutes"."""
    minutes = int(time.total_seconds() // 60)
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    first = next((at for at, (number, _) in enumerate(parts) if number), 2)
    told = [counted(number, unit) for number, unit in parts[first : first + 2] if number]
    return " ".join(told) or "less than a minute"


def named(names: Sequence[str], most: int | None) -> str:
    """The names, or the first of them and how many there are more."""
    if most is None or len(names) <= most:
        return "; ".join(names)
    return f"{'; '.join(names[:most])}; and {len(names) - most:,} more"


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


def only_once_it_runs(item: Coming) -> str:
    """What holds these copies; empty where nothing does."""
    if item.campaign_state is CampaignState.running:
        return ""
    return f"only once it runs: it is {item.campaign_state} now"


def age(item: Need, zone: str) -> str:
    """How long its work has waited; empty where that is not known."""
    if item.oldest_at is None:
        return ""
    since = moment(item.oldest_at, zone)
    if item.count == 1:
        return f"Since {since}{', for more than a week' if item.older else ''}."
    older = "all" if item.older == item.count else f"{item.older:,}"
    return f"The oldest since {since}{f'; {older} for more than a week' if item.older else ''}."


def need(item: Need) -> str:
    return _NEEDS[item.kind].format(
        threads=counted(item.count, "answer waits", "answers wait"),
        due=counted(item.count, "thread is due", "threads are due"),
        answers=counted(item.count, "answer did", "answers did"),
        mails=counted(item.count, "mail"),
        copies=counted(item.count, "copy", "copies"),
        contacts=counted(item.count, "contact"),
        missions=counted(item.count, "mission needs", "missions need"),
        too_much=_TOO_MUCH.get(item.reason, ""),
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
    "sending_domain": "Mail from {item.domain} {too_much} receivers accept.",
}
_TOO_MUCH = {
    "returned": "comes back or is refused more often than",
    "complaints": "is complained of more often than",
}
_MINUS = "\N{EN DASH}"  # the bundled fonts have no minus sign


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
    return (
        f"So far {answered.so_far:,} of {written} written to {have} answered"
        f"{_how_soon(figures)}; {_silent(figures)}"
        f"{counted(opted_out.so_far, 'contact')} opted out."
    )


def _how_soon(figures: Figures) -> str:
    half = figures.first_answers and figures.first_answers.so_far.half_within
    return f", half of them within {duration(half)}" if half else ""


def _silent(figures: Figures) -> str:
    if figures.silence is None:
        return ""
    return f"{counted(figures.silence.count, 'is silent', 'are silent')}; "


def _to_do(figures: Figures) -> str:
    if not figures.needs:
        return "Nothing needs a person."
    told = f"{counted(len(figures.needs), 'thing needs', 'things need')} a person"
    old = sum(1 for item in figures.needs if item.older)
    return f"{told}; {old:,} of them for more than a week." if old else f"{told}."
