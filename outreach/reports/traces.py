"""Where an address still stands in the database, whichever table and column it is in."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, LargeBinary, String, Text, cast, func, select
from sqlmodel import AutoString, Session, SQLModel

_MAY_HOLD = String | AutoString | JSON | LargeBinary


def traces(session: Session, address: str) -> dict[str, int]:
    """The number of rows by "table.column"; what hides it, as base64 does, is not found."""
    counted = {
        f"{column.table.name}.{column.name}": session.execute(
            select(func.count()).select_from(column.table).where(_holds(session, column, address))
        ).scalar_one()
        for column in _columns()
    }
    return {place: count for place, count in counted.items() if count}


def _columns() -> Iterator[Column[Any]]:
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, _MAY_HOLD):
                yield column


def _holds(session: Session, column: Column[Any], address: str) -> ColumnElement[bool]:
    text: ColumnElement[Any] = cast(column, Text)
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(func.lower(text), address) > 0
    if isinstance(column.type, LargeBinary):  # which cannot be cast where it is no UTF-8
        text = func.encode(column, "escape")
    return func.strpos(func.lower(text), address) > 0
