"""Rows that passed their checks, kept aside until the whole file is known to be good.

They wait in a temporary file, so that memory stays flat and the file is read once only.
"""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import orjson

from outreach.contacts.rows import ContactRow


class Staging:
    """Opens with ``with``; on leaving, the temporary file is gone."""

    def __enter__(self) -> Self:
        # An empty name is SQLite's word for a private file that is deleted when it is closed.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute(
            "CREATE TABLE staged (number INTEGER PRIMARY KEY, address TEXT UNIQUE, content BLOB)"
        )
        self._file.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, row: ContactRow) -> int:
        """The number of the row in which the address stands first: this one, if it is new."""
        content = orjson.dumps(row.values)
        insert = "INSERT INTO staged VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        if self._file.execute(insert, (row.number, row.address, content)).rowcount:
            return row.number
        first = "SELECT number FROM staged WHERE address = ?"
        return int(self._file.execute(first, (row.address,)).fetchone()[0])

    def __len__(self) -> int:
        return int(self._file.execute("SELECT count(*) FROM staged").fetchone()[0])

    def chunks(self, size: int) -> Iterator[list[ContactRow]]:
        """The rows in the order of the file."""
        rows = self._file.execute("SELECT number, address, content FROM staged ORDER BY number")
        while chunk := rows.fetchmany(size):
            yield [ContactRow(n, address, orjson.loads(content)) for n, address, content in chunk]
