"""What breaks around the workers for a while: the mail server, the database, the disk."""

import contextlib
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg

from tests.journeys.crash.places import DurableCluster, RestartMode
from tests.journeys.crash.processes import MailServer, Workers

_ROOM = 4096  # bytes; for the line that a worker says when it begins

Outage = Callable[[], AbstractContextManager[None]]


def server_away(server: MailServer) -> Outage:
    @contextmanager
    def outage() -> Iterator[None]:
        server.go_away()
        yield
        server.come_back()

    return outage


def database_locked(url: str) -> Outage:
    """A writer that takes its time: longer than SQLite waits for the lock."""
    return lambda: _sqlite_locked(url) if url.startswith("sqlite") else _postgres_locked(url)


@contextmanager
def _sqlite_locked(url: str) -> Iterator[None]:
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def _postgres_locked(url: str) -> Iterator[None]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE")
        yield


def database_restarted(cluster: DurableCluster, mode: RestartMode) -> Outage:
    @contextmanager
    def outage() -> Iterator[None]:
        cluster.restart(mode)
        yield

    return outage


def no_file_grows(workers: Workers) -> Outage:
    """As a full disk, for these processes alone; needs no rights."""

    @contextmanager
    def outage() -> Iterator[None]:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        for running in workers:
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (_ROOM, most))
        yield
        for running in workers:
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (most, most))

    return outage


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk in memory that can be filled up; mounting one needs root."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def disk_full(disk: Path) -> Outage:
    @contextmanager
    def outage() -> Iterator[None]:
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        yield
        ballast.unlink()

    return outage
