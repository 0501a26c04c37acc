"""Where an address, or somebody's name, stands in what others wrote."""

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Text, cast, or_
from sqlmodel import col

_BEFORE, _AFTER = r"(?<![\w.+-])", r"(?![\w-]|\.\w)"  # so that ana@ is not found in mariana@


class Mentions:
    """Knows an address in any case and with its domain in either form (RFC 5890), and names.

    A name of one word would be found in too much.
    """

    def __init__(self, address: str, names: Iterable[str] = ()) -> None:
        self.spellings = sorted({address, _in_letters(address)})
        whole = sorted({name.strip() for name in names if len(name.split()) > 1})
        self._looked_for = [*self.spellings, *whole]
        written = "|".join(map(re.escape, self._looked_for))
        self._pattern = re.compile(f"{_BEFORE}(?:{written}){_AFTER}", re.IGNORECASE)

    def __contains__(self, text: object) -> bool:
        return self._pattern.search(str(text)) is not None

    def possible(self, *columns: object) -> ColumnElement[bool]:
        """For the database, which finds somewhat more than ``in`` does."""
        texts = [cast(col(column), Text) for column in columns]
        return or_(
            *(text.icontains(each, autoescape=True) for text in texts for each in self._looked_for)
        )


def _in_letters(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address
