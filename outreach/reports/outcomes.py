"""What the missions that answered have said, as organizers noted it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, and_, func, select
from sqlmodel import Session, col

from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.inbox.tables import Outcome, Thread
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.missions import mission_name, state_name

LONGEST = 1_000  # missions of one outcome that a report names


class Said(BaseModel):
    """The missions of one outcome; None where nobody has noted one yet.

    ``missions`` are their names in order, no more than ``LONGEST``.
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome | None
    count: int
    missions: list[str] = []


def outcomes(session: Session, states: MemberStates, *, before: datetime) -> list[Said]:
    """Every outcome that missions have, of all that were written to and answered until then.

    Outcomes are as they stand now; of several threads the one that was written in last tells.
    """
    names: defaultdict[Outcome | None, list[str]] = defaultdict(list)
    for mission in _answered(session, before):
        names[mission.outcome].append(
            mission_name(mission.organization, state_name(states, mission.state))
        )
    return [
        Said(outcome=each, count=len(names[each]), missions=sorted(names[each])[:LONGEST])
        for each in (*Outcome, None)
        if each in names
    ]


def _answered(session: Session, before: datetime) -> Sequence[Row[Any]]:
    """A mission's id, organization, state and outcome."""
    progress, mission = col(MissionProgress.mission_id), col(Mission.id)
    answered = (
        select(progress)
        .group_by(progress)
        .having(
            and_(
                func.min(MissionProgress.replied_at) < before,
                func.min(MissionProgress.written_at).is_not(None),
            )
        )
        .subquery()
    )
    latest = (
        select(
            col(Thread.mission_id),
            col(Thread.outcome),
            func.row_number()
            .over(
                partition_by=col(Thread.mission_id),
                order_by=(col(Thread.last_mail_at).desc(), col(Thread.id).desc()),
            )
            .label("place"),
        )
        .where(col(Thread.outcome).is_not(None))
        .subquery()
    )
    told = and_(latest.c.mission_id == mission, latest.c.place == 1)
    query = (
        select(mission, col(Mission.organization), col(Mission.state), latest.c.outcome)
        .join(answered, answered.c.mission_id == mission)
        .join(latest, told, isouter=True)
    )
    return session.execute(query).all()
