"""How commands speak: results on standard output, progress and warnings on standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from outreach.errors import InvalidInput

_WIDE = 240  # columns for a table that goes into a file or another program

Progressing = Callable[[int, int | None], None]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
out_option = click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file instead of standard output.",
)


def listing(
    rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str, columns: Sequence[str] = ()
) -> None:
    """A table of ``rows`` (all with the same keys), or JSON; ``empty`` says what to do first."""
    if as_json:
        print_json(rows)
    elif not rows:
        note(empty)
    else:
        _print_table(rows, columns or list(rows[0]))


def facts(values: Mapping[str, Any], *, as_json: bool) -> None:
    """Names and values, one a line, or one JSON object."""
    if as_json:
        print_json(values)
        return
    width = max(map(len, values), default=0)
    for name, value in values.items():
        click.echo(f"{name.replace('_', ' '):<{width}}  {_cell(value)}")


def print_json(value: Any) -> None:
    click.echo(to_json(value))


def to_json(value: Any) -> str:
    """One line; moments in ISO 8601, records by the names of their fields."""
    return json.dumps(value, ensure_ascii=False, default=_for_json)


def note(message: str) -> None:
    click.echo(message, err=True)


def write_out(content: str | bytes, out: Path | None) -> None:
    """What a command makes: to ``--out``, else to standard output as it is.

    A PDF or a zip is nothing to be shown on a terminal.
    """
    data = content.encode() if isinstance(content, str) else content
    if out is None and data is content and not data.isascii() and sys.stdout.isatty():
        raise InvalidInput("This is a file and no text: say where to put it with --out FILE.")
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(data)
        note(f"Written to {out}")


@contextmanager
def progress_bar(title: str) -> Iterator[Progressing]:
    """A bar on standard error while something long runs; silent where nobody watches."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[column])) for column in columns))
    console = Console()
    if not console.is_terminal:
        console.width = _WIDE
    console.print(table)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} {value.tzname()}"
        case list() | tuple():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name}: {count}" for name, count in value.items())
    return str(value)


def _for_json(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
