"""Commands about the installation itself: setting up, upgrading, backups, doctor."""

import sys
from pathlib import Path

import click

from outreach import migrations
from outreach.accounts import links, people
from outreach.cli.parts import with_outreach
from outreach.cli.printing import json_option, listing, note
from outreach.config import load_settings
from outreach.db import Database, utcnow
from outreach.delivery.composing import entry_url
from outreach.upkeep import backups, doctor, setting_up
from outreach.wiring import Outreach

backup_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@with_outreach
def init(outreach: Outreach) -> None:
    """Set up in this folder: the database, and letters and schedules of your own to edit."""
    for made in setting_up.copy_examples(outreach.settings, Path.cwd()):
        note(f"Made {made}")
    note(f"The database is ready: {outreach.database.engine.url.render_as_string()}")
    _say_who_gets_in(outreach)


def _say_who_gets_in(outreach: Outreach) -> None:
    with outreach.database.transaction() as session:
        if people.anybody(session):
            note("There are organizers already; see: outreach user list")
            return
        key = links.let_first_in(session, outreach.tokens, outreach.clock())
    note(
        "Next: outreach run. Then open this link, once and within a day, to become the first admin:"
    )
    click.echo(entry_url(outreach.settings.public_url, outreach.tokens, key))


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
def upgrade() -> None:
    """Bring the database to the tables of this version."""
    database = Database(load_settings().database)
    migrations.upgrade(database)
    note(f"The database is at version {migrations.current(database)[0]}.")
    database.close()


@click.command()
@backup_file
@with_outreach
def backup(outreach: Outreach, file: Path) -> None:
    """Write the whole database to FILE, while everything runs on."""
    backups.backup(outreach.database, file)
    note(f"Written to {file}. It holds personal data: keep it as safe as the database.")


@click.command()
@backup_file
@click.option("--replace", is_flag=True, help="Put it in place of the database that is there.")
def restore(file: Path, replace: bool) -> None:
    """Go back to the backup in FILE; running campaigns are paused."""
    settings = load_settings()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    paused = backups.restore(settings.database, file, replace=replace, clock=utcnow)
    note("Restored.")
    for slug in paused:
        note(f"Campaign {slug} is paused. {backups.WHY_PAUSED}")


@click.command(name="doctor")
@json_option
@with_outreach
def examine(outreach: Outreach, as_json: bool) -> None:
    """Say in plain words what is wrong with this installation; exit 1 if anything is."""
    findings = doctor.examine(outreach)
    listing([vars(finding) for finding in findings], as_json=as_json, empty="")
    sys.exit(any(finding.verdict == "wrong" for finding in findings))
