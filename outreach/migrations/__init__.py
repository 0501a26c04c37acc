"""Migrations: how a database comes to the tables of this version, with Alembic."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from outreach.db import Database


def upgrade(database: Database) -> None:
    """Bring the database to the newest migration; does nothing where it is there already."""
    command.upgrade(config(database), "head")


def current(database: Database) -> tuple[str | None, str | None]:
    """The migration the database is at, and the newest one there is."""
    with database.reading() as session:
        connection = session.connection()
        at = MigrationContext.configure(connection).get_current_revision()
    return at, ScriptDirectory.from_config(config(database)).get_current_head()


def statements(name: str, dialect: str) -> list[str]:
    """Those of a file in ``statements``, where an empty line stands between any two of them."""
    file = Path(__file__).parent / "statements" / f"{name}_{dialect}.sql"
    return [part for part in file.read_text(encoding="utf-8").split("\n\n") if _is_statement(part)]


def _is_statement(part: str) -> bool:
    return any(not line.startswith("--") for line in part.splitlines())


def is_of_a_model(name: str | None, _kind: str, _parents: Any) -> bool:
    """For Alembic's ``include_name``: not the search's own index, which follows a model's table."""
    return not (name or "").startswith("search_words")


def config(database: Database, metadata: Any = None) -> Config:
    """Alembic's configuration; ``metadata`` (the tables) is needed only to compare or to write."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes.update(engine=database.engine, metadata=metadata)
    return made
