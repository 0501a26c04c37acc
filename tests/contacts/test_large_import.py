"""A large file is imported in flat memory."""

import csv
import subprocess
import sys
from pathlib import Path

_IMPORT = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
import tests.conftest
from sqlmodel import SQLModel
from outreach.contacts.importing import import_contacts
from outreach.contacts.states import load_states
from outreach.db import Database
from outreach.tokens import Tokens

database = Database(f"sqlite:///{sys.argv[1]}.db")
SQLModel.metadata.create_all(database.engine)
with database.transaction() as session:
    result = import_contacts(
        session, Path(sys.argv[1]), load_states(), tokens=Tokens("x"), now=datetime.now(UTC)
    )
print(result.added, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_eight_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    (few, small), (many, large) = (megabytes(tmp_path, rows) for rows in (1_000, 8_000))
    assert (few, many) == (1_000, 8_000)
    assert large - small < 10  # the rows themselves would take several times as much


def megabytes(folder: Path, rows: int) -> tuple[int, int]:
    """Contacts added and memory at its highest, measured in a process of its own."""
    path = folder / f"{rows}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["E-mail", "State", "Name", *(f"own {n}" for n in range(10))])
        for number in range(rows):
            own = [f"value {number} " * 20] * 10
            sheet.writerow([f"{number}@example.org", "FR", f"Name {number}", *own])
    run = subprocess.run(
        [sys.executable, "-c", _IMPORT, path],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    added, memory = run.stdout.split()
    return int(added), int(memory)
