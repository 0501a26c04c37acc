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
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    assert migrations.current(empty)[0] is None
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    at, newest = migrations.current(empty)
    assert at == newest is not None
