"""Commands about incoming mail."""

from pathlib import Path

import click

from outreach.cli.parts import with_outreach
from outreach.cli.printing import facts, json_option, note, to_json
from outreach.inbox import describing, files, processing, receiving
from outreach.reports.wording import counted
from outreach.wiring import Outreach

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@click.group()
def inbox() -> None:
    """What comes back: replies, absences, bounces."""


@inbox.command()
@paths_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def classify(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what mails are (.eml, mbox, maildir, folder); needs no database and stores nothing."""
    for path in paths:
        for label, content in files.read_mails(path):
            described = describing.describe(label, content)
            if as_json:
                click.echo(to_json(described))
            else:
                evidence = "; ".join(described["evidence"])
                click.echo(f"{label}: {described['kind']} ({evidence})")


@inbox.command()
@paths_argument
@json_option
@with_outreach
def ingest(outreach: Outreach, paths: tuple[Path, ...], as_json: bool) -> None:
    """Take in mails from files (.eml, mbox, maildir, folder) and file them; each once."""
    taken = 0
    for path in paths:
        for _label, content in files.read_mails(path):
            with outreach.database.transaction() as session:
                receiving.store(session, content, door="file", now=outreach.clock())
            taken += 1
    read = processing.process_new(outreach.database, tokens=outreach.tokens, clock=outreach.clock)
    note(f"{counted(taken, 'mail')} taken in.")
    facts(vars(read), as_json=as_json)
