"""Models and migrations say the same, on both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from outreach import migrations
from outreach.db import Database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        url = request.getfixturevalue("cluster").empty_database()
    database = Database(url)
    yield database
    database.close()


def test_the_migrations_make_the_tables_of_the_models(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": migrations.is_of_a_model}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []


TRIGGERS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid) "
        "FROM pg_trigger t WHERE NOT tgisinternal"
    ),
}


def triggers(database: Database) -> list[tuple[str, ...]]:
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(TRIGGERS[connection.dialect.name])
        return sorted(tuple(row) for row in found)


def test_the_migrations_make_the_triggers_of_the_models(
    empty: Database, database: Database
) -> None:
    if empty.is_sqlite == database.is_sqlite:
        migrations.upgrade(empty)
        assert triggers(empty) == triggers(database) != []


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    assert migrations.current(empty)[0] is None
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    at, newest = migrations.current(empty)
    assert at == newest is not None
