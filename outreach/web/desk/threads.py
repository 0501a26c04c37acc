"""The inbox as lists: threads, mails that were looked for, and what waits in the holding pen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from outreach.accounts.tables import Organizer
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.inbox import searching
from outreach.inbox.filing import is_held
from outreach.inbox.search_filter import ThreadFilter
from outreach.inbox.searching import Found
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread
from outreach.web.desk.inbox_filter import Asked
from outreach.web.paging import ROWS, Page, cut, read_moment, read_number, write_moment


@dataclass(frozen=True)
class Line:
    """A thread in the list, with the mail that came last and how many there are."""

    thread: Thread
    campaign: Campaign
    mission: Mission
    owner: Organizer | None
    mails: int
    latest: IncomingMail | None


def lines(session: Session, wanted: ThreadFilter, before: str) -> Page[Line]:
    """A page of threads, the latest mail first."""
    query = (
        select(Thread, Campaign, Mission, Organizer)
        .join(Campaign, col(Campaign.id) == col(Thread.campaign_id))
        .join(Mission, col(Mission.id) == col(Thread.mission_id))
        .outerjoin(Organizer, col(Organizer.id) == col(Thread.owner_id))
        .where(*wanted.conditions())
    )
    if start := read_moment(before):
        earlier, same = col(Thread.last_mail_at) < start[0], col(Thread.last_mail_at) == start[0]
        query = query.where(or_(earlier, and_(same, col(Thread.id) < start[1])))
    query = query.order_by(col(Thread.last_mail_at).desc(), col(Thread.id).desc())
    found, more = cut(session.exec(query.limit(ROWS + 1)).all())
    counts = _counts(session, [thread.id or 0 for thread, *_ in found])
    rows = [Line(*each, *counts.get(each[0].id or 0, (0, None))) for each in found]
    last = rows[-1].thread if more else None
    return Page(rows, write_moment(last.last_mail_at, last.id or 0) if last else None)


def mails(session: Session, asked: Asked, before: str) -> Page[Found]:
    """A page of mails and answers, the latest first."""
    found = searching.find(
        session,
        asked.query,
        mails=asked.mails,
        threads=asked.threads,
        below=read_number(before) if before else None,
        limit=ROWS + 1,
    )
    rows, more = cut(found)
    return Page(rows, str(rows[-1].number) if more else None)


def holding_pen(session: Session) -> Page[IncomingMail]:
    """Mail that found no place by itself, the oldest first: it has waited longest."""
    query = select(IncomingMail).where(is_held())
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


def _counts(
    session: Session, threads: Collection[int]
) -> dict[int, tuple[int, IncomingMail | None]]:
    """For each of these threads that has mails: how many, and the last of them."""
    thread = col(IncomingMail.thread_id)
    last = func.max(col(IncomingMail.id)).label("last")
    of_each = select(thread, func.count().label("mails"), last).where(thread.in_(threads))
    counted = of_each.group_by(thread).subquery()
    query = select(IncomingMail, counted.c.mails).join(
        counted, col(IncomingMail.id) == counted.c.last
    )
    return {mail.thread_id or 0: (mails, mail) for mail, mails in session.exec(query)}
