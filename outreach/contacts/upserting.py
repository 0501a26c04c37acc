"""Many rows into one table at once, on SQLite and on Postgres."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import SelectBase
from sqlmodel import Session, SQLModel

from outreach.db import insertion


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that break no unique rule; leave the others."""
    if rows:
        insert = insertion(session, table).on_conflict_do_nothing()
        session.connection().execute(insert, rows)


def insert_new_from(
    session: Session, table: type[SQLModel], columns: Sequence[str], rows: SelectBase
) -> None:
    """The same for the rows of a query, which must have a WHERE (or SQLite cannot parse it)."""
    insert = insertion(session, table).from_select(columns, rows).on_conflict_do_nothing()
    session.connection().execute(insert)


def upsert(
    session: Session,
    table: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    by: str,
    keep: Sequence[str] = (),
) -> None:
    """Insert the rows, or update those that are there by the unique column ``by``.

    A row that is there keeps its values in the columns ``keep``.
    """
    if rows:
        insert = insertion(session, table)
        new = {name: insert.excluded[name] for name in rows[0] if name not in (by, *keep)}
        update = insert.on_conflict_do_update(index_elements=[by], set_=new)
        session.connection().execute(update, rows)
