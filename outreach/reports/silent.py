"""Missions that were written to and have not said anything."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.states import MAY_HAVE_GONE, of_a_plan
from outreach.delivery.tables import Delivery, State
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.missions import region_name, state_name

LONGEST = 500  # missions that a report names


class SilentMission(BaseModel):
    """``since`` is when the first copy went that did not come back; ``step`` the last such one."""

    model_config = ConfigDict(frozen=True)

    organization: str
    state: str
    region: str
    since: datetime
    step: str = ""


class Silence(BaseModel):
    """How many missions are silent, by region, and the ``LONGEST`` that have been longest.

    ``week_before`` is how many were when the week began.
    """

    model_config = ConfigDict(frozen=True)

    count: int = 0
    week_before: int | None = None
    regions: dict[str, int] = {}
    missions: list[SilentMission] = []


def silence(
    session: Session,
    states: MemberStates,
    steps: Mapping[str, str],
    period: tuple[datetime, datetime],
) -> Silence:
    """As the counters are kept. ``steps`` has the names of steps by "campaign:step"."""
    start, end = period
    found = _silent(session, end)
    named = found[:LONGEST]
    last = _last_steps(session, [mission.id for mission in named], end)
    return Silence(
        count=len(found),
        week_before=len(_silent(session, start)),
        regions=_by_region((mission.state for mission in found), states),
        missions=[
            SilentMission(
                organization=mission.organization,
                state=state_name(states, mission.state),
                region=region_name(states, mission.state),
                since=mission.since,
                step=steps.get(last.get(mission.id, ""), ""),
            )
            for mission in named
        ],
    )


def _silent(session: Session, before: datetime) -> Sequence[Row[Any]]:
    """The longest silent first; in any campaign of any time an answer counts."""
    mission, since = col(Mission.id), func.min(MissionProgress.sent_at)
    query = (
        select(mission, col(Mission.organization), col(Mission.state), since.label("since"))
        .join(MissionProgress, col(MissionProgress.mission_id) == mission)
        .group_by(mission, col(Mission.organization), col(Mission.state))
        .having(
            since < before,
            _not_yet(MissionProgress.replied_at, before),
            _not_yet(MissionProgress.opted_out_at, before),
        )
        .order_by(since, col(Mission.state), col(Mission.organization))
    )
    return session.execute(query).all()


def _not_yet(at: Any, before: datetime) -> ColumnElement[bool]:
    first = func.min(at)
    return first.is_(None) | (first >= before)


def _last_steps(session: Session, missions: Sequence[int], before: datetime) -> dict[int, str]:
    """By mission, as "campaign:step"."""
    left = func.max(func.coalesce(Delivery.sent_at, Delivery.settled_at))
    place = (col(Delivery.mission_id), col(Delivery.campaign_id), col(Delivery.step))
    query = (
        select(*place)
        .where(
            among(session, col(Delivery.mission_id), missions),
            of_a_plan(),
            col(Delivery.state).in_(MAY_HAVE_GONE - {State.bounced}),
        )
        .group_by(*place)
        .having(left < before)
        .order_by(left, col(Delivery.campaign_id), col(Delivery.step))
    )
    return {mission: f"{campaign}:{step}" for mission, campaign, step in session.execute(query)}


def _by_region(codes: Iterable[str], states: MemberStates) -> dict[str, int]:
    return dict(sorted(Counter(region_name(states, code) for code in codes).items()))
