"""How long missions take to answer for the first time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlmodel import Session, col

from outreach.reports.counters.tables import MissionProgress


class Wait(BaseModel):
    """Between the first copy and the first answer; ``half_within`` is None where nobody answered.

    ``answers``: one for each campaign that a mission answered.
    """

    model_config = ConfigDict(frozen=True)

    answers: int = 0
    half_within: timedelta | None = None


class FirstAnswers(BaseModel):
    """By the moment of the answer: of the week, and of all the time up to its end."""

    model_config = ConfigDict(frozen=True)

    week: Wait = Wait()
    so_far: Wait = Wait()


def first_answers(session: Session, period: tuple[datetime, datetime]) -> FirstAnswers:
    start, end = period
    query = select(col(MissionProgress.written_at), col(MissionProgress.replied_at)).where(
        col(MissionProgress.replied_at) < end,
        # Who wrote before any letter went did not answer it.
        col(MissionProgress.written_at) <= col(MissionProgress.replied_at),
    )
    found = [(written, replied) for written, replied in session.execute(query)]
    in_week = [each for each in found if each[1] >= start]
    return FirstAnswers(week=_wait(in_week), so_far=_wait(found))


def _wait(answered: Sequence[tuple[datetime, datetime]]) -> Wait:
    return Wait(answers=len(answered), half_within=_median(at - since for since, at in answered))


def _median(waits: Iterable[timedelta]) -> timedelta | None:
    seconds = [wait.total_seconds() for wait in waits]
    return timedelta(seconds=median(seconds)) if seconds else None
