"""What needs a person, as things stand when the report is made."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, Executable, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.delivery.states import of_a_plan
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.filing import is_held
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from outreach.reports.missions import mission_name, state_name
from outreach.reports.needs import AGE, Kind, Need, ages, old_before
from outreach.reports.stuck import stuck

_CAMPAIGN = (col(Campaign.slug), col(Campaign.name))
_DID_NOT_ARRIVE = (State.failed, State.bounced, State.cancelled, State.skipped)


def needs_a_person(
    session: Session, states: MemberStates, today: date, kept: Iterable[Need] | None = None
) -> list[Need]:
    """``today`` is the day in the organization's zone.

    ``kept`` are those of ``stuck``, where they are known: they take the longest to look for.
    """
    old = old_before(today)
    return [
        *_counted(session, "waiting", _threads_waiting(old)),
        *_due(session, states, today),
        *_answers_lost(session, states, old),
        *_counted(session, "holding_pen", _holding_pen(old)),
        *_counted(session, "unreadable", _unreadable(old)),
        *_in_doubt(session, old),
        *(stuck(session, states, old) if kept is None else kept),
    ]


def _counted(session: Session, kind: Kind, query: Executable) -> list[Need]:
    count, oldest_at, older = session.execute(query).one()
    return [Need(kind=kind, count=count, oldest_at=oldest_at, older=older)] if count else []


def _threads_waiting(old: datetime) -> Executable:
    ours = (ThreadState.new, ThreadState.waiting_for_us)
    return select(*ages(Thread.last_mail_at, old)).where(col(Thread.state).in_(ours))


def _due(session: Session, states: MemberStates, today: date) -> list[Need]:
    query = (
        select(col(Mission.organization), col(Mission.state), col(Thread.due_on))
        .join(Thread, col(Thread.mission_id) == col(Mission.id))
        .where(col(Thread.due_on) <= today, col(Thread.state) != ThreadState.closed)
        .order_by(col(Thread.due_on), col(Thread.id))
    )
    found = session.execute(query).all()
    if not found:
        return []
    return [
        Need(
            kind="due",
            count=len(found),
            missions=[mission_name(name, state_name(states, code)) for name, code, _ in found],
            # At noon, which is the same day in nearly every zone.
            oldest_at=datetime.combine(found[0].due_on, time(12), UTC),
            older=sum(due_on < today - AGE for _, _, due_on in found),
        )
    ]


def _answers_lost(session: Session, states: MemberStates, old: datetime) -> list[Need]:
    """Answers in doubt; and those that did not arrive, until another is sent or the thread closed.

    One line a thread.
    """
    query = (
        select(
            col(Thread.id),
            *ages(Delivery.settled_at, old),
            col(Mission.organization),
            col(Mission.state),
        )
        .join_from(Delivery, Thread, _is_thread_of(Delivery))
        .join(Mission, col(Mission.id) == col(Thread.mission_id))
        .where(_is_answer(Delivery), _is_unknown() | _is_left_lost())
        .group_by(col(Thread.id), col(Mission.organization), col(Mission.state))
        .order_by(func.min(Delivery.settled_at))
    )
    return [
        Need(
            kind="answer_lost",
            thread_id=thread_id,
            count=count,
            oldest_at=since,
            older=older,
            missions=[mission_name(name, state_name(states, code))],
        )
        for thread_id, count, since, older, name, code in session.execute(query)
    ]


def _is_answer(copy: type[Delivery]) -> ColumnElement[bool]:
    """Answers have no step: by that an index finds them among all copies of their campaign."""
    return (col(copy.purpose) == Purpose.answer) & col(copy.step).is_(None)


def _is_thread_of(copy: type[Delivery]) -> ColumnElement[bool]:
    its_campaign = col(Thread.campaign_id) == col(copy.campaign_id)
    return its_campaign & (col(Thread.mission_id) == col(copy.mission_id))


def _is_unknown() -> ColumnElement[bool]:
    return col(Delivery.state) == State.unknown


def _is_left_lost() -> ColumnElement[bool]:
    later = aliased(Delivery)
    another = exists().where(
        _is_answer(later),
        _is_thread_of(later),
        col(later.id) > col(Delivery.id),
    )
    lost = col(Delivery.state).in_(_DID_NOT_ARRIVE)
    return lost & (col(Thread.state) != ThreadState.closed) & ~another


def _holding_pen(old: datetime) -> Executable:
    return select(*ages(IncomingMail.received_at, old)).where(is_held())


def _unreadable(old: datetime) -> Executable:
    return select(*ages(RawMail.received_at, old)).where(col(RawMail.state) == RawState.unreadable)


def _in_doubt(session: Session, old: datetime) -> list[Need]:
    query = (
        select(*_CAMPAIGN, *ages(Delivery.settled_at, old))
        .join_from(Delivery, Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .where(_is_unknown(), of_a_plan())
        .group_by(*_CAMPAIGN)
        .order_by(col(Campaign.slug))
    )
    return [
        Need(kind="in_doubt", slug=slug, campaign=name, count=count, oldest_at=since, older=older)
        for slug, name, count, since, older in session.execute(query)
    ]
