"""The main figures of each region, list, tag, language and step, as tables in words."""

from outreach.reports import wording
from outreach.reports.figures import Breakdown, Count, Figures
from outreach.reports.sections import Row, Section
from outreach.texts import count, mark
from outreach.texts import gettext as _

_IN_BRACKETS = mark(
    "In this table and those below: so far, and in brackets in the week; "
    "bounced copies are among those sent, answered are missions, of those written to."
)


def breakdowns(figures: Figures) -> list[Section]:
    parts = (
        (_("By region"), _("Region"), figures.regions, 6),
        (_("By list"), _("List"), _most_sent_first(figures.lists), 3),
        (_("By tag"), _("Tag"), _most_sent_first(figures.tags), 3),
        (_("By language"), _("Language"), _most_sent_first(figures.languages), 6),
        (_("By step"), _("Step"), figures.steps, 4),
    )
    made = [_breakdown(*part) for part in parts if part[2]]
    return [made[0]._replace(remark=_(_IN_BRACKETS)), *made[1:]] if made else []


def _breakdown(title: str, kind: str, parts: list[Breakdown], in_mail: int) -> Section:
    return Section(
        title,
        (kind, _("Sent"), _("Bounced"), _("Answered"), _("Opted out")),
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
    of = {"part": _both(answered), "whole": count(written.so_far)}
    return _both(sent), _both(bounced), _("%(part)s of %(whole)s", **of), _both(opted_out)


def _both(number: Count) -> str:
    return f"{count(number.so_far)} ({count(number.week)})"
