"""The command that shows the whole way on this machine."""

import threading
from pathlib import Path
from typing import Any

import click

from outreach.cli.printing import json_option, note, print_json
from outreach.demo import running
from outreach.demo.running import Finished

LABELS = {
    "contacts": "contacts on the list",
    "planned": "letters planned",
    "held": "contacts held back, with the reason",
    "sent": "letters sent",
    "reminders": "reminders sent",
    "opened_person": "copies whose image a person's program loaded",
    "opened_machine": "copies whose image a machine loaded",
    "replies": "replies by people",
    "auto_replies": "automatic answers and absence notices",
    "bounced": "copies that came back",
    "opted_out": "contacts that opted out",
    "unknown": "copies in doubt",
    "report": "the last weekly report",
    "outbox": "every mail, as it would have left",
    "seconds": "seconds it took",
}


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where it keeps its files; it starts over there each time.",
)
@click.option("--no-serve", is_flag=True, help="End when the story is over.")
@json_option
def demo(folder: Path, no_serve: bool, as_json: bool) -> None:
    """Run the whole way of a letter on this machine; nothing leaves it."""
    tell = note if as_json else click.echo
    with running.demo(folder.absolute(), tell) as finished:
        if as_json:
            print_json(finished.figures)
        else:
            _print_table(finished.figures)
        if not no_serve:
            _serve(finished)


def _print_table(figures: dict[str, Any]) -> None:
    click.echo()
    for name, label in LABELS.items():
        click.echo(f"{label:<46} {figures[name]}")


def _serve(finished: Finished) -> None:
    note(f"\nLook around: {finished.url} (one click signs you in; stop it with Ctrl-C)")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        note("Stopped. To see it again: make demo")
