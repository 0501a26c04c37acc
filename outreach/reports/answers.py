"""Who answered in a week, and how the answer begins."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, Select, func, select
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread, ThreadState
from outreach.letters.markers import one_line
from outreach.reports.counters.tables import MissionProgress
from outreach.reports.missions import state_name

OPENING = 240  # characters of an answer that a report shows


class Answer(BaseModel):
    """What one mission wrote about one campaign during the week; several mails are one answer."""

    model_config = ConfigDict(frozen=True)

    thread_id: int
    campaign: str
    organization: str
    state: str
    received_at: datetime  # of the first one
    mails: int
    first_lines: str
    answered_before: bool
    waits_for_us: bool


def answers_in(
    session: Session, period: tuple[datetime, datetime], states: MemberStates
) -> list[Answer]:
    """In the order in which they came."""
    mails = session.execute(_replies(period)).all()
    before = _answered_before(session, {mail.mission_id for mail in mails}, period[0])
    threads: dict[int, list[Row[Any]]] = {}
    for mail in mails:
        threads.setdefault(mail.thread_id, []).append(mail)
    return [_answer(mails, before, states) for mails in threads.values()]


def opening(text: str, limit: int = OPENING) -> str:
    """The first lines on one line, cut between words."""
    whole = " ".join(one_line(text).split())
    if len(whole) <= limit:
        return whole
    return whole[:limit].rsplit(" ", 1)[0] + " …"


def _replies(period: tuple[datetime, datetime]) -> Select[Any]:
    start, end = period
    received = col(IncomingMail.received_at)
    return (
        select(
            col(IncomingMail.thread_id),
            col(Thread.mission_id),
            col(Thread.state).label("turn"),
            received,
            # Enough for the opening: an answer may be megabytes long.
            func.substr(IncomingMail.text, 1, 8 * OPENING).label("text"),
            col(Campaign.name).label("campaign"),
            col(Mission.organization),
            col(Mission.state),
        )
        .join(Thread, col(Thread.id) == col(IncomingMail.thread_id))
        .join(Campaign, col(Campaign.id) == col(Thread.campaign_id))
        .join(Mission, col(Mission.id) == col(Thread.mission_id))
        .where(col(IncomingMail.kind) == MailKind.reply, received >= start, received < end)
        .order_by(received, col(IncomingMail.id))
    )


def _answered_before(session: Session, missions: Collection[int], start: datetime) -> set[int]:
    """As the counters are kept."""
    query = select(col(MissionProgress.mission_id)).where(
        among(session, col(MissionProgress.mission_id), missions),
        col(MissionProgress.replied_at) < start,
    )
    return set(session.scalars(query))


def _answer(mails: list[Row[Any]], before: Collection[int], states: MemberStates) -> Answer:
    first = mails[0]
    return Answer(
        thread_id=first.thread_id,
        campaign=first.campaign,
        organization=first.organization,
        state=state_name(states, first.state),
        received_at=first.received_at,
        mails=len(mails),
        first_lines=opening(first.text),
        answered_before=first.mission_id in before,
        waits_for_us=first.turn in (ThreadState.new, ThreadState.waiting_for_us),
    )
