"""How often images were loaded where only totals are kept: loads, never copies or people."""

from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from outreach.reports.weeks import Week
from outreach.tracking.tables import Agent, OpenCount


class Loads(BaseModel):
    """Loads by one kind of reader; the days are those of UTC, in which the totals are kept."""

    model_config = ConfigDict(frozen=True)

    agent: Agent
    week: int
    so_far: int


def loads_in(session: Session, week: Week) -> list[Loads]:
    day, loads = col(OpenCount.day), col(OpenCount.loads)
    in_week = func.sum(case((day >= week.monday, loads), else_=0))
    query = (
        select(col(OpenCount.agent), in_week, func.sum(loads))
        .where(day <= week.sunday)
        .group_by(col(OpenCount.agent))
        .order_by(col(OpenCount.agent))
    )
    return [
        Loads(agent=agent, week=this, so_far=so_far)
        for agent, this, so_far in session.execute(query)
    ]
