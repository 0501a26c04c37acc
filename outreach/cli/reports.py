"""Commands about the weekly report."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from outreach.cli.parts import with_outreach
from outreach.cli.printing import facts, json_option, note, out_option, to_json, write_out
from outreach.reports import paper, rendering, spreadsheet, weekly
from outreach.reports.counters import keeping
from outreach.reports.weeks import Week
from outreach.wiring import Outreach
from outreach.worker.reporting import make_report


@click.group()
def report() -> None:
    """The week in figures."""


@report.command(name="weekly")
@click.option("--week", "week_text", metavar="2026-W48", help="[default: the last full week]")
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "html", "pdf", "csv", "json"]),
    default="text",
    show_default=True,
)
@click.option("--send", is_flag=True, help="Keep this report and send it to the organizers, once.")
@out_option
@with_outreach
def show(
    outreach: Outreach, week_text: str | None, form: str, send: bool, out: Path | None
) -> None:
    """Show a week's report; a report that was sent does not change any more."""
    zone = ZoneInfo(outreach.settings.timezone)
    now = outreach.clock()
    week = Week.parse(week_text) if week_text else Week.containing(now, zone).previous
    if send:
        make_report(outreach, week, now)
        note(f"The report of {week} is in the queue, once for each organizer who gets reports.")
    with outreach.database.transaction() as session:
        figures = weekly.figures_of(session, week, zone=zone, states=outreach.states, now=now)
    links = rendering.Links(outreach.settings.public_url)
    renderings: dict[str, Callable[[], str | bytes]] = {
        "text": lambda: rendering.as_text(figures, links),
        "html": lambda: rendering.as_html(figures, links),
        "pdf": lambda: paper.as_pdf(figures, links),
        "csv": lambda: spreadsheet.as_csv(figures, links),
        "json": lambda: to_json(rendering.as_json(figures, links)) + "\n",
    }
    write_out(renderings[form](), out)


@report.command()
@json_option
@with_outreach
def recount(outreach: Outreach, as_json: bool) -> None:
    """Count all figures anew and put right what is wrong; the worker does it once a day."""
    drift = keeping.recount(outreach.database, ZoneInfo(outreach.settings.timezone))
    found = {"missions_put_right": drift.missions, "sums_put_right": drift.counters}
    facts(found, as_json=as_json)
