"""Commands about incoming mail."""

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from outreach.accounts import audit
from outreach.cli.parts import ROW_ID, with_outreach
from outreach.cli.printing import (
    facts,
    json_option,
    listing,
    note,
    out_option,
    to_json,
    write_out,
)
from outreach.config import EXAMPLES
from outreach.errors import InvalidInput, Misconfigured
from outreach.inbox import (
    describing,
    exporting,
    fetching,
    files,
    lmtp,
    processing,
    receiving,
    search_query,
    searching,
)
from outreach.inbox.correspondence import gather
from outreach.inbox.doors import Listen
from outreach.inbox.reading import Reader, Understand
from outreach.reports.wording import counted
from outreach.texts import mark
from outreach.wiring import Outreach

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)

_MOST_FOUND = 50


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
    with Reader() as reader:
        for described in _described(paths, reader.understand):
            kinds[described["kind"]] += 1
            line = to_json(described) if as_json else _in_short(described)
            write_out(f"{line}\n", None)
    bad = kinds[describing.UNREADABLE]
    note(f"{counted(kinds.total(), 'mail')} classified, {bad} of them unreadable.")
    sys.exit(bool(bad))


def _described(paths: Iterable[Path], understand: Understand) -> Iterator[dict[str, Any]]:
    for path in paths:
        try:
            sources = [None] if str(path) == "-" else files.find_files(path)
        except InvalidInput as error:
            yield describing.unreadable(files.name(path), str(error))
            continue
        for source in sources:
            yield from _described_in(source, understand)


def _described_in(file: Path | None, understand: Understand) -> Iterator[dict[str, Any]]:
    """``None`` is standard input."""
    mails = files.read_file(file) if file else files.read_stream(sys.stdin.buffer, "-")
    try:
        for label, content in mails:
            yield describing.describe(label, content, understand)
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
    read = processing.process_new(
        outreach.database,
        tokens=outreach.tokens,
        clock=outreach.clock,
        understand=outreach.reader.understand,
    )
    note(f"{counted(taken, 'mail')} taken in.")
    facts(vars(read), as_json=as_json)


@inbox.command()
@json_option
@with_outreach
def fetch(outreach: Outreach, as_json: bool) -> None:
    """Fetch new mail over IMAP, once; the worker reads it.

    Nothing in the mailbox is changed. The worker fetches every minute by itself.
    """
    if not outreach.settings.imap_url:
        raise Misconfigured(_not_set("IMAP_URL"))
    fetched = fetching.fetch(outreach.database, outreach.settings.imap_url, outreach.clock)
    facts(vars(fetched), as_json=as_json)


def _place(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    try:
        return text and str(Listen.parse(text))
    except InvalidInput as error:
        raise click.BadParameter(f"{text} {error}.") from None


@inbox.command(name="lmtp")
@click.option(
    "--listen", callback=_place, help="Where, such as 127.0.0.1:2424 or unix:/run/outreach/lmtp."
)
@with_outreach
def take_by_lmtp(outreach: Outreach, listen: str | None) -> None:
    """Take mail over LMTP from a mail server in front, until Ctrl-C; the worker reads it.

    Where OUTREACH_LMTP_LISTEN is set, the worker does this by itself.
    """
    where = listen or outreach.settings.lmtp_listen
    if not where:
        raise Misconfigured(_not_set("LMTP_LISTEN"))
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with lmtp.listening(outreach.database, where, outreach.clock):
        note(f"Taking mail by LMTP at {where}; stop it with Ctrl-C.")
        signal.sigwait(stops)


@inbox.command()
@click.argument("thread", type=ROW_ID)
@click.option(
    "--as",
    "form",
    type=click.Choice(["eml", "pdf"]),
    default="pdf",
    show_default=True,
    help="The mails themselves in a zip, or all of them to read.",
)
@click.option("--notes", is_flag=True, help="With the organizers' notes in the PDF.")
@out_option
@with_outreach
def export(outreach: Outreach, thread: int, form: str, notes: bool, out: Path | None) -> None:
    """Take a thread away, by the number in its page's address."""
    zone = ZoneInfo(outreach.settings.timezone)
    with outreach.database.reading() as session:
        found = gather(session, thread, outreach.composer, outreach.states)
        if form == "eml":
            exporting.write_zip(found, zone, packed := BytesIO())
            made = packed.getvalue()
        else:
            made = exporting.as_pdf(found, zone, with_notes=notes)
    with outreach.database.transaction() as session:
        audit.note(
            session,
            actor=audit.COMMAND_LINE,
            act=mark("thread exported"),
            subject=f"thread {thread}",
            detail="mails" if form == "eml" else "PDF",
            now=outreach.clock(),
        )
    write_out(made, out)


@inbox.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True)
@json_option
@with_outreach
def search(outreach: Outreach, words: tuple[str, ...], as_json: bool) -> None:
    """Find mails and answers by all of WORDS, "words in quotes", and without -WORD."""
    quoted = (f'"{word}"' if " " in word and '"' not in word else word for word in words)
    with outreach.database.reading() as session:
        found = searching.find(session, search_query.read(" ".join(quoted)), limit=_MOST_FOUND)
        rows = [each.as_facts() for each in found]
    listing(rows, as_json=as_json, empty="No mail is like that; use fewer words.")


def _not_set(name: str) -> str:
    return f"OUTREACH_{name} is not set. It looks like this: {EXAMPLES[name]}"
