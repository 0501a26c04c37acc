"""The command line: a module a noun; each command parses, calls one function and prints."""

import logging
import os
from importlib import import_module

import click
from sqlalchemy.exc import DBAPIError

from outreach.errors import OutreachError

# By what is typed, in the order in which they are needed first: the module that is imported then,
# since all of them together take over a second, and the name there.
COMMANDS = {
    "demo": ("demo", "demo"),
    "init": ("upkeep", "init"),
    "run": ("serving", "run"),
    "web": ("serving", "web"),
    "worker": ("serving", "work"),
    "tick": ("serving", "tick"),
    "user": ("organizers", "user"),
    "contacts": ("contacts", "contacts"),
    "letters": ("letters", "letters"),
    "campaign": ("campaigns", "campaign"),
    "delivery": ("deliveries", "delivery"),
    "inbox": ("inbox", "inbox"),
    "report": ("reports", "report"),
    "db": ("upkeep", "db"),
    "backup": ("upkeep", "backup"),
    "restore": ("upkeep", "restore"),
    "doctor": ("upkeep", "examine"),
}


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
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(f"outreach.cli.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach")
def cli() -> None:
    """Carry a petition letter to member states and keep account of what comes back."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def main() -> None:
    os.umask(0o077)  # what is written holds personal data: it is its owner's alone
    cli()
