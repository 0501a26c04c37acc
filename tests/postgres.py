"""A Postgres cluster that lives in a temporary folder for one test run."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO

import psycopg
from sqlmodel import SQLModel

from outreach.db import Database


def postgres_programs() -> Path | None:
    """The folder of initdb and postgres, or None where they are not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


class Cluster:
    """Starts on entering, stops and forgets everything on leaving."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Cluster":
        programs = postgres_programs()
        assert programs is not None
        data = self._folder / "data"
        if os.geteuid() == 0:  # Postgres refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
        subprocess.run(
            [*_as_postgres(), programs / "initdb", "-D", data, "-U", "outreach", "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd=self._folder,
        )  # fmt: skip
        with (self._folder / "log").open("wb") as log:
            self._process = self._start(programs, data, log)
        self._wait_until_ready()
        self._make_template()
        return self

    def _start(self, programs: Path, data: Path, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*_as_postgres(), programs / "postgres", "-D", data, "-p", str(self._port),
             "-k", self._folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
             "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
            stderr=log, cwd=self._folder,
        )  # fmt: skip

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=20)

    def fresh_database(self) -> str:
        """The address of a new database with all tables and no rows."""
        self._count += 1
        name = f"test_{self._count}"
        self._run(f"CREATE DATABASE {name} TEMPLATE outreach_template STRATEGY FILE_COPY")
        return self._url(name)

    def empty_database(self) -> str:
        """The address of a new database without tables."""
        self._count += 1
        name = f"test_{self._count}"
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://outreach@127.0.0.1:{self._port}/{name}"

    def _make_template(self) -> None:
        self._run("CREATE DATABASE outreach_template")
        database = Database(self._url("outreach_template"))
        SQLModel.metadata.create_all(database.engine)
        database.close()

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def _dsn(self) -> str:
        return f"host=127.0.0.1 port={self._port} user=outreach dbname=postgres"

    def _wait_until_ready(self) -> None:
        for attempt in range(100):
            try:
                psycopg.connect(self._dsn(), connect_timeout=1).close()
                return
            except psycopg.OperationalError:
                assert self._process is not None
                if self._process.poll() is not None or attempt == 99:
                    raise
                time.sleep(0.1)


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
