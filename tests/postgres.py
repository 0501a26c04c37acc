"""A Postgres cluster that lives in a temporary folder for one test run."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from types import TracebackType

import psycopg
from sqlmodel import SQLModel

from outreach.db import Database
from tests.ports import free_port


def postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None where they are not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


class Cluster:
    """Starts on entering, stops on leaving; ``folder`` is one that it may give away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._count = 0

    def __enter__(self) -> "Cluster":
        if os.geteuid() == 0:  # Postgres refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
        self._run(
            "initdb", "-U", "outreach", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        options = (
            f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        )
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-o", options, "-w", "start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def fresh_database(self) -> str:
        """The address of a database with all tables and no rows."""
        url = self.empty_database()
        with closing(Database(url)) as database:
            SQLModel.metadata.create_all(database.engine)
        return url

    def empty_database(self) -> str:
        """The address of a new database without tables."""
        self._count += 1
        name = f"test_{self._count}"
        address = f"postgresql://outreach@127.0.0.1:{self._port}"
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{address}/{name}".replace("postgresql:", "postgresql+psycopg:")

    def _run(self, program: str, *arguments: str) -> None:
        programs = postgres_programs()
        assert programs is not None
        as_whom = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_whom, programs / program, "-D", self._folder / "data", *arguments]
        # Not a pipe: the server keeps what it was started with, and a pipe would never end.
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


def empty(database: Database) -> bool:
    """Take out all rows and number from 1 again; False where somebody still holds a table.

    To delete the rows of a test takes a hundredth of the time of TRUNCATE, which makes new files.
    """
    tables = [f'"{name}"' for name in SQLModel.metadata.tables]
    statements = [
        "SET LOCAL lock_timeout = '1s'",
        "SET LOCAL session_replication_role = replica",  # the order does not matter
        f"LOCK TABLE {', '.join(tables)}",
        *(f"DELETE FROM {table}" for table in tables),
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
    with closing(database.engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("; ".join(statements).encode(), prepare=False)
        except psycopg.errors.LockNotAvailable:
            return False
        connection.commit()
    return True
