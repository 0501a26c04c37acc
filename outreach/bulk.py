"""Many rows at once, on SQLite and on Postgres: put in, or asked for, in one statement.

Their values go over as one parameter that the database takes apart. One for each value costs
several times as much, in SQLAlchemy, in the driver and in Postgres, and there is a limit to them.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Executable,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


@contextmanager
def without_looking_for_cycles() -> Iterator[None]:
    """For work that makes a great many objects which all live until its end.

    To look through them again and again for some that could go takes a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def among(session: Session, attribute: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """That a column has one of the values, which are numbers or texts."""
    those = list(values)
    if session.get_bind().dialect.name == "sqlite":
        given = func.json_each(literal(orjson.dumps(those).decode(), Text)).table_valued("value")
        is_among: ColumnElement[bool] = attribute.in_(select(given.c.value))
    else:
        is_among = attribute == any_(literal(those, ARRAY(attribute.type)))
    return is_among


def insert_new(
    session: Session, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, by: str
) -> list[Any]:
    """Insert the rows whose value in the unique column ``by`` is not there; these values.

    All rows have the same columns in the same order. Moments are aware.
    """
    if not rows:
        return []
    return list(_execute(session, _insertion_of_new, kind, rows, by).scalars())


def add_up(
    session: Session, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]], *, adding: str
) -> None:
    """Insert the rows; where the primary key is there, add the number ``adding`` to what it has.

    All rows have the same columns in the same order, and no two the same key.
    """
    if rows:
        _execute(session, _addition, kind, rows, adding)


def _execute(
    session: Session,
    statement: Callable[..., Executable],
    kind: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    column: str,
) -> Any:
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    given = _arrays(rows) if is_sqlite else _objects(rows)
    wanted = statement(is_sqlite, kind, tuple(rows[0]), column)
    return connection.execute(wanted, {"rows": given.decode()})


@lru_cache(maxsize=64)
def _insertion_of_new(
    is_sqlite: bool, kind: type[SQLModel], names: tuple[str, ...], by: str
) -> Executable:
    table = kind.__table__  # type: ignore[attr-defined]
    every = _insertion(is_sqlite, table, names)
    new: Executable = every.on_conflict_do_nothing(index_elements=[by]).returning(table.c[by])
    return new


@lru_cache(maxsize=64)
def _addition(
    is_sqlite: bool, kind: type[SQLModel], names: tuple[str, ...], adding: str
) -> Executable:
    table = kind.__table__  # type: ignore[attr-defined]
    every = _insertion(is_sqlite, table, names)
    more = {adding: table.c[adding] + every.excluded[adding]}
    added: Executable = every.on_conflict_do_update(
        index_elements=list(table.primary_key), set_=more
    )
    return added


def _insertion(is_sqlite: bool, table: Any, names: Sequence[str]) -> Any:
    """The INSERT of rows that come as one parameter."""
    insert: Any = (sqlite if is_sqlite else postgresql).insert(table)
    types = {name: table.c[name].type for name in names}
    given = _from_arrays(types) if is_sqlite else _from_objects(types)
    return insert.from_select(names, given, include_defaults=False)


def _from_arrays(types: Mapping[str, Any]) -> Select[Any]:
    given = func.json_each(bindparam("rows", type_=Text)).table_valued("value", name="given")
    values = [func.json_extract(given.c.value, f"$[{place}]") for place in range(len(types))]
    return select(*values).where(true())  # without it SQLite takes ON CONFLICT for a join's ON


def _from_objects(types: Mapping[str, Any]) -> Select[Any]:
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    columns = (column(name, kind) for name, kind in types.items())
    return select(given.table_valued(*columns, name="given").render_derived(with_types=True))


def _arrays(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """For SQLite, which finds a value sooner in an array than in an object."""
    values = [tuple(row.values()) for row in rows]
    return orjson.dumps(values, default=_as_sqlite_has_it, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _objects(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps(rows, default=_in_utc, option=orjson.OPT_PASSTHROUGH_DATETIME)


@lru_cache(maxsize=1024)  # many rows share theirs
def _as_sqlite_has_it(moment: Any) -> str:
    return _in_utc(moment).removesuffix("+00:00")


@lru_cache(maxsize=1024)
def _in_utc(moment: Any) -> str:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise TypeError("Only values that JSON has, and aware moments, can be put in.")
    return moment.astimezone(UTC).isoformat(" ", "microseconds")
