"""What of ours is on its way already, as the rows say: new moments are kept clear of it.

Of what has passed only the last moment matters, to each domain and altogether.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from outreach.campaigns.rates import Pace, Traffic, is_new
from outreach.delivery.states import plan_of
from outreach.delivery.tables import Delivery, SendingAddress, State

OVERDUE = timedelta(minutes=15)  # a moment that passed so long ago is given anew

_GIVEN = tuple(state for state in State if state not in (State.cancelled, State.skipped))


def traffic(
    session: Session, campaign_id: int | None, sender: str, pace: Pace, now: datetime
) -> Traffic:
    """The moments that bind a campaign of this sender."""
    found = Traffic()
    its = plan_of(campaign_id)
    of_sender = col(Delivery.sender_address) == sender
    _add_coming(session, found, its, of_sender, now)
    if pace.ramp_up:
        _add_days(session, found, sender, now)
    _add_last(session, found, its, of_sender, since=now - pace.longest_gap, now=now)
    return found


def first_sent_at(session: Session, sender: str) -> datetime | None:
    query = select(col(SendingAddress.first_sent_at)).where(col(SendingAddress.address) == sender)
    return session.execute(query).scalar_one_or_none()


def _add_coming(
    session: Session,
    found: Traffic,
    its: ColumnElement[bool],
    of_sender: ColumnElement[bool],
    now: datetime,
) -> None:
    coming = select(col(Delivery.due_at), col(Delivery.recipient_domain), its, of_sender).where(
        col(Delivery.state) == State.queued, col(Delivery.due_at) > now
    )
    for due_at, domain, is_its, is_of_sender in session.execute(coming):
        found.domains[domain].append(due_at)
        if is_its:
            found.campaign.append(due_at)
        if is_of_sender:
            found.sender.append(due_at)
            found.days[due_at.date()] += 1


def _add_days(session: Session, found: Traffic, sender: str, now: datetime) -> None:
    """Since when the sender sends, and while it is new what it was given today."""
    since = first_sent_at(session, sender)
    found.since = since.date() if since else None
    if not is_new(found.since, now.date()):
        return
    today = datetime.combine(now.date(), time.min, now.tzinfo)
    given = _given(today, now) & (col(Delivery.sender_address) == sender)
    count = session.execute(select(func.count()).where(given)).scalar_one()
    found.days[now.date()] += count


def _add_last(
    session: Session,
    found: Traffic,
    its: ColumnElement[bool],
    of_sender: ColumnElement[bool],
    *,
    since: datetime,
    now: datetime,
) -> None:
    last = func.max(col(Delivery.due_at))
    query = (
        select(col(Delivery.recipient_domain), last, last.filter(its), last.filter(of_sender))
        .where(_given(since, now))
        .group_by(col(Delivery.recipient_domain))
    )
    for domain, of_domain, of_campaign, from_sender in session.execute(query):
        found.domains[domain].append(of_domain)
        found.campaign += [of_campaign] if of_campaign else []
        found.sender += [from_sender] if from_sender else []


def _given(since: datetime, now: datetime) -> ColumnElement[bool]:
    """Had its moment in this time; what is overdue gets another and has none until then."""
    due_at = col(Delivery.due_at)
    waits = col(Delivery.state) == State.queued
    return and_(
        col(Delivery.state).in_(_GIVEN),
        due_at >= since,
        due_at <= now,
        or_(~waits, due_at >= now - OVERDUE),
    )
