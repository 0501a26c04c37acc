"""Commands about campaigns: load a schedule, plan it, approve it, and stop it."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from outreach.accounts import audit, people
from outreach.campaigns import acts, plans, previewing, progress, schedule
from outreach.campaigns.calendar_file import calendar_file
from outreach.campaigns.on_paper import letter_on_paper
from outreach.campaigns.plans import Status
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.cli.parts import ROW_ID, with_outreach
from outreach.cli.planning import make_plan, print_summary, warn_of_unreviewed
from outreach.cli.previews import form_option, write_mail
from outreach.cli.printing import (
    facts,
    json_option,
    listing,
    note,
    out_option,
    to_json,
    write_out,
)
from outreach.errors import NotFound
from outreach.reports.wording import counted
from outreach.wiring import Outreach

slug_argument = click.argument("slug")
because = click.option("--because", metavar="WHY", default="", help="Kept beside the campaign.")


@click.group()
def campaign() -> None:
    """Campaigns: who gets what and when."""


@campaign.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", metavar="ADDRESS", help="Which organizer loads it; somebody else approves.")
@with_outreach
def load(outreach: Outreach, file: Path, by: str | None) -> None:
    """Load a schedule file; the campaign is named after it."""
    text = schedule.read(file)
    now = outreach.clock()
    with outreach.database.transaction() as session:
        actor = people.get(session, by).address if by else audit.COMMAND_LINE
        loaded = acts.load(session, text, file.stem, by=actor, now=now)
    if loaded.state is CampaignState.loaded:
        note(f"Campaign {loaded.slug} is loaded. Next: outreach campaign plan {loaded.slug}")
    else:
        note(f"Campaign {loaded.slug} has this file already; it is {loaded.state}.")


@campaign.command()
@slug_argument
@json_option
@with_outreach
def plan(outreach: Outreach, slug: str, as_json: bool) -> None:
    """Plan who gets what, in which language and when, and who does not and why."""
    summary, entries = make_plan(outreach, slug)
    if as_json:
        click.echo(to_json({"summary": vars(summary), "copies": entries}))
        return
    columns = ("recipient", "address", "member_state", "language", "step", "planned_at", "reason")
    listing(entries, as_json=False, empty="", columns=columns)
    print_summary(slug, summary)


@campaign.command()
@slug_argument
@click.option("--contact", "contact_id", type=ROW_ID, metavar="ID", help="Whose; the first one's.")
@click.option("--step", type=click.IntRange(1), default=1, show_default=True)
@form_option
@out_option
@with_outreach
def preview(
    outreach: Outreach, slug: str, contact_id: int | None, step: int, form: str, out: Path | None
) -> None:
    """Show a planned copy with what it encloses, exactly as it will leave."""
    with outreach.database.reading() as session:
        found = progress.get(session, slug)
        copy = previewing.planned_copy(session, found, step, contact_id)
        if form == "pdf":
            zone = ZoneInfo(outreach.settings.timezone)
            return write_out(letter_on_paper(session, copy, zone), out)
        mail = outreach.composer.compose_stored(session, copy, outreach.clock())
    if mail is None:
        raise NotFound("There is no letter any more: what was personal in it has been erased.")
    write_mail(mail, form, out)


@campaign.command()
@slug_argument
@click.option("--by", metavar="ADDRESS", required=True, help="The organizer who approves.")
@click.option("--alone", is_flag=True, help="Let the person who loaded it approve it too.")
@with_outreach
def approve(outreach: Outreach, slug: str, by: str, alone: bool) -> None:
    """Approve the plan: from now on its copies leave as their time comes."""
    now = outreach.clock()
    with outreach.database.transaction() as session:
        approved = progress.get(session, slug)
        approver = people.get(session, by)
        done = acts.approve(session, approved, by=approver, now=now, alone=alone)
    warn_of_unreviewed(done.unreviewed)
    copies = counted(done.copies, "copy", "copies")
    note(f"Approved: {copies} will leave as their time comes.")


@campaign.command()
@slug_argument
@because
@with_outreach
def pause(outreach: Outreach, slug: str, because: str) -> None:
    """Hold everything that has not left, until resumed."""
    now = outreach.clock()
    with outreach.database.transaction() as session:
        paused = progress.get(session, slug)
        acts.pause(session, paused, by=audit.COMMAND_LINE, now=now, reason=because)
        waiting = plans.status(session, paused, now).unsent
    copies = counted(waiting, "copy waits", "copies wait")
    note(f"{slug} is paused; {copies}. To go on: outreach campaign resume {slug}")


@campaign.command()
@slug_argument
@with_outreach
def resume(outreach: Outreach, slug: str) -> None:
    """Go on with a paused campaign, at its pace."""
    with outreach.database.transaction() as session:
        resumed = progress.get(session, slug)
        acts.resume(session, resumed, by=audit.COMMAND_LINE, now=outreach.clock())
    note(f"{slug} is running.")


@campaign.command()
@slug_argument
@because
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_outreach
def cancel(outreach: Outreach, slug: str, because: str, yes: bool) -> None:
    """Withdraw everything that has not left, for good."""
    with outreach.database.reading() as session:
        unsent = plans.status(session, progress.get(session, slug), outreach.clock()).unsent
    if not yes:
        copies = counted(unsent, "copy", "copies")
        click.confirm(f"{copies} of {slug} will never leave. Cancel it?", abort=True, err=True)
    now = outreach.clock()
    with outreach.database.transaction() as session:
        cancelled = progress.get(session, slug)
        by = audit.COMMAND_LINE
        withdrawn = acts.cancel(session, cancelled, by=by, now=now, reason=because)
    note(f"{slug} is cancelled; {counted(withdrawn, 'copy', 'copies')} withdrawn.")


@campaign.command(name="list")
@json_option
@with_outreach
def list_them(outreach: Outreach, as_json: bool) -> None:
    """List the campaigns."""
    with outreach.database.reading() as session:
        rows = [_row(each) for each in progress.every(session)]
    listing(rows, as_json=as_json, empty="None yet. Load one: outreach campaign load FILE")


@campaign.command()
@slug_argument
@json_option
@with_outreach
def status(outreach: Outreach, slug: str, as_json: bool) -> None:
    """Show how far a campaign has come."""
    with outreach.database.reading() as session:
        found = progress.get(session, slug)
        now = plans.status(session, found, outreach.clock())
    facts(_status_facts(found, now), as_json=as_json)


@campaign.command()
@slug_argument
@out_option
@with_outreach
def calendar(outreach: Outreach, slug: str, out: Path | None) -> None:
    """Write a calendar file (.ics) of what goes when; importing it again updates it."""
    with outreach.database.reading() as session:
        found = progress.get(session, slug)
        made = calendar_file(session, found, states=outreach.states, now=outreach.clock())
    write_out(made, out)


@campaign.command(name="schema")
@out_option
def write_schema(out: Path | None) -> None:
    """Write the JSON Schema of schedule files, by which editors complete and check them."""
    write_out(json.dumps(schedule.json_schema(), indent=2, ensure_ascii=False) + "\n", out)


def _row(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign.slug,
        "name": campaign.name,
        "state": campaign.state.value,
        "loaded_by": campaign.loaded_by,
        "approved_by": campaign.approved_by,
        "approved_at": campaign.approved_at,
    }


def _status_facts(campaign: Campaign, now: Status) -> dict[str, Any]:
    steps = {
        f"step_{step}": {state.value: number for state, number in by_state.items()}
        for step, by_state in now.steps.items()
    }
    return {
        **_row(campaign),
        "reason": now.reason,
        **steps,
        "not_sent": dict(now.not_sent),
        "due_now": now.due,
        "unsent": now.unsent,
        "to_try_again": now.again.copies if now.again else 0,
        "last_answer": now.again.answer if now.again else None,
        "next_at": now.next_at,
    }
