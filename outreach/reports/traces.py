"""Where an address still stands in the database, whichever table and column it is in."""

from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, LargeBinary, String, Text, cast, func, select
from sqlmodel import AutoString, Session, SQLModel

_MAY_HOLD = String | AutoString | JSON | LargeBinary


def traces(session: Session, address: str) -> dict[str, int]:
    """The number of rows by "table.column"; what hides it, as base64 does, is not found.

    Every row is looked at, once: with millions of them it takes its time.
    """
    found: dict[str, int] = {}
    for table in SQLModel.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, _MAY_HOLD)]
        counts = [func.count().filter(_holds(session, column, address)) for column in columns]
        if counts:
            row = session.execute(select(*counts).select_from(table)).one()
            places = (f"{table.name}.{column.name}" for column in columns)
            found |= {place: count for place, count in zip(places, row, strict=True) if count}
    return found


def _holds(session: Session, column: Column[Any], address: str) -> ColumnElement[bool]:
    text: ColumnElement[Any] = cast(column, Text)
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(func.lower(text), address) > 0
    if isinstance(column.type, LargeBinary):  # which cannot be cast where it is no UTF-8
        text = func.encode(column, "escape")
    return func.strpos(func.lower(text), address) > 0
