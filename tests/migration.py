"""Writes a migration for tables that changed: ``make migration SAYS="add reply notes"``."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlmodel import SQLModel

from outreach import migrations
from outreach.db import Database
from tests import conftest  # noqa: F401  the tables of every room


def write(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'empty.db'}")
        migrations.upgrade(database)
        configuration = migrations.config(database, SQLModel.metadata)
        number = len(list(Path(migrations.__file__).parent.glob("versions/*.py"))) + 1
        command.revision(configuration, message, autogenerate=True, rev_id=f"{number:04}")
        database.close()


if __name__ == "__main__":
    write(sys.argv[1])
