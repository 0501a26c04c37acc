"""Where the databases of journeys lie: in files, or in a Postgres of their own."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import psycopg

from tests.journeys.crash import campaign
from tests.postgres import Cluster

RestartMode = Literal["fast", "immediate"]


class Place(Protocol):
    @property
    def name(self) -> str: ...

    def campaign(self, copies: int, on: Path | None = None) -> str:
        """The address of a database with a campaign that is due, on another disk if need be."""
        ...


@dataclass
class SqliteFolder:
    folder: Path
    name: str = "SQLite"
    _plans: dict[int, Path] = field(default_factory=dict)
    _count: int = 0

    def campaign(self, copies: int, on: Path | None = None) -> str:
        self._count += 1
        made = (on or self.folder) / f"{self._count}.db"
        shutil.copy(self._plan(copies), made)
        campaign.release(f"sqlite:///{made}")
        return f"sqlite:///{made}"

    def _plan(self, copies: int) -> Path:
        if copies not in self._plans:
            self._plans[copies] = self.folder / f"plan-{copies}.db"
            campaign.prepare(f"sqlite:///{self._plans[copies]}", copies)
        return self._plans[copies]


class DurableCluster(Cluster):
    """What was committed stays so when the server is shot, and it can be started again."""

    name = "Postgres"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._plans: dict[int, str] = {}

    def __enter__(self) -> "DurableCluster":
        super().__enter__()
        self._execute(
            "ALTER SYSTEM SET checkpoint_timeout = '1h'",
            # The tests' own setting forgets the last commits; above it stands the role's.
            "ALTER ROLE outreach SET synchronous_commit = on",
        )
        return self

    def restart(self, mode: RestartMode) -> None:
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-m", mode, "-w", "restart")

    def campaign(self, copies: int, on: Path | None = None) -> str:
        place = ""
        if on:
            shutil.chown(on, "postgres", "postgres")
            self._execute(f"CREATE TABLESPACE {on.name} LOCATION '{on}'")
            place = f"TABLESPACE {on.name}"
        made = self._next()
        self._execute(f"CREATE DATABASE {_name(made)} TEMPLATE {self._plan(copies)} {place}")
        campaign.release(made)
        return made

    def _plan(self, copies: int) -> str:
        if copies not in self._plans:
            url = self.empty_database()
            campaign.prepare(url, copies)
            self._plans[copies] = _name(url)
        return self._plans[copies]

    def _next(self) -> str:
        self._count += 1
        return f"postgresql+psycopg://outreach@127.0.0.1:{self._port}/test_{self._count}"

    def _execute(self, *statements: str) -> None:
        address = f"postgresql://outreach@127.0.0.1:{self._port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def _name(url: str) -> str:
    return url.rpartition("/")[2]
