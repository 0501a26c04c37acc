"""Likely doubles: contacts of one mission that go by the same name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.contacts.finding import is_there
from outreach.contacts.folding import fold
from outreach.contacts.tables import Contact, Mission

MOST = 25  # groups of doubles told at a time; a mission is told whole
MOST_OF_ONE_NAME = 10
_PORTION = 5_000  # contacts looked through at a time

_Row = tuple[int, int, str]


@dataclass(frozen=True)
class Doubles:
    """Contacts that may be one and the same, the oldest first; ``more`` are not among them."""

    mission: Mission
    contacts: Sequence[Contact]
    more: int = 0


def look(session: Session, after: int) -> tuple[list[Doubles], int | None]:
    """Those in some of the missions after the one with the id ``after``.

    Also where the next look begins, or None at the end: no look costs more than its portion, or
    tells much more than MOST.
    """
    seen, last = _whole_missions(session, after)
    groups: list[list[int]] = []
    for mission, rows in groupby(seen, key=lambda row: row[0]):
        if len(groups) >= MOST:
            break
        groups += _of_one_name(rows)
        after = mission
    else:
        after = last or 0
    return _together(session, groups), after or None


def _whole_missions(session: Session, after: int) -> tuple[list[_Row], int | None]:
    """Mission, id and name of contacts, and the last mission where more follow."""
    query = (
        select(Contact.mission_id, Contact.id, Contact.name)
        .where(col(Contact.mission_id) > after, is_there())
        .order_by(col(Contact.mission_id), col(Contact.id))
        .limit(_PORTION)
    )
    seen = [(mission, number or 0, name) for mission, number, name in session.exec(query)]
    if len(seen) < _PORTION:
        return seen, None
    last = seen[-1][0]
    if last != seen[0][0]:  # which is not whole: it begins the next look
        seen = [row for row in seen if row[0] != last]
        last = seen[-1][0]
    return seen, last


def _of_one_name(rows: Iterable[_Row]) -> list[list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for _, number, name in rows:
        if folded := fold(name):
            groups[folded].append(number)
    return [ids for ids in groups.values() if len(ids) > 1]


def _together(session: Session, groups: Sequence[Sequence[int]]) -> list[Doubles]:
    shown = [ids[:MOST_OF_ONE_NAME] for ids in groups]
    theirs = among(session, col(Contact.id), [number for ids in shown for number in ids])
    found = session.exec(select(Contact, Mission).join(Mission).where(theirs)).all()
    by_id = {contact.id: (contact, mission) for contact, mission in found}
    return [
        Doubles(by_id[ids[0]][1], [by_id[number][0] for number in ids], len(every) - len(ids))
        for ids, every in zip(shown, groups, strict=True)
    ]
