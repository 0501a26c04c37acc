"""What every test may ask for: a database of either kind, a session, tokens and a moment."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import event
from sqlmodel import Session, SQLModel

from outreach.config import load_settings, shipped
from outreach.db import Database
from outreach.demo.story import FastClock
from outreach.tokens import Tokens
from outreach.wiring import Outreach, build  # and with it the tables of every room
from tests.postgres import Cluster, empty, postgres_programs

Emptied = Callable[[], Database]


def pytest_configure() -> None:
    # How long an example takes says more of the machine than of the code.
    hypothesis.settings.register_profile("outreach", deadline=None)
    hypothesis.settings.load_profile("outreach")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails the run")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real Postgres in a temporary folder, for this run only.

    Not in pytest's own folder: that one is closed to other users, and Postgres refuses to be root.
    """
    if postgres_programs() is None:
        pytest.skip("Postgres is missing: apt-get install postgresql")
    with (
        tempfile.TemporaryDirectory(prefix="outreach-") as folder,
        Cluster(Path(folder)) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with all tables: every test that asks for it runs on both kinds.

    Each kind keeps its engine from test to test, and with it the statements it has compiled.
    """
    emptied: Emptied = request.getfixturevalue(f"emptied_{request.param}")
    return emptied()


@pytest.fixture(scope="session")
def emptied_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emptied]:
    path = tmp_path_factory.mktemp("sqlite") / "outreach.db"
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _wait_for_no_disk)

    def emptied() -> Database:
        database.close()
        for part in path.parent.glob(f"{path.name}*"):  # whoever still holds them keeps the old
            part.unlink()
        shutil.copy(sqlite_template, path)
        return database

    yield emptied
    database.close()


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def emptied_postgres(cluster: Cluster) -> Iterator[Emptied]:
    database = Database(cluster.fresh_database())

    def emptied() -> Database:
        nonlocal database
        if not empty(database):  # somebody still holds it: it is left behind
            database.close()
            database = Database(cluster.fresh_database())
        return database

    yield emptied
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One open transaction, rolled back at the end of the test."""
    with Session(database.engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def tokens() -> Tokens:
    return Tokens("a secret for tests")


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Geneva."""
    return datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FastClock:
    """The day before the example campaign begins; stands still until a test moves it."""
    return FastClock(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))


@pytest.fixture
def outreach(tmp_path: Path, clock: FastClock) -> Iterator[Outreach]:
    """The product as it comes, in a folder of its own."""
    settings = load_settings(
        var_dir=tmp_path / "var",
        templates_dir=shipped("templates"),
        schedules_dir=shipped("schedules"),
    )
    with closing(build(settings, clock)) as built:
        yield built
