"""What a report lists beside its figures, as tables in words: one source for page, mail and paper.

A table is whole here; each surface shows as much of it as it has room for.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from outreach.inbox.tables import Outcome
from outreach.reports import wording
from outreach.reports.figures import Figures
from outreach.reports.first_answer import Wait
from outreach.reports.health import LIMITS, Limit, Rate
from outreach.reports.missions import mission_name
from outreach.reports.silent import Silence, SilentMission
from outreach.reports.weeks import Week
from outreach.texts import count, ngettext, retold
from outreach.texts import gettext as _

_LIMITS = {limit.name: limit for limit in LIMITS}


class Row(NamedTuple):
    """``names`` belong to the first cell, and may be many."""

    cells: tuple[str, ...]
    names: tuple[str, ...] = ()


class Section(NamedTuple):
    """One table; ``words`` are the columns that hold no numbers, the first always among them.

    ``in_mail`` is the number of rows that a mail shows, and ``names_in_mail`` that of names.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remark: str = ""
    words: frozenset[int] = frozenset({0})
    in_mail: int = 10
    names_in_mail: int = 3


def about_answers(figures: Figures) -> list[Section]:
    """How soon missions answered, and what they said; from an old report nothing."""
    return [*_first_answers(figures), *_outcomes(figures)]


def about_silence(figures: Figures) -> list[Section]:
    """Which missions have not answered yet; nothing where all have, and from an old report."""
    silence = figures.silence
    if silence is None or not silence.count:
        return []
    return [_silent_by_region(figures, silence), _silent_longest(figures, silence)]


def about_sending(figures: Figures) -> list[Section]:
    """How well the sending domains are received, and why copies are held back."""
    return [*_health(figures), *_held_back(figures)]


def day_by_day(figures: Figures) -> Iterator[Section]:
    """The days of the week; those of the week before stand in the picture."""
    days = [each for each in figures.days if each.day >= Week.parse(figures.week).monday]
    if any(each.sent or each.replies for each in days):
        rows = (
            Row((wording.short_day(each.day), count(each.sent), count(each.replies)))
            for each in days
        )
        columns = (_("Day"), _("Sent"), _("Replies"))
        yield Section(_("Day by day"), columns, tuple(rows))


def outcome_label(outcome: Outcome | None) -> str:
    if outcome is None:
        return _("Not noted yet")
    if outcome is Outcome.none:
        return _("No outcome")
    return _(outcome.replace("_", " ")).capitalize()


def _first_answers(figures: Figures) -> Iterator[Section]:
    found = figures.first_answers
    if found is None or not found.so_far.answers:
        return
    yield Section(
        _("Time to first answer"),
        (_("Answers of"), _("Half within"), _("Number")),
        (Row((_("The week"), *_wait(found.week))), Row((_("So far"), *_wait(found.so_far)))),
        _(
            "From the first copy to the first answer, for each mission and campaign: "
            "the median, with the number of first answers."
        ),
    )


def _wait(wait: Wait) -> tuple[str, str]:
    return _within(wait.half_within), count(wait.answers)


def _within(half: timedelta | None) -> str:
    return "\N{EN DASH}" if half is None else wording.duration(half)


def _outcomes(figures: Figures) -> Iterator[Section]:
    if not figures.outcomes:
        return
    of = _("%(count)s answered", count=count(sum(said.count for said in figures.outcomes)))
    rows = (
        Row((outcome_label(said.outcome), count(said.count), of), tuple(said.missions))
        for said in figures.outcomes
    )
    yield Section(
        _("What the answers say"),
        (_("Outcome"), _("Missions"), _("Of")),
        tuple(rows),
        _("As organizers have noted it by now; so far."),
        words=frozenset({0, 2}),
    )


def _silent_by_region(figures: Figures, silence: Silence) -> Section:
    written = {part.name: wording.so_far(part, "missions_written") for part in figures.regions}
    regions = (
        Row((name, count(silent), _("%(count)s written to", count=count(written.get(name, 0)))))
        for name, silent in silence.regions.items()
    )
    columns = (_("Region"), _("Silent"), _("Of"))
    told = _silence_told(figures, silence)
    return Section(_("Still silent"), columns, tuple(regions), told, frozenset({0, 2}))


def _silent_longest(figures: Figures, silence: Silence) -> Section:
    named = len(silence.missions)
    remark = _("The %(named)s longest of %(all)s.", named=count(named), all=count(silence.count))
    return Section(
        _("Silent the longest"),
        (_("Mission"), _("Since")),
        tuple(_silent_since(each, figures.zone) for each in silence.missions),
        remark if silence.count > named else "",
        in_mail=5,
    )


def _silent_since(mission: SilentMission, zone: str) -> Row:
    since = wording.short_day(mission.since.astimezone(ZoneInfo(zone)))
    last = (_("last written: %(step)s", step=mission.step),) if mission.step else ()
    return Row((mission_name(mission.organization, mission.state), since), last)


def _silence_told(figures: Figures, silence: Silence) -> str:
    missions = wording.missions(figures.counts["missions_written"].so_far)
    if silence.week_before is None:
        return ngettext(
            "%(num)s of %(missions)s written to has not answered and not opted out.",
            "%(num)s of %(missions)s written to have not answered and not opted out.",
            silence.count,
            missions=missions,
        )
    return ngettext(
        "%(num)s of %(missions)s written to has not answered and not opted out: "
        "%(change)s on the week before.",
        "%(num)s of %(missions)s written to have not answered and not opted out: "
        "%(change)s on the week before.",
        silence.count,
        missions=missions,
        change=wording.signed(silence.count - silence.week_before),
    )


def _health(figures: Figures) -> Iterator[Section]:
    if not figures.health:
        return
    rows = (_of_domain(domain.domain, rate) for domain in figures.health for rate in domain.rates)
    yield Section(
        _("Health of the sending domain"),
        (_("Domain"), _("Week"), _("So far"), _("Verdict")),
        tuple(rows),
        " ".join(_rule(limit) for limit in LIMITS),
        words=frozenset({0, 3}),
        in_mail=4,
    )


def _rule(limit: Limit) -> str:
    good, bad = (wording.percent(share) for share in (limit.good_below, limit.bad_from))
    return _(limit.rule, good=good, bad=bad)


def _of_domain(domain: str, rate: Rate) -> Row:
    what = _(_LIMITS[rate.name].label).lower()
    return Row(
        (
            _("%(domain)s: %(what)s", domain=domain, what=what),
            _share(rate.bad.week, rate.of.week),
            _share(rate.bad.so_far, rate.of.so_far),
            _(rate.verdict.value),
        )
    )


def _share(part: int, whole: int) -> str:
    told = {"part": count(part), "whole": count(whole)}
    if not whole:
        return _("%(part)s of %(whole)s", **told)
    share = wording.percent(part / whole, pattern="0.00")
    return _("%(part)s of %(whole)s (%(share)s)", share=share, **told)


def _held_back(figures: Figures) -> Iterator[Section]:
    if not figures.held_back:
        return
    of = _("%(count)s in all plans", count=count(figures.counts["copies"].so_far))
    rows = (
        Row((retold(each.reason), count(each.count.week), count(each.count.so_far), of))
        for each in figures.held_back
    )
    columns = (_("Reason"), _("Week"), _("So far"), _("Of"))
    words = frozenset({0, 3})
    yield Section(_("Why copies are held back"), columns, tuple(rows), words=words, in_mail=5)
