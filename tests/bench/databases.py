"""New databases to measure on: SQLite, Postgres as the tests have it, and one that syncs."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.postgres import Cluster

Empty = Callable[[], AbstractContextManager[str]]
_numbers = count(1)


class DurableCluster(Cluster):
    """With Debian's own settings: what is committed is on the disk, as it would be in use."""

    def __enter__(self) -> Cluster:
        super().__enter__()
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-o", options, "-w", "restart")
        return self


class LargeCluster(Cluster):
    """With the memory that a database of gigabytes is given."""

    def __enter__(self) -> Cluster:
        super().__enter__()
        with (self._folder / "data" / "postgresql.auto.conf").open("a") as file:
            file.write("shared_buffers = 512MB\neffective_cache_size = 4GB\nmax_wal_size = 16GB\n")
        self._run("pg_ctl", "-l", str(self._folder / "log"), "-w", "restart")
        return self


@contextmanager
def sqlite() -> Iterator[Empty]:
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        yield partial(sqlite_file, Path(folder))


@contextmanager
def sqlite_file(folder: Path) -> Iterator[str]:
    path = folder / f"{next(_numbers)}.db"
    yield f"sqlite:///{path}"
    for part in folder.glob(f"{path.name}*"):
        part.unlink()


@contextmanager
def postgres(kind: type[Cluster] = Cluster) -> Iterator[Empty]:
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        os.chmod(folder, 0o755)
        (Path(folder) / "postgres").mkdir()  # given away, and the folder itself is ours to delete
        with kind(Path(folder) / "postgres") as cluster:
            yield partial(one_of, cluster)


@contextmanager
def one_of(cluster: Cluster) -> Iterator[str]:
    url = cluster.empty_database()
    yield url
    server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))
    server.dispose()


@dataclass(frozen=True)
class Kind:
    """``running`` is a server for as long as it is needed, and gives new databases."""

    label: str
    running: Callable[[], AbstractContextManager[Empty]]


KINDS = {
    "sqlite": Kind("SQLite", sqlite),
    "postgres": Kind("Postgres, fsync off", postgres),
    "durable": Kind("Postgres, fsync on", partial(postgres, DurableCluster)),
    "large": Kind("Postgres, 512 MB buffers", partial(postgres, LargeCluster)),
}
