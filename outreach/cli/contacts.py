"""Commands about contacts: bring them in, give them back, forget them."""

import io
from pathlib import Path

import click

from outreach.accounts import audit
from outreach.cli.parts import with_outreach
from outreach.cli.printing import (
    facts,
    json_option,
    note,
    out_option,
    print_json,
    progress_bar,
    write_out,
)
from outreach.contacts import exporting, importing
from outreach.contacts.erasing import find_person
from outreach.contacts.importing import ImportResult
from outreach.delivery import suppression
from outreach.delivery.tables import SuppressionReason
from outreach.errors import InvalidInput
from outreach.inbox import knowing, processing
from outreach.reports import erasing
from outreach.reports.wording import counted
from outreach.wiring import Outreach


@click.group()
def contacts() -> None:
    """Member-state contacts."""


@contacts.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "list_slug", metavar="NAME", help="Put them on this list.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although there are bad ones.")
@json_option
@with_outreach
def bring_in(
    outreach: Outreach,
    file: Path,
    list_slug: str | None,
    dry_run: bool,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Add or update contacts from a .csv or .xlsx FILE; with a bad row, nothing is stored."""
    with progress_bar("Importing") as progress, outreach.database.transaction() as session:
        result = importing.import_contacts(
            session,
            file,
            outreach.states,
            tokens=outreach.tokens,
            now=outreach.clock(),
            list_slug=list_slug,
            dry_run=dry_run,
            skip_bad=skip_bad,
            progress=progress,
        )
        if result.stored:
            audit.note(
                session,
                actor=audit.COMMAND_LINE,
                act="contacts imported",
                subject=list_slug or "",
                detail=f"{result.added} new, {result.updated} updated",
                now=outreach.clock(),
            )
    if as_json:
        print_json(vars(result))
    _tell(result, dry_run=dry_run, skip_bad=skip_bad)


@contacts.command()
@click.option("--list", "list_slug", metavar="NAME", help="Only the contacts on this list.")
@out_option
@with_outreach
def export(outreach: Outreach, list_slug: str | None, out: Path | None) -> None:
    """Write contacts as CSV that spreadsheets open and `contacts import` takes back."""
    text = io.StringIO(newline="")
    with outreach.database.reading() as session:
        number = exporting.export_contacts(session, text, outreach.states, list_slug)
    write_out(text.getvalue(), out)
    note(counted(number, "contact") + ".")


@contacts.command()
@click.argument("address")
@click.option("--because", metavar="WHY", default="", help="Kept beside the address.")
@click.option("--lift", is_flag=True, help="Let mail go there again.")
@with_outreach
def suppress(outreach: Outreach, address: str, because: str, lift: bool) -> None:
    """Send nothing to an address any more, or, with --lift, let mail go there again."""
    now, by_hand = outreach.clock(), SuppressionReason.by_hand
    with outreach.database.transaction() as session:
        if lift:
            changed = suppression.unsuppress(session, address)
        else:
            changed = suppression.suppress(session, address, by_hand, now=now, detail=because)
        act = "suppression lifted" if lift else "address suppressed"
        audit.note(session, actor=audit.COMMAND_LINE, act=act, detail=because, now=now)
    if lift:
        note("Mail may go there again." if changed else "Nothing was keeping mail from there.")
    else:
        note("Nothing goes there any more." if changed else "Nothing was going there already.")


@contacts.command()
@click.argument("address")
@json_option
@with_outreach
def about(outreach: Outreach, address: str, as_json: bool) -> None:
    """Say what is kept of a person: counts, or with --json all of it."""
    with outreach.database.reading() as session:
        kept = knowing.about(session, find_person(session, address, outreach.tokens))
    if as_json:
        print_json(kept)
    else:
        facts({name: len(rows) for name, rows in kept.items()}, as_json=False)


@contacts.command()
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Say what would be erased and change nothing.")
@json_option
@with_outreach
def erase(outreach: Outreach, address: str, dry_run: bool, as_json: bool) -> None:
    """Forget a person: the contact, its copies and mails, and what is queued for it.

    What nobody can decide but you is listed: mails of other people that name the person, and
    notes. docs/data-protection.md says what stays, and where.
    """
    if not dry_run:
        _read_what_waits(outreach)
    found = erasing.erase(
        outreach.database,
        address,
        tokens=outreach.tokens,
        by=audit.COMMAND_LINE,
        now=outreach.clock(),
        dry_run=dry_run,
    )
    facts(found.as_facts(), as_json=as_json)
    note("This would be erased. Nothing was changed." if dry_run else "Erased.")
    for line in found.advice():
        note(line)


def _read_what_waits(outreach: Outreach) -> None:
    """Only of a mail that was read can be said whose it is."""
    processing.process_new(
        outreach.database,
        tokens=outreach.tokens,
        clock=outreach.clock,
        understand=outreach.reader.understand,
    )


def _tell(result: ImportResult, *, dry_run: bool, skip_bad: bool) -> None:
    for problem in result.problems:
        note(str(problem))
    if result.problem_count > len(result.problems):
        note(f"... and {result.problem_count - len(result.problems)} more.")
    for row in result.erased_rows:
        note(f"Row {row} is left out: that person asked to be erased.")
    counts = f"{result.added} new, {result.updated} updated, {result.unchanged} unchanged"
    if result.problem_count and not skip_bad:
        outcome = "Nothing would be imported" if dry_run else "Nothing was imported"
        raise InvalidInput(
            f"{outcome}: {counted(result.problem_count, 'problem')}. "
            "Mend the rows, or add --skip-bad to import the others."
        )
    note(f"This would give: {counts}. Nothing was stored." if dry_run else f"Imported: {counts}.")
