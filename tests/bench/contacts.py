"""Contact lists brought in: new ones, and the same once more."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from outreach.contacts.importing import import_contacts
from outreach.contacts.states import load_states
from outreach.db import Database
from outreach.tokens import Tokens
from tests.bench.bench import Bench
from tests.bench.figures import Sample
from tests.bench.yardsticks import plain_inserts

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
TOKENS = Tokens("a secret for measuring")
STATES = load_states()
STATE_CODES = [state.code for state in STATES]

_COLUMNS = ("e-mail", "state", "organization", "role", "title", "given name", "family name")
_MORE_COLUMNS = ("language", "tags", "desk")


def measure(bench: Bench) -> Iterator[Sample]:
    number = bench.sizes.imported
    path = written_list(bench.folder, number)
    yardstick = plain_inserts(bench, number)
    with bench.fresh() as database:
        for what in (f"import {number:,} contacts", "import them again"):
            seconds = bench.seconds(bring_in, database, path)
            yield Sample(what, number / seconds, "contacts/s", yardstick)


def bring_in(database: Database, path: Path) -> None:
    with database.transaction() as session:
        import_contacts(session, path, STATES, tokens=TOKENS, now=NOW, list_slug="geneva-missions")


def written_list(folder: Path, number: int) -> Path:
    """Contacts spread over all member states, with the columns that real lists have."""
    path = folder / f"{number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_COLUMNS, *_MORE_COLUMNS])
        writer.writerows(map(_row, range(number)))
    return path


def _row(index: int) -> list[str]:
    code = STATE_CODES[index % len(STATE_CODES)]
    address = f"person{index}@mission{index // 10}.{code.lower()}.example"
    person = ["ambassador", "H.E.", "Alma", f"Abara {index}", "", "a; b", "IP"]
    return [address, code, "Permanent Mission", *person]
