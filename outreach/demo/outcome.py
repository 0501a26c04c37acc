"""What came of the demo: the figures of its last report, and where to look."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from outreach.campaigns import plans, progress
from outreach.demo import story
from outreach.reports import rendering, weekly
from outreach.reports.figures import Figures
from outreach.reports.weeks import Week
from outreach.wiring import Outreach

# Our names for the report's figures; of several, the sum.
REPORTED = {
    "reminders": ("reminders",),
    "opened_person": ("opened_by_people",),
    "opened_machine": ("opened_by_machines",),
    "replies": ("replies",),
    "auto_replies": ("automatic", "out_of_office"),
    "bounced": ("bounced",),
    "opted_out": ("opted_out",),
    "unknown": ("unknown",),
}


def summary(outreach: Outreach, seconds: float) -> dict[str, Any]:
    """The demo's figures by name; those of the campaign are the last report's "so far"."""
    figures = _last_figures(outreach)
    so_far = {name: count.so_far for name, count in figures.counts.items()}
    counts = {name: sum(so_far[part] for part in parts) for name, parts in REPORTED.items()}
    with outreach.database.reading() as session:
        plan = plans.summarize(session, progress.get(session, story.CAMPAIGN))
    return {
        "contacts": plan.contacts,
        "planned": plan.planned,
        "held": plan.held,
        "sent": so_far["sent"] - so_far["reminders"],
        **counts,
        "report": str(_write_report(outreach, figures)),
        "outbox": str(outreach.settings.var_dir / "outbox"),
        "seconds": round(seconds, 1),
    }


def _last_figures(outreach: Outreach) -> Figures:
    zone = ZoneInfo(outreach.settings.timezone)
    now = outreach.clock()
    week = Week.containing(now, zone).previous
    with outreach.database.reading() as session:
        return weekly.figures_of(session, week, zone=zone, states=outreach.states, now=now)


def _write_report(outreach: Outreach, figures: Figures) -> Path:
    path = outreach.settings.var_dir / f"report-{figures.week}.html"
    links = rendering.Links(outreach.settings.public_url)
    path.write_text(rendering.as_html(figures, links), encoding="utf-8")
    return path
