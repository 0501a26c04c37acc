"""One copy shown on the command line: as text, HTML, the very mail, or on paper."""

from collections.abc import Sequence
from pathlib import Path

import click

from outreach.cli.printing import write_out
from outreach.delivery.composing import Outgoing
from outreach.letters.enclosures import size
from outreach.letters.tables import Enclosure

form_option = click.option(
    "--as",
    "form",
    type=click.Choice(["text", "html", "eml", "pdf"]),
    default="text",
    show_default=True,
)


def write_mail(mail: Outgoing, form: str, out: Path | None) -> None:
    match form:
        case "eml":
            write_out(mail.mime(), out)
        case "html":
            write_out(mail.copy.html, out)
        case _:
            write_out(f"{mail.copy.subject}\n\n{mail.copy.text}{_enclosed(mail.enclosures)}", out)


def _enclosed(enclosures: Sequence[Enclosure]) -> str:
    return "".join(f"\nEnclosed: {each.name} ({size(len(each.content))})\n" for each in enclosures)
