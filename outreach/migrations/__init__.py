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


def config(database: Database, metadata: Any = None) -> Config:
    """Alembic's configuration; ``metadata`` (the tables) is needed only to compare or to write."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes.update(engine=database.engine, metadata=metadata)
    return made
