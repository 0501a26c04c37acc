"""The report's sentences: exact, plain, and right for one as for many."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from outreach import texts
from outreach.campaigns.tables import CampaignState
from outreach.reports.coming import Coming
from outreach.reports.definitions import FIGURES, OPENED, Definition
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.weeks import Week
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext
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
    """For commands, which speak English: ``1 letter``, ``1,200 letters``, ``no letters``."""
    words = one if number == 1 else many or f"{one}s"
    return f"{number:,} {words}" if number else f"no {words}"


def name(figures: Figures) -> str:
    week = Week.parse(figures.week)
    return _("Week %(number)s of %(year)s", number=week.number, year=week.year)


def missions(number: int) -> str:
    """As a part of a sentence: ``1 mission``, ``no missions``."""
    return ngettext("%(num)s mission", "%(num)s missions", number) if number else _("no missions")


def period(week: str) -> str:
    parsed = Week.parse(week)
    last = texts.day(parsed.sunday, "EEEE d MMMM y")
    return _("%(first)s to %(last)s", first=day(parsed.monday), last=last)


def day(value: date) -> str:
    return texts.day(value, "EEEE d MMMM")


def short_day(value: date) -> str:
    return texts.day(value, "EEE d MMM")


def moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local)}, {local:%H:%M}"


def as_known(figures: Figures) -> str:
    """When the figures were, with the zone of all moments in the report."""
    at = moment(figures.made_at, figures.zone)
    return _("As known on %(at)s (%(zone)s).", at=at, zone=figures.zone)


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


def of_how_many(line: Line) -> str:
    """What a figure is a part of, with its number."""
    return _(line.base.as_base, count=texts.count(line.of))


def told_late(line: Line) -> str:
    """Empty where nothing was."""
    if not line.late:
        return ""
    late = texts.count(line.late)
    return _("%(late)s of the week's happened in an earlier week", late=late)


def signed(count: int | None) -> str:
    """ "+3", "–3" or "±0"; a dash where there is nothing to compare with."""
    if count is None:
        return "\N{EN DASH}"
    sign = "+" if count > 0 else _MINUS if count else "±"
    return f"{sign}{texts.count(abs(count))}"


def duration(time: timedelta) -> str:
    """In its two largest units, cut off: "3 days 4 hours", "5 hours", "2 minutes"."""
    minutes = int(time.total_seconds() // 60)
    parts = (
        ngettext("%(num)s day", "%(num)s days", days) if (days := minutes // 1440) else "",
        ngettext("%(num)s hour", "%(num)s hours", hours) if (hours := minutes // 60 % 24) else "",
        ngettext("%(num)s minute", "%(num)s minutes", left) if (left := minutes % 60) else "",
    )
    first = next((at for at, part in enumerate(parts) if part), 2)
    return " ".join(filter(None, parts[first : first + 2])) or _("less than a minute")


def percent(share: float, pattern: str = "0.#") -> str:
    """Of 100 as CLDR's ``pattern`` has it."""
    number = format_decimal(100 * share, pattern, texts.spoken())
    return _("%(number)s%%", number=number)


def named(names: Sequence[str], most: int | None) -> str:
    """The names, or the first of them and how many there are more."""
    if most is None or len(names) <= most:
        return _("; ").join(names)
    more = texts.count(len(names) - most)
    return _("%(names)s; and %(more)s more", names=_("; ").join(names[:most]), more=more)


def label(figure: Definition) -> str:
    """As it is understood where it stands by itself."""
    told = _(figure.label)
    return _("Image loaded %(by)s", by=told) if figure in OPENED else told


def so_far(part: Breakdown, name: str) -> int:
    return part.counts.get(name, Count()).so_far


def unmeasured(figures: Figures) -> str:
    """Why there is no figure of copies with a loaded image."""
    if figures.loads:
        return _("Only totals are kept.")
    return _("Not measured: no copy carries an image.")


def loads(figures: Figures) -> str:
    """Of campaigns that keep totals only; empty where there are none."""
    if not figures.loads:
        return ""
    return _(
        "Where only totals are kept, images were loaded %(week)s this week "
        "and %(so_far)s so far: %(by)s.",
        week=_times(sum(one.week for one in figures.loads)),
        so_far=_times(sum(one.so_far for one in figures.loads)),
        by=", ".join(
            _(_READERS[one.agent], count=texts.count(one.so_far)) for one in figures.loads
        ),
    )


def _times(number: int) -> str:
    return ngettext("%(num)s time", "%(num)s times", number) if number else _("no times")


_READERS = {
    Agent.person: mark("%(count)s by people"),
    Agent.machine: mark("%(count)s by machines"),
    Agent.unknown: mark("%(count)s not known by whom"),
}


def step(item: Coming) -> str:
    return _("step %(step)s (%(purpose)s)", step=item.step, purpose=_(item.purpose.value))


def only_once_it_runs(item: Coming) -> str:
    """What holds these copies; empty where nothing does."""
    if item.campaign_state is CampaignState.running:
        return ""
    return _("only once it runs: it is %(state)s now", state=_(item.campaign_state.value))


_MINUS = "\N{EN DASH}"  # the bundled fonts have no minus sign
