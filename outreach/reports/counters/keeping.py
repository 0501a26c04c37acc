"""Keeping the counters: missions that changed are counted anew, and what they add is corrected.

One process counts at a time; who changes a row meanwhile waits for nobody, and its mark stays.
"""

from collections import Counter as Sum
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlmodel import Session, SQLModel, col

from outreach.bulk import add_up, among
from outreach.contacts.tables import Mission
from outreach.db import Database, insert_once
from outreach.reports import mission_rows
from outreach.reports.counters import tallying
from outreach.reports.counters.tables import (
    Counter,
    Counting,
    MissionProgress,
    MissionTally,
    StaleMission,
)
from outreach.reports.counters.tallying import Key, Tally
from outreach.reports.mission_rows import MissionRows

_BATCH = 50  # missions a transaction: each may have hundreds of contacts


@dataclass
class Drift:
    """What a recount found wrong, and put right: missions, and sums over all missions."""

    missions: int = 0
    counters: int = 0

    def __bool__(self) -> bool:
        return bool(self.missions or self.counters)


def catch_up(session: Session, zone: ZoneInfo) -> int:
    """Count every mission anew in which something changed, here and now; how many there were."""
    _take_turn(session, zone)
    counted = 0
    while missions := _take_stale(session):
        _count_anew(session, missions, zone)
        counted += len(missions)
    return counted


def keep_up(database: Database, zone: ZoneInfo, stop: Callable[[], bool] = lambda: False) -> int:
    """As ``catch_up``, with a transaction for each few missions, until there is no more or told."""
    total = 0
    while not stop():
        with database.transaction() as session:
            _take_turn(session, zone)
            missions = _take_stale(session)
            _count_anew(session, missions, zone)
        total += len(missions)
        if not missions:
            break
    return total


def recount(database: Database, zone: ZoneInfo, stop: Callable[[], bool] = lambda: False) -> Drift:
    """Count everything anew, put right what is not as it should be, and say how much that was.

    A few missions a transaction; told to stop, it leaves the rest to the next time.
    """
    keep_up(database, zone, stop)
    drift = Drift()
    last: int | None = 0
    while last is not None:
        if stop():
            return drift
        with database.transaction() as session:
            _take_turn(session, zone)
            _count_anew(session, _take_stale(session, most=None), zone)
            missions = _next_missions(session, last)
            wrong = _count_anew(session, missions, zone)
            drift.missions += len(wrong - _stale_among(session, wrong))
        last = max(missions, default=None)
    with database.transaction() as session:
        _take_turn(session, zone)
        drift.counters = _add_up_anew(session)
    return drift


def _take_turn(session: Session, zone: ZoneInfo) -> None:
    """Until this transaction ends nobody else counts. Days of another zone are counted anew."""
    insert_once(session, Counting(id=1, zone=zone.key))
    turn = session.scalars(select(Counting).with_for_update()).one()
    if turn.zone != zone.key:
        turn.zone = zone.key
        every = select(col(Mission.id))
        session.execute(insert(StaleMission).from_select(["mission_id"], every))


def _take_stale(session: Session, most: int | None = _BATCH) -> Sequence[int]:
    stale = col(StaleMission.mission_id)
    missions = session.scalars(select(stale).distinct().order_by(stale).limit(most)).all()
    session.execute(delete(StaleMission).where(among(session, stale, missions)))
    return missions


def _stale_among(session: Session, missions: Collection[int]) -> set[int]:
    """What changed meanwhile is no drift."""
    stale = col(StaleMission.mission_id)
    return set(session.scalars(select(stale).where(among(session, stale, missions))))


def _next_missions(session: Session, last: int) -> Sequence[int]:
    number: Any = col(Mission.id)
    query = select(number).where(number > last).order_by(number).limit(_BATCH)
    return session.scalars(query).all()


def _count_anew(session: Session, missions: Collection[int], zone: ZoneInfo) -> set[int]:
    """The missions that were counted differently before."""
    if not missions:
        return set()
    rows = mission_rows.read(session, missions)
    before = _stored(session, missions)
    after = {number: tallying.tally_of(rows[number], zone) for number in rows}
    changed = [each for each in missions if after.get(each, Sum()) != before.get(each, Sum())]
    _store(session, changed, after)
    _correct(session, _difference(changed, before, after))
    moved = _store_progress(session, missions, rows)
    return {*changed, *moved}


def _stored(session: Session, missions: Collection[int]) -> dict[int, Tally]:
    these = among(session, col(MissionTally.mission_id), missions)
    found = session.execute(
        select(col(MissionTally.mission_id), col(MissionTally.tally)).where(these)
    )
    return {mission: tallying.flat(tally) for mission, tally in found}


def _store(session: Session, missions: Collection[int], tallies: Mapping[int, Tally]) -> None:
    these = among(session, col(MissionTally.mission_id), missions)
    session.execute(delete(MissionTally).where(these))
    rows = (
        {"mission_id": each, "tally": tallying.nested(tallies[each])}
        for each in missions
        if tallies.get(each)
    )
    _insert(session, MissionTally, list(rows))


def _store_progress(
    session: Session, missions: Collection[int], rows: Mapping[int, MissionRows]
) -> set[int]:
    """The missions whose progress was another before."""
    these = among(session, col(MissionProgress.mission_id), missions)
    columns = (getattr(MissionProgress, name) for name in MissionProgress.model_fields)
    before = {tuple(row) for row in session.execute(select(*columns).where(these))}
    after = [
        each.model_dump() for number in rows for each in tallying.progress_of(number, rows[number])
    ]
    moved = before ^ {tuple(each.values()) for each in after}
    if moved:
        session.execute(delete(MissionProgress).where(these))
        _insert(session, MissionProgress, after)
    return {mission for _, mission, *_ in moved}


def _difference(
    missions: Collection[int], before: Mapping[int, Tally], after: Mapping[int, Tally]
) -> Tally:
    difference: Tally = Sum()
    for each in missions:
        difference.update(after.get(each, {}))
        difference.subtract(before.get(each, {}))
    return difference


def _correct(session: Session, difference: Tally) -> None:
    rows = [{**key._asdict(), "count": count} for key, count in difference.items() if count]
    add_up(session, Counter, rows, adding="count")


def _add_up_anew(session: Session) -> int:
    """Compare every sum with what the missions add to it; how many were wrong."""
    right: Tally = Sum()
    stored = session.scalars(select(col(MissionTally.tally)).execution_options(yield_per=_BATCH))
    for tally in stored:
        right.update(tallying.flat(tally))
    for each in session.scalars(select(Counter).execution_options(yield_per=_BATCH)):
        right[Key(each.dimension, each.value, each.figure, each.day.isoformat())] -= each.count
    wrong = sum(1 for count in right.values() if count)
    _correct(session, right)
    return wrong


def _insert(session: Session, kind: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(kind), rows)
