"""The index of all mail, as stored: FTS5 on SQLite, a GIN index on Postgres, one table for both.

Triggers (SQLite) and a generated column (Postgres) follow the table, so a row is put in or taken
out in one way. What is called ``search_words`` in the database is the index's own and no model.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    cast,
    column,
    event,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Field, Session, SQLModel, col

from outreach.inbox.kinds import MailKind
from outreach.inbox.search_query import Choice, Query, Term

# Terms that no query can name: of every mail, of one with attachments, of one of a kind.
EVERY, WITH_FILES = "·", "·files"
_ROW_BITS = 28


class SearchEntry(SQLModel, table=True):
    """One mail, or one answer from the desk, as the search knows it.

    ``number`` orders by time; see ``entry_number``. ``line`` are its words in their order,
    ``terms`` what the index keeps of them; both are made by ``search_words``.
    """

    __tablename__ = "search_entry"

    number: int = Field(
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
        sa_column_kwargs={"autoincrement": False},
    )
    mail_id: int | None = Field(
        default=None, foreign_key="incoming_mail.id", unique=True, ondelete="CASCADE"
    )
    delivery_id: int | None = Field(
        default=None, foreign_key="delivery.id", unique=True, ondelete="CASCADE"
    )
    line: str
    terms: str


SQLITE = (
    # Of words that are cut already; "detail" keeps no places, for a phrase is sought in ``line``.
    "CREATE VIRTUAL TABLE search_words USING fts5(terms, content='search_entry', "
    "content_rowid='number', tokenize='ascii', detail='none', prefix='3 4 5 6 7 8 9 10 11 12')",
    "CREATE TRIGGER search_words_in AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_words(rowid, terms) VALUES (new.number, new.terms); END",
    "CREATE TRIGGER search_words_out AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_words(search_words, rowid, terms) "
    "VALUES ('delete', old.number, old.terms); END",
)
POSTGRES = (
    "ALTER TABLE search_entry ADD COLUMN search_words tsvector NOT NULL "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
    "CREATE INDEX search_words_index ON search_entry USING gin (search_words) "
    "WITH (fastupdate = off)",
)

_TABLE: Any = SearchEntry.__table__  # type: ignore[attr-defined]
for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRES)):
    for _statement in _statements:
        _ddl: Any = DDL  # SQLAlchemy leaves it untyped
        event.listen(_TABLE, "after_create", _ddl(_statement).execute_if(dialect=_dialect))


def of_kind(kind: MailKind) -> str:
    return f"·{kind.replace('_', '')}"


def earliest_number(at: datetime) -> int:
    """What no entry of that second or later is below; until the year 2088 it has 18 digits."""
    return int(at.timestamp()) << _ROW_BITS


def entry_number(at: datetime, row: int, *, is_answer: bool = False) -> int:
    """By the second, then by ``row``, the id of the mail or the delivery: the larger the later."""
    return earliest_number(at) | (row << 1 | is_answer) % (1 << _ROW_BITS)


def matching(session: Session, query: Query) -> tuple[Select[Any], ColumnElement[int]]:
    """The numbers of the entries that the query finds, and the column to order and limit them by.

    FTS5 walks its own row numbers from the latest one and stops where the page is full.
    """
    number: Any = col(SearchEntry.number)
    found = select(number)
    if not query.is_empty and session.get_bind().dialect.name == "sqlite":
        found = found.join(_FTS5, _FTS5.c.rowid == number)
        found = found.where(_FTS5.c.search_words.op("MATCH")(_for_fts5(query)))
        number = _FTS5.c.rowid
    elif not query.is_empty:
        found = found.where(_TSVECTOR.op("@@")(cast(_for_postgres(query), TSQUERY)))
    for line in query.lines:
        found = found.where(col(SearchEntry.line).contains(line, autoescape=True))
    for line in query.without_lines:
        found = found.where(~col(SearchEntry.line).contains(line, autoescape=True))
    return found, number


_FTS5 = table("search_words", column("rowid", Integer), column("search_words"))
_TSVECTOR: ColumnElement[Any] = literal_column("search_entry.search_words")


def _for_fts5(query: Query) -> str:
    def write(term: Term) -> str:
        return f'"{term.word}"' + "*" * term.begins

    wanted = _all_of(query.choices, write, " OR ", " AND ")
    if not query.without:
        return wanted
    return f"({wanted}) NOT ({_all_of(query.without, write, ' OR ', ' OR ')})"


def _for_postgres(query: Query) -> str:
    def write(term: Term) -> str:
        return f"'{term.word}'" + ":*" * term.begins

    wanted = _all_of(query.choices, write, " | ", " & ")
    if not query.without:
        return wanted
    return f"({wanted}) & !({_all_of(query.without, write, ' | ', ' | ')})"


def _all_of(choices: Iterable[Choice], write: Callable[[Term], str], either: str, both: str) -> str:
    """Words hold letters and digits only, so that quotes keep them from being read as syntax."""
    written = (either.join(map(write, choice)) for choice in choices)
    return both.join(f"({each})" for each in written) or write(Term(EVERY))
