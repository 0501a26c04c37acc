"""What a report lists beside its figures, as tables in words: one source for page, mail and paper.

A table is whole here; each surface shows as much of it as it has room for.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from outreach.inbox.tables import Outcome
from outreach.reports import wording
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.first_answer import Wait
from outreach.reports.health import LIMITS
from outreach.reports.missions import mission_name
from outreach.reports.silent import Silence
from outreach.reports.weeks import Week

_LIMITS = {limit.name: limit for limit in LIMITS}


_IN_BRACKETS = (
    "In this table and those below: so far, and in brackets in the week; "
    "bounced copies are among those sent, answered are missions, of those written to."
)


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


def breakdowns(figures: Figures) -> list[Section]:
    parts = (
        ("region", figures.regions, 6),
        ("list", _most_sent_first(figures.lists), 3),
        ("tag", _most_sent_first(figures.tags), 3),
        ("language", _most_sent_first(figures.languages), 6),
        ("step", figures.steps, 4),
    )
    made = [_breakdown(kind, of_kind, in_mail) for kind, of_kind, in_mail in parts if of_kind]
    return [made[0]._replace(remark=_IN_BRACKETS), *made[1:]] if made else []


def day_by_day(figures: Figures) -> Iterator[Section]:
    """The days of the week; those of the week before stand in the picture."""
    days = [each for each in figures.days if each.day >= Week.parse(figures.week).monday]
    if any(each.sent or each.replies for each in days):
        rows = (
            Row((wording.short_day(each.day), f"{each.sent:,}", f"{each.replies:,}"))
            for each in days
        )
        yield Section("Day by day", ("Day", "Sent", "Replies"), tuple(rows))


def outcome_label(outcome: Outcome | None) -> str:
    if outcome is None:
        return "Not noted yet"
    return "No outcome" if outcome is Outcome.none else outcome.replace("_", " ").capitalize()


def _first_answers(figures: Figures) -> Iterator[Section]:
    found = figures.first_answers
    if found is None or not found.so_far.answers:
        return
    yield Section(
        "Time to first answer",
        ("Answers of", "Half within", "Number"),
        (Row(("The week", *_wait(found.week))), Row(("So far", *_wait(found.so_far)))),
        "From the first copy to the first answer, for each mission and campaign: "
        "the median, with the number of first answers.",
    )


def _wait(wait: Wait) -> tuple[str, str]:
    return _within(wait.half_within), f"{wait.answers:,}"


def _within(half: timedelta | None) -> str:
    return "\N{EN DASH}" if half is None else wording.duration(half)


def _outcomes(figures: Figures) -> Iterator[Section]:
    if not figures.outcomes:
        return
    of = _of(sum(said.count for said in figures.outcomes), "answered")
    rows = (
        Row((outcome_label(said.outcome), f"{said.count:,}", of), tuple(said.missions))
        for said in figures.outcomes
    )
    yield Section(
        "What the answers say",
        ("Outcome", "Missions", "Of"),
        tuple(rows),
        "As organizers have noted it by now; so far.",
        words=frozenset({0, 2}),
    )


def _silent_by_region(figures: Figures, silence: Silence) -> Section:
    written = {part.name: part.counts.get("missions_written", Count()) for part in figures.regions}
    regions = (
        Row((name, f"{count:,}", _of(written.get(name, Count()).so_far, "written to")))
        for name, count in silence.regions.items()
    )
    columns = ("Region", "Silent", "Of")
    return Section(
        "Still silent", columns, tuple(regions), _silence_told(figures, silence), frozenset({0, 2})
    )


def _silent_longest(figures: Figures, silence: Silence) -> Section:
    zone = ZoneInfo(figures.zone)
    longest = (
        Row(
            (
                mission_name(each.organization, each.state),
                wording.short_day(each.since.astimezone(zone)),
            ),
            (f"last written: {each.step}",) if each.step else (),
        )
        for each in silence.missions
    )
    left_out = silence.count - len(silence.missions)
    return Section(
        "Silent the longest",
        ("Mission", "Since"),
        tuple(longest),
        f"The {len(silence.missions):,} longest of {silence.count:,}." if left_out else "",
        in_mail=5,
    )


def _silence_told(figures: Figures, silence: Silence) -> str:
    written = wording.counted(figures.counts["missions_written"].so_far, "mission")
    have = "has" if silence.count == 1 else "have"
    told = f"{silence.count:,} of {written} written to {have} not answered and not opted out"
    if silence.week_before is None:
        return f"{told}."
    return f"{told}: {wording.signed(silence.count - silence.week_before)} on the week before."


def _health(figures: Figures) -> Iterator[Section]:
    if not figures.health:
        return
    rows = (
        Row(
            (
                f"{domain.domain}: {_LIMITS[rate.name].label.lower()}",
                _share(rate.bad.week, rate.of.week),
                _share(rate.bad.so_far, rate.of.so_far),
                rate.verdict.value,
            )
        )
        for domain in figures.health
        for rate in domain.rates
    )
    yield Section(
        "Health of the sending domain",
        ("Domain", "Week", "So far", "Verdict"),
        tuple(rows),
        " ".join(limit.rule for limit in LIMITS),
        words=frozenset({0, 3}),
        in_mail=4,
    )


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" + (f" ({part / whole:.2%})" if whole else "")


def _held_back(figures: Figures) -> Iterator[Section]:
    if not figures.held_back:
        return
    of = _of(figures.counts["copies"].so_far, "in all plans")
    rows = (
        Row((each.reason, f"{each.count.week:,}", f"{each.count.so_far:,}", of))
        for each in figures.held_back
    )
    columns = ("Reason", "Week", "So far", "Of")
    words = frozenset({0, 3})
    yield Section("Why copies are held back", columns, tuple(rows), words=words, in_mail=5)


def _breakdown(kind: str, parts: list[Breakdown], in_mail: int) -> Section:
    return Section(
        f"By {kind}",
        (kind.capitalize(), "Sent", "Bounced", "Answered", "Opted out"),
        tuple(Row((part.name, *_numbers(part))) for part in parts),
        in_mail=in_mail,
    )


def _most_sent_first(parts: list[Breakdown]) -> list[Breakdown]:
    return sorted(parts, key=lambda part: -wording.so_far(part, "sent"))


def _numbers(part: Breakdown) -> tuple[str, ...]:
    sent, bounced, answered, written, opted_out = (
        part.counts.get(name, Count())
        for name in ("sent", "bounced", "missions_answered", "missions_written", "opted_out")
    )
    of_written = f"{_both(answered)} of {written.so_far:,}"
    return _both(sent), _both(bounced), of_written, _both(opted_out)


def _both(count: Count) -> str:
    return f"{count.so_far:,} ({count.week:,})"


def _of(number: int, base: str) -> str:
    return f"{number:,} {base}"
