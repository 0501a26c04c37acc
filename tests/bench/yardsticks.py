"""What a database does when it is asked for the plainest thing: one table, short statements."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import text

from outreach.db import Database
from tests.bench.bench import Bench, seconds
from tests.bench.figures import Yardstick

_TABLE = (
    "CREATE TABLE yard (id INTEGER PRIMARY KEY, state VARCHAR(8), note VARCHAR(200))",
    "CREATE INDEX yard_state ON yard (state, id)",
)
_INSERT = text("INSERT INTO yard (id, state, note) VALUES (:id, 'queued', :note)")
_CLAIM = text(
    "UPDATE yard SET state = 'sending' WHERE id IN "
    "(SELECT id FROM yard WHERE state = 'queued' ORDER BY id LIMIT :group) RETURNING id, note"
)
_GROUP = 1_000


def plain_inserts(bench: Bench, number: int) -> Yardstick:
    """Rows of 120 letters and two indexes, a transaction for each thousand."""
    with _yard(bench) as database:
        took = seconds(_fill, database, number)
    return Yardstick("plain INSERTs", number / took)


def plain_claims(bench: Bench, number: int, group: int) -> Yardstick:
    """The same conditional UPDATE on such a table, a transaction for each group."""
    with _yard(bench) as database:
        _fill(database, number)
        took = seconds(_claim_all, database, group)
    return Yardstick(f"plain UPDATEs of {group:,}", number / took)


@contextmanager
def _yard(bench: Bench) -> Iterator[Database]:
    with bench.empty() as url, closing(Database(url)) as database:
        with database.transaction() as session:
            for statement in _TABLE:
                session.connection().exec_driver_sql(statement)
        yield database


def _fill(database: Database, number: int) -> None:
    for start in range(0, number, _GROUP):
        ids = range(start, min(start + _GROUP, number))
        with database.transaction() as session:
            session.connection().execute(_INSERT, [{"id": id_, "note": "n" * 120} for id_ in ids])


def _claim_all(database: Database, group: int) -> None:
    taken = True
    while taken:
        with database.transaction() as session:
            taken = bool(session.connection().execute(_CLAIM, {"group": group}).all())
