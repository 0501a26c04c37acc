"""Copies by campaign, step and state, as they stand this moment: counted, and what changed since.

The missions that changed are taken out of the sums and looked at themselves.
"""

from collections import Counter as Sum
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.delivery.states import held_back, of_a_plan
from outreach.delivery.tables import Delivery, State
from outreach.reports.counters.tables import Counter, MissionTally, StaleMission
from outreach.reports.counters.tallying import COPIES, HELD_BACK

# Of more, which a plan or an import leaves for some minutes, all copies are sooner counted.
_MOST_STALE = 200


class Step(NamedTuple):
    campaign_id: int
    step: int


Copies = dict[Step, Sum[str]]


def by_step(session: Session) -> Copies:
    """By the state; those held back are among the skipped, and once more by HELD_BACK."""
    stale = session.scalars(
        select(col(StaleMission.mission_id)).distinct().limit(_MOST_STALE + 1)
    ).all()
    copies: Copies = defaultdict(Sum)
    if len(stale) > _MOST_STALE:
        _look_at(session, copies, true())
        return copies
    _add_counted(session, copies)
    if stale:
        _take_out(session, copies, stale)
        _look_at(session, copies, among(session, col(Delivery.mission_id), stale))
    _tell_claimed(session, copies, stale)
    return {step: +counts for step, counts in sorted(copies.items()) if +counts}


def _look_at(session: Session, copies: Copies, which: ColumnElement[bool]) -> None:
    place = (col(Delivery.campaign_id), col(Delivery.step))
    query = (
        select(*place, col(Delivery.state), func.count(), func.count().filter(held_back()))
        .where(which, of_a_plan(), col(Delivery.step).is_not(None))
        .group_by(*place, col(Delivery.state))
    )
    for campaign, step, state, count, held in session.execute(query):
        copies[Step(campaign, step)].update({State(state).value: count, HELD_BACK: held})


def _add_counted(session: Session, copies: Copies) -> None:
    query = (
        select(col(Counter.value), col(Counter.figure), func.sum(Counter.count))
        .where(col(Counter.dimension) == COPIES)
        .group_by(col(Counter.value), col(Counter.figure))
    )
    for value, state, count in session.execute(query):
        copies[_step(value)][state] += int(count)


def _take_out(session: Session, copies: Copies, missions: Collection[int]) -> None:
    tally: Any = MissionTally.tally
    those = among(session, col(MissionTally.mission_id), missions)
    for counted in session.scalars(select(tally[COPIES]).where(those)):
        for value, by_state in (counted or {}).items():
            for state, by_day in by_state.items():
                copies[_step(value)][state] -= sum(by_day.values())


def _tell_claimed(session: Session, copies: Copies, stale: Collection[int]) -> None:
    """A claim marks no mission: what is being sent was counted as queued."""
    place = (col(Delivery.campaign_id), col(Delivery.step))
    query = (
        select(*place, func.count())
        .where(col(Delivery.state) == State.sending, of_a_plan())
        .where(~among(session, col(Delivery.mission_id), stale))
        .group_by(*place)
    )
    for campaign, step, count in session.execute(query):
        copies[Step(campaign, step)].update({State.sending: count, State.queued: -count})


def _step(value: str) -> Step:
    campaign, step = map(int, value.split(":"))
    return Step(campaign, step)
