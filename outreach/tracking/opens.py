"""The open image: who seems to have loaded it, and no more of that than the campaign allows.

A loaded image is only that. Mail programs hide it, proxies and scanners load it without anybody
reading, so it is split by who seems to load it, and it never changes what happens to a copy.
"""

import hashlib
from datetime import datetime

from sqlmodel import Session, col, select, update

from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.db import insert_once
from outreach.delivery.states import NOT_LEFT
from outreach.delivery.tables import Delivery, State
from outreach.tracking import bursts
from outreach.tracking.agents import classify
from outreach.tracking.events import record
from outreach.tracking.tables import Agent, EventKind, OpenCount

# Nobody was sent these, so whoever loads their image looks at a preview.
_NOBODY_HAS = NOT_LEFT | {State.failed}


def record_open(session: Session, key: str, user_agent: str, now: datetime) -> bool:
    """Note that the image of the copy ``key`` was loaded; False when there was nothing to note.

    A mail program that loads the image several times within a minute counts once, except where
    only totals are kept: there nothing is left to tell the second load by.
    """
    delivery = session.exec(select(Delivery).where(Delivery.key == key)).one_or_none()
    if delivery is None or delivery.state in _NOBODY_HAS:
        return False
    agent = classify(user_agent, since_sent=now - delivery.sent_at if delivery.sent_at else None)
    wanted = policy(session, delivery.campaign_id) if delivery.tracks_opens else "off"
    if wanted == "count":
        return _count(session, delivery, agent, now)
    return wanted == "person" and _record_load(session, delivery, agent, user_agent, now)


def _record_load(
    session: Session, delivery: Delivery, agent: Agent, user_agent: str, now: datetime
) -> bool:
    program = hashlib.sha256(user_agent.encode(errors="replace")).hexdigest()[:16]
    new = record(
        session,
        delivery,
        EventKind.opened,
        happened_at=now,
        source="image",
        source_key=f"image:{delivery.key}:{program}:{now:%Y%m%d%H%M}",
        agent=agent,
        now=now,
    )
    if new:
        bursts.reconsider(session, [(now, delivery.recipient_domain)])
    return new


def policy(session: Session, campaign_id: int | None) -> str:
    """What the campaign wants to know of opens: "person", "count", or "off"."""
    if campaign_id is None:
        return "off"
    return schedule_of(session.get_one(Campaign, campaign_id)).campaign.opens


def _count(session: Session, delivery: Delivery, agent: Agent, now: datetime) -> bool:
    assert delivery.campaign_id is not None
    step = delivery.step or 1
    row = OpenCount(campaign_id=delivery.campaign_id, step=step, day=now.date(), agent=agent)
    insert_once(session, row)
    session.execute(
        update(OpenCount)
        .where(
            col(OpenCount.campaign_id) == row.campaign_id,
            col(OpenCount.step) == row.step,
            col(OpenCount.day) == row.day,
            col(OpenCount.agent) == agent,
        )
        .values(loads=OpenCount.loads + 1)
    )
    return True
