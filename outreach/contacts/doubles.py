"""Likely doubles: contacts of one mission that go by the same name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from outreach.contacts.finding import is_there
from outreach.contacts.folding import fold
from outreach.contacts.tables import Contact, Mission

_PORTION = 5_000  # contacts looked through at a time


@dataclass(frozen=True)
class Doubles:
    """Contacts that may be one and the same, the oldest first."""

    mission: Mission
    contacts: Sequence[Contact]


def look(session: Session, after: int) -> tuple[list[Doubles], int | None]:
    """Those in some of the missions after the one with the id ``after``.

    Also where the next look begins, or None at the end: no look costs more than its portion.
    """
    names = (
        select(Contact.mission_id, Contact.id, Contact.name)
        .where(col(Contact.mission_id) > after, is_there())
        .order_by(col(Contact.mission_id), col(Contact.id))
        .limit(_PORTION)
    )
    seen = list(session.exec(names))
    missions = [mission for mission, _, _ in seen]
    last = missions[-1] if len(seen) == _PORTION else None
    if last is not None and last != missions[0]:  # which is not whole: it begins the next look
        seen = [row for row in seen if row[0] != last]
        last = seen[-1][0]
    return [_together(session, ids) for ids in _of_one_name(seen)], last


def _of_one_name(rows: Sequence[tuple[int, int | None, str]]) -> Iterator[list[int]]:
    groups: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for mission, number, name in rows:
        if number and (folded := fold(name)):
            groups[mission, folded].append(number)
    return (ids for ids in groups.values() if len(ids) > 1)


def _together(session: Session, ids: Sequence[int]) -> Doubles:
    query = select(Contact).where(col(Contact.id).in_(ids)).order_by(col(Contact.id))
    contacts = session.exec(query).all()
    return Doubles(session.get_one(Mission, contacts[0].mission_id), contacts)
