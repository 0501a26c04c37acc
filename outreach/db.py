"""The database: engines for SQLite and Postgres, transactions, and the clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Engine, Enum, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel, create_engine

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    return datetime.now(UTC)


def enum_type(kind: type[StrEnum]) -> Any:
    """A column type for ``kind``: plain text on both databases, so a new member needs no DDL."""
    return Enum(kind, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e])


def insertion(session: Session, kind: type[SQLModel]) -> Any:
    """An INSERT into the table of ``kind`` that knows ON CONFLICT, in the database's dialect."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(kind.__table__)  # type: ignore[attr-defined]


def insert_once(session: Session, row: SQLModel) -> Any | None:
    """The new row's primary key, or None when a unique column's value stands there already.

    The database decides, so two workers at once are no danger.
    """
    table = row.__table__  # type: ignore[attr-defined]
    values = row.model_dump()
    (key,) = table.primary_key.columns
    if values[key.name] is None:
        del values[key.name]
    insert = insertion(session, type(row)).values(values).on_conflict_do_nothing()
    return session.execute(insert.returning(key)).scalar_one_or_none()


class Database:
    """One database, written in immediate transactions and read in plain ones."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = _engine(url, begin="BEGIN IMMEDIATE")
        self._reader = _engine(url, begin="BEGIN") if self.is_sqlite else self._writer

    @property
    def is_sqlite(self) -> bool:
        return make_url(self.url).get_backend_name() == "sqlite"

    @property
    def engine(self) -> Engine:
        return self._writer

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or rolls back when it raises.

        On SQLite the write lock is taken at the start: a read-modify-write cannot lose an update.
        """
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only; it waits for no writer."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _engine(url: str, begin: str) -> Engine:
    # hide_parameters: a failing statement must not write personal data into the log.
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        pool_pre_ping=not url.startswith("sqlite"),
    )
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, begin)
    else:
        _prepare_postgres(engine)
    return engine


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_postgres(engine: Engine) -> None:
    """A commit is on the disk when it returns, also where the server is set to be faster.

    A forgotten "it is being sent" would send the same letter again.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.commit()


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    """Write-ahead log, foreign keys, and transactions that begin when we say so."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=FULL",  # a commit outlasts a power cut: see _prepare_postgres
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)
