"""The command line: a module a noun; each command parses, calls one function and prints."""

import logging
import os

import click
from sqlalchemy.exc import DBAPIError

from outreach.cli.campaigns import campaign
from outreach.cli.contacts import contacts
from outreach.cli.deliveries import delivery
from outreach.cli.demo import demo
from outreach.cli.inbox import inbox
from outreach.cli.letters import letters
from outreach.cli.organizers import user
from outreach.cli.reports import report
from outreach.cli.serving import run, tick, web, work
from outreach.cli.upkeep import backup, db, examine, init, restore
from outreach.errors import OutreachError

COMMANDS = (
    demo, init, run, web, work, tick, user, contacts, letters, campaign, delivery, inbox, report,
    db, backup, restore, examine,
)  # fmt: skip


class Commands(click.Group):
    """Commands whose expected failures are told in a sentence: exit 1, no traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OutreachError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error
        except DBAPIError as error:
            raise click.ClickException(f"The database refused: {error.orig}") from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are needed first."""
        return list(self.commands)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach")
def cli() -> None:
    """Carry a petition letter to member states and keep account of what comes back."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    os.umask(0o077)  # what is written holds personal data: it is its owner's alone
    cli()
