"""Where each state stands: how far the letters have come with it, on one ladder."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.inbox.tables import Outcome, Thread
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.missions import state_name


class Standing(StrEnum):
    """From the least to the most: a state stands where the one that came furthest there does."""

    not_written = "not_written"
    bounced = "bounced"  # came back or was refused, and no other copy went
    sent = "sent"  # copies in doubt included
    delivered = "delivered"  # as far as it is reported
    loaded = "loaded"  # the image, by what looks like a person's mail program
    opted_out = "opted_out"
    replied = "replied"


LADDER = tuple(Standing)


class StateStanding(BaseModel):
    """``state`` is ISO 3166-1 alpha-2; ``outcome`` is the latest answer's, once a person says."""

    model_config = ConfigDict(frozen=True)

    state: str
    name: str
    standing: Standing
    outcome: Outcome | None = None


def standings(
    session: Session, states: MemberStates, *, before: datetime, campaign_id: int | None = None
) -> list[StateStanding]:
    """Every member state, and what else was written to, by name; of one campaign or of all.

    As the counters are kept. What is known to have come back by now is not shown as sent, and
    outcomes are as they stand now.
    """
    furthest = _furthest(session, before, campaign_id)
    outcomes = _outcomes(session, campaign_id)
    codes = {state.code for state in states} | set(furthest)
    found = [
        _standing(code, state_name(states, code), furthest.get(code), outcomes) for code in codes
    ]
    return sorted(found, key=lambda one: one.name)


# When a mission got there, in ``MissionProgress``.
_REACHED = {
    Standing.bounced: MissionProgress.bounced_at,
    Standing.sent: MissionProgress.sent_at,
    Standing.delivered: MissionProgress.delivered_at,
    Standing.loaded: MissionProgress.loaded_at,
    Standing.opted_out: MissionProgress.opted_out_at,
    Standing.replied: MissionProgress.replied_at,
}


def _furthest(session: Session, before: datetime, campaign_id: int | None) -> dict[str, Standing]:
    rungs = ((col(at) < before, LADDER.index(standing)) for standing, at in _REACHED.items())
    rung = func.max(case(*reversed(list(rungs)), else_=0))
    query = (
        select(col(Mission.state), rung)
        .join(MissionProgress, col(MissionProgress.mission_id) == col(Mission.id))
        .group_by(col(Mission.state))
    )
    if campaign_id is not None:
        query = query.where(col(MissionProgress.campaign_id) == campaign_id)
    return {code: LADDER[number] for code, number in session.execute(query) if number}


def _outcomes(session: Session, campaign_id: int | None) -> dict[str, Outcome]:
    query = (
        select(col(Mission.state), col(Thread.outcome))
        .join(Thread, col(Thread.mission_id) == col(Mission.id))
        .where(col(Thread.outcome).is_not(None))
        .order_by(col(Thread.last_mail_at), col(Thread.id))
    )
    if campaign_id is not None:
        query = query.where(col(Thread.campaign_id) == campaign_id)
    return {code: Outcome(outcome) for code, outcome in session.execute(query)}


def _standing(
    code: str, name: str, furthest: Standing | None, outcomes: dict[str, Outcome]
) -> StateStanding:
    standing = furthest or Standing.not_written
    outcome = outcomes.get(code) if standing is Standing.replied else None
    return StateStanding(state=code, name=name, standing=standing, outcome=outcome)
