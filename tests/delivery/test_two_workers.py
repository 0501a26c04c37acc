"""Two workers on one database: every copy once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from outreach.db import Database
from outreach.delivery.carriers.outbox import Outbox
from outreach.delivery.sending import drain
from outreach.delivery.tables import State
from tests.delivery.making import MORNING, a_composer, a_row, every, put_in

COPIES = 300


def each_copy_went_once(database: Database, folders: list[Path]) -> bool:
    written = [path.stem for folder in folders for path in (folder / "new").iterdir()]
    rows = every(database)
    assert {(row.state, row.attempts) for row in rows} == {(State.sent, 1)}
    return sorted(written) == sorted(row.key for row in rows)


def test_threads(database: Database, tmp_path: Path) -> None:
    put_in(database, *(a_row(number) for number in range(COPIES)))
    folders = [tmp_path / "one", tmp_path / "two", tmp_path / "three"]

    def work(folder: Path) -> int:
        tally = drain(
            database, Outbox(folder), a_composer(), worker=folder.name, clock=lambda: MORNING
        )
        return tally.sent

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, folders)) == COPIES
    assert each_copy_went_once(database, [folder for folder in folders if folder.exists()])


def test_processes(database: Database, tmp_path: Path) -> None:
    put_in(database, *(a_row(number) for number in range(COPIES)))
    folders = [tmp_path / "one", tmp_path / "two"]
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.drain_once", database.url, folder, folder.name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for folder in folders
    ]
    shares = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(shares) == COPIES
    assert each_copy_went_once(database, [folder for folder in folders if folder.exists()])
