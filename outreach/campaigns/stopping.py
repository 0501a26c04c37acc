"""What comes back stops the reminders, or lets them wait until somebody has returned."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from outreach.campaigns.schedule import StopKind, schedule_of
from outreach.campaigns.tables import Campaign
from outreach.delivery.states import move, of_a_plan, still_in_time
from outreach.delivery.tables import OF_A_PLAN, Delivery, State
from outreach.texts import mark

Scope = Literal["contact", "mission"]

LONGEST_ABSENCE = timedelta(days=365)  # a date further off was misread

_REASONS: Mapping[StopKind, str] = {
    "reply": mark("the mission replied"),
    "unsubscribe": mark("the recipient opted out"),
    "bounce": mark("the mail before it came back"),
}


def answered(session: Session, delivery: Delivery, kind: StopKind, now: datetime) -> int:
    """Stop the reminders that the campaign's schedule says end here; how many were stopped."""
    if delivery.campaign_id is None or _is_lost_answer(delivery, kind):
        return 0
    stop = schedule_of(session.get_one(Campaign, delivery.campaign_id)).campaign.stop
    if kind not in stop.on:
        return 0
    return stop_reminders(
        session,
        campaign_id=delivery.campaign_id,
        mission_id=delivery.mission_id,
        contact_id=delivery.contact_id,
        reason=_REASONS[kind],
        # A mission with one dead address still has others who read.
        scope="contact" if kind == "bounce" else stop.scope,
        now=now,
    )


def _is_lost_answer(delivery: Delivery, kind: StopKind) -> bool:
    """It may have gone to another address than the letters, and says nothing about theirs."""
    return delivery.purpose not in OF_A_PLAN and kind == "bounce"


def stop_reminders(
    session: Session,
    *,
    campaign_id: int,
    mission_id: int | None,
    contact_id: int | None,
    reason: str,
    scope: Scope,
    now: datetime,
) -> int:
    """Cancel what is queued after the first step; how many copies were cancelled."""
    theirs = (
        col(Delivery.mission_id) == mission_id
        if scope == "mission" and mission_id is not None
        else col(Delivery.contact_id) == contact_id
    )
    # By their ids: told the campaign too, SQLite may rather go through all of its copies.
    copies = select(col(Delivery.id), Delivery.campaign_id, Delivery.step).where(theirs)
    reminders = [
        number
        for number, campaign, step in session.execute(copies)
        if campaign == campaign_id and (step or 0) > 1
    ]
    _let_expire(session, reminders, now)
    return len(move(session, reminders, State.cancelled, now=now, reason=reason))


def _let_expire(session: Session, ids: Collection[int], now: datetime) -> None:
    """What a carrier has cannot be called back; if it is refused, it is too late to go again.

    What is queued as well: a worker may claim it before it is cancelled.
    """
    settled = frozenset(State) - {State.queued, State.sending, State.unknown}
    session.exec(
        update(Delivery)
        .where(col(Delivery.id).in_(ids), col(Delivery.state).not_in(settled))
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def postpone(session: Session, *, contact_id: int, until: datetime, now: datetime) -> int:
    """Hold what campaigns have queued for the contact until then; how many copies wait longer.

    They get a new moment from ``progress.release``.
    """
    until = min(until, now + LONGEST_ABSENCE)
    if until <= now:
        return 0
    not_before = col(Delivery.not_before)
    waiting = (
        update(Delivery)
        .where(
            col(Delivery.contact_id) == contact_id,
            of_a_plan(),
            col(Delivery.state) == State.queued,
            still_in_time(now),
            or_(not_before.is_(None), not_before < until),
        )
        .values(not_before=until, due_at=None, open_until=None, expires_at=None)
        .execution_options(synchronize_session=False)
    )
    return session.exec(waiting).rowcount
