"""Inserting a row at most once: the database decides, so two workers at once are no danger."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_once(session: Session, row: SQLModel) -> int | None:
    """The id of the new row, or None when a unique column's value stands there already."""
    table: Any = SQLModel.metadata.tables[str(row.__tablename__)]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(row.model_dump(exclude={"id"}))
    inserted = session.execute(insert.on_conflict_do_nothing().returning(table.c.id))
    return inserted.scalar_one_or_none()
