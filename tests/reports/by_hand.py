"""What a report lists beside its counts, again: row by row, sharing nothing with the queries."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Mission
from outreach.delivery.tables import Delivery
from outreach.inbox.tables import IncomingMail, Thread
from outreach.tracking.tables import Event, OpenCount

Period = tuple[datetime, datetime]
Pair = tuple[int | None, int | None]  # campaign and mission

GONE = ("sent", "delivered", "bounced", "unknown")
STEPS = {1: "letter", 2: "reminder"}


def waits(session: Session, period: Period) -> dict[str, tuple[int, timedelta | None]]:
    """Of the week and so far: how many first answers, and the median time to them."""
    written = {pair: min(moments) for pair, moments in _written(session).items()}
    replied = {pair: min(moments) for pair, moments in _replied(session).items()}
    found = [
        (at, at - written[pair])
        for pair, at in replied.items()
        if pair in written and written[pair] <= at < period[1]
    ]
    return {
        "week": _median([time for at, time in found if at >= period[0]]),
        "so_far": _median([time for _, time in found]),
    }


def outcomes(session: Session, period: Period) -> Counter[str | None]:
    """How many missions have said what; None where nobody has noted it."""
    written = {mission for _, mission in _written(session)}
    answered = {
        mission
        for (_, mission), moments in _replied(session).items()
        if min(moments) < period[1] and mission in written
    }
    said: dict[int, str] = {}
    for thread in sorted(session.exec(select(Thread)), key=lambda one: (one.last_mail_at, one.id)):
        if thread.outcome:
            said[thread.mission_id] = str(thread.outcome)
    return Counter(said.get(mission or 0) for mission in answered)


def silent(session: Session, before: datetime) -> dict[str, tuple[datetime, str]]:
    """By organization: since when, and the last step that did not come back."""
    spoke = {mission for (_, mission), at in _replied(session).items() if min(at) < before}
    copies = _copies(session)
    by_id = {copy.id: copy for copy in copies}
    for event in session.exec(select(Event)):
        copy = by_id.get(event.delivery_id)
        if copy and event.kind == "unsubscribed" and event.received_at < before:
            spoke.add(copy.mission_id)
    found = {}
    for mission in session.exec(select(Mission)):
        own = [c for c in copies if c.mission_id == mission.id and _stays_gone(c)]
        since = min((at for c in own if (at := c.sent_at or c.settled_at)), default=None)
        if mission.id not in spoke and since and since < before:
            found[mission.organization] = (since, _last_step(session, own, before))
    return found


def answers(session: Session, period: Period) -> dict[int, tuple[int, datetime, str]]:
    """By thread: how many mails, when the first came, and what it says."""
    mails: defaultdict[int, list[IncomingMail]] = defaultdict(list)
    for mail in session.exec(select(IncomingMail)):
        if mail.kind == "reply" and mail.thread_id and period[0] <= mail.received_at < period[1]:
            mails[mail.thread_id].append(mail)
    return {
        thread: (len(own), first.received_at, first.text)
        for thread, own in mails.items()
        for first in [min(own, key=lambda mail: (mail.received_at, mail.id))]
    }


def coming(session: Session, first: date, last: date, zone: ZoneInfo) -> Counter[Any]:
    """By campaign, step and day; what is overdue on the first day."""
    found: Counter[Any] = Counter()
    for copy in _copies(session):
        moments = [at for at in (copy.planned_at, copy.not_before) if at]
        at = copy.due_at or max(moments, default=None)
        if copy.state in ("queued", "sending") and at and at.astimezone(zone).date() <= last:
            day = max(at.astimezone(zone).date(), first)
            found[session.get_one(Campaign, copy.campaign_id).slug, copy.step, day] += 1
    return found


def loads(session: Session, first: date, last: date) -> dict[str, tuple[int, int]]:
    """By reader: in the week, and so far."""
    rows = [row for row in session.exec(select(OpenCount)) if row.day <= last]
    return {
        str(agent): (
            sum(row.loads for row in rows if row.agent == agent and row.day >= first),
            sum(row.loads for row in rows if row.agent == agent),
        )
        for agent in {row.agent for row in rows}
    }


def waiting(session: Session, old: datetime) -> tuple[int, int]:
    """Threads that wait for us, and how many of them for more than a week."""
    ours = [t for t in session.exec(select(Thread)) if t.state in ("new", "waiting_for_us")]
    return len(ours), sum(1 for thread in ours if thread.last_mail_at < old)


def in_doubt(session: Session, old: datetime) -> dict[str, tuple[int, int]]:
    """By campaign: the copies, and how many of them for more than a week."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for copy in _copies(session):
        if copy.state == "unknown":
            slug = session.get_one(Campaign, copy.campaign_id).slug
            found[slug].append(bool(copy.settled_at and copy.settled_at < old))
    return {slug: (len(each), sum(each)) for slug, each in found.items()}


def _copies(session: Session) -> list[Delivery]:
    return [c for c in session.exec(select(Delivery)) if c.purpose in ("letter", "reminder")]


def _written(session: Session) -> dict[Pair, list[datetime]]:
    found: defaultdict[Pair, list[datetime]] = defaultdict(list)
    for copy in _copies(session):
        at = copy.sent_at or copy.settled_at
        if at and (copy.sent_at or copy.state in GONE):
            found[copy.campaign_id, copy.mission_id].append(at)
    return found


def _replied(session: Session) -> dict[Pair, list[datetime]]:
    found: defaultdict[Pair, list[datetime]] = defaultdict(list)
    for mail in session.exec(select(IncomingMail)):
        if mail.kind == "reply" and (place := _place(session, mail)):
            found[place].append(mail.received_at)
    return found


def _place(session: Session, mail: IncomingMail) -> Pair | None:
    if mail.thread_id:
        thread = session.get_one(Thread, mail.thread_id)
        return thread.campaign_id, thread.mission_id
    copy = session.get_one(Delivery, mail.delivery_id) if mail.delivery_id else None
    return (copy.campaign_id, copy.mission_id) if copy else None


def _stays_gone(copy: Delivery) -> bool:
    came_back = copy.state in ("bounced", "failed")
    return not came_back and bool(copy.sent_at or copy.state in GONE)


def _last_step(session: Session, copies: list[Delivery], before: datetime) -> str:
    lasts = [(at, *place) for place, at in _lasts(copies) if at < before]
    if not lasts:
        return ""
    _, campaign, step = max(lasts)
    return f"{session.get_one(Campaign, campaign).name}: {STEPS[step]}"


def _lasts(copies: list[Delivery]) -> Iterator[tuple[tuple[int, int], datetime]]:
    found: defaultdict[tuple[int, int], list[datetime]] = defaultdict(list)
    for copy in copies:
        at = copy.sent_at or copy.settled_at
        if at and copy.state in GONE:
            found[copy.campaign_id or 0, copy.step or 0].append(at)
    yield from ((place, max(moments)) for place, moments in found.items())


def _median(times: list[timedelta]) -> tuple[int, timedelta | None]:
    seconds = [time.total_seconds() for time in times]
    return len(times), timedelta(seconds=median(seconds)) if seconds else None
