"""The inbox as lists: threads, what waits in the holding pen, and one whole conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.delivery.states import NOT_LEFT
from outreach.delivery.tables import Delivery
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from outreach.web.paging import ROWS, Page, cut, read_moment, write_moment


@dataclass(frozen=True)
class Line:
    """A thread in the list, with the mail that came last."""

    thread: Thread
    campaign: Campaign
    mission: Mission
    mails: int
    latest: IncomingMail | None


@dataclass(frozen=True)
class Letter:
    """One letter of a conversation: ``copy`` went out, or ``mail`` came in."""

    at: datetime
    copy: Delivery | None = None
    mail: IncomingMail | None = None


def lines(session: Session, turn: ThreadState | None, before: str) -> Page[Line]:
    """A page of threads, the latest mail first."""
    query = select(Thread, Campaign, Mission).join(Campaign).join(Mission)
    if turn:
        query = query.where(Thread.state == turn)
    if start := read_moment(before):
        earlier, same = col(Thread.last_mail_at) < start[0], col(Thread.last_mail_at) == start[0]
        query = query.where(or_(earlier, and_(same, col(Thread.id) < start[1])))
    query = query.order_by(col(Thread.last_mail_at).desc(), col(Thread.id).desc())
    found, more = cut(session.exec(query.limit(ROWS + 1)).all())
    rows = [_line(session, *each) for each in found]
    last = rows[-1].thread if more else None
    return Page(rows, write_moment(last.last_mail_at, last.id or 0) if last else None)


def holding_pen(session: Session) -> Page[IncomingMail]:
    """Mail that found no place by itself, the oldest first: it has waited longest."""
    query = select(IncomingMail).where(
        col(IncomingMail.thread_id).is_(None), col(IncomingMail.delivery_id).is_(None)
    )
    found, more = cut(session.exec(query.order_by(col(IncomingMail.id)).limit(ROWS + 1)).all())
    return Page(found, "more" if more else None)


@dataclass(frozen=True)
class Unreadable:
    """A raw mail that could not be read, without its content."""

    id: int
    received_at: datetime
    problem: str


def unreadable(session: Session) -> list[Unreadable]:
    query = select(RawMail.id, RawMail.received_at, RawMail.problem).where(
        RawMail.state == RawState.unreadable
    )
    rows = session.exec(query.order_by(col(RawMail.id)).limit(ROWS))
    return [Unreadable(number or 0, at, problem or "") for number, at, problem in rows]


def conversation(session: Session, thread: Thread) -> Sequence[Letter]:
    """All letters out and all answers in, in the order in which they were sent and came."""
    copies = select(Delivery).where(
        Delivery.campaign_id == thread.campaign_id,
        Delivery.mission_id == thread.mission_id,
        col(Delivery.state).not_in(NOT_LEFT),
    )
    mails = select(IncomingMail).where(IncomingMail.thread_id == thread.id)
    letters = [
        *(Letter(at=copy.sent_at or copy.created_at, copy=copy) for copy in session.exec(copies)),
        *(Letter(at=mail.received_at, mail=mail) for mail in session.exec(mails)),
    ]
    return sorted(letters, key=lambda letter: letter.at)


def _line(session: Session, thread: Thread, campaign: Campaign, mission: Mission) -> Line:
    of_thread = col(IncomingMail.thread_id) == thread.id
    latest = session.exec(
        select(IncomingMail).where(of_thread).order_by(col(IncomingMail.id).desc()).limit(1)
    ).first()
    count = session.exec(select(func.count()).where(of_thread)).one()
    return Line(thread, campaign, mission, count, latest)
