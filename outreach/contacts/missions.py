"""Missions by state and organization, found or made."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from outreach.contacts.tables import Mission
from outreach.contacts.upserting import insert_new

_Key = tuple[str, str]


class Missions:
    """All missions there are, by state and organization; case makes no second mission.

    Two contacts of one mission must share it, or an answer would not stop the chase.
    """

    def __init__(self, session: Session, state: str | None = None) -> None:
        """Where only contacts of one ``state`` come, the missions of the others are not read."""
        self._session = session
        self._known: dict[_Key, tuple[int | None, str]] = {}
        self._load(*([col(Mission.state) == state] if state else []))

    def spelling(self, state: str, organization: str) -> str:
        """The organization as it was written first."""
        _, spelling = self._known.setdefault(_key(state, organization), (None, organization))
        return spelling

    def id(self, state: str, organization: str) -> int:
        found, _ = self._known[_key(state, organization)]
        assert found is not None  # made by ``make``
        return found

    def make(self, pairs: Iterable[_Key]) -> None:
        """Make those that there are not yet."""
        new = {pair for pair in pairs if self._known.get(_key(*pair), (None, ""))[0] is None}
        if new:
            rows = [{"state": state, "organization": written} for state, written in sorted(new)]
            insert_new(self._session, Mission, rows)
            self._load(
                col(Mission.state).in_({state for state, _ in new}),
                col(Mission.organization).in_({organization for _, organization in new}),
            )

    def _load(self, *criteria: ColumnElement[bool]) -> None:
        columns = select(Mission.id, Mission.state, Mission.organization)
        for found, state, organization in self._session.exec(columns.where(*criteria)):
            self._known[_key(state, organization)] = (found, organization)


def _key(state: str, organization: str) -> _Key:
    return state, organization.casefold()
