"""Commands about incoming mail."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from outreach.cli.parts import with_outreach
from outreach.cli.printing import facts, json_option, note, to_json, write_out
from outreach.errors import InvalidInput
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
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def classify(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what mails are (any file, mbox, maildir, folder, - for standard input).

    Needs no database and stores nothing. What cannot be read is said to be unreadable and stops
    nothing else; then the exit code is 1.
    """
    kinds: Counter[str] = Counter()
    for described in _described(paths):
        kinds[described["kind"]] += 1
        line = to_json(described) if as_json else _in_short(described)
        write_out(f"{line}\n", None)
    bad = kinds[describing.UNREADABLE]
    note(f"{counted(kinds.total(), 'mail')} classified, {bad} of them unreadable.")
    sys.exit(bool(bad))


def _described(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        try:
            sources = [None] if str(path) == "-" else files.find_files(path)
        except InvalidInput as error:
            yield describing.unreadable(files.name(path), str(error))
            continue
        for source in sources:
            yield from _described_in(source)


def _described_in(file: Path | None) -> Iterator[dict[str, Any]]:
    """``None`` is standard input."""
    mails = files.read_file(file) if file else files.read_stream(sys.stdin.buffer, "-")
    try:
        for label, content in mails:
            yield describing.describe(label, content)
    except InvalidInput as error:
        yield describing.unreadable(files.name(file) if file else "-", str(error))


def _in_short(described: dict[str, Any]) -> str:
    return f"{described['path']}: {described['kind']} ({'; '.join(described['evidence'])})"


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
