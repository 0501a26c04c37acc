"""The open image: who seems to have loaded it, and no more of that than the campaign allows.

A loaded image is only that. Mail programs hide it, proxies and scanners load it without anybody
reading, so it is split by who seems to load it, and it never changes what happens to a copy.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.db import insert_once
from outreach.delivery.states import NOT_LEFT
from outreach.delivery.tables import Delivery, State
from outreach.tracking.agents import classify
from outreach.tracking.events import record
from outreach.tracking.tables import Agent, Event, EventKind, OpenCount

# A gateway that checks mail loads what it finds in every copy at once; people do not.
_BURST_WITHIN = timedelta(seconds=10)
_BURST_COPIES = 3

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
    if policy(session, delivery) == "count":
        return _count(session, delivery, agent, now)
    program = hashlib.sha256(user_agent.encode(errors="replace")).hexdigest()[:16]
    source_key = f"image:{key}:{program}:{now:%Y%m%d%H%M}"
    return record_load(session, delivery, agent, "image", source_key, happened_at=now, now=now)


def record_load(
    session: Session,
    delivery: Delivery,
    agent: Agent,
    source: str,
    source_key: str,
    *,
    happened_at: datetime,
    now: datetime,
) -> bool:
    """Store that this copy's image was loaded, where the campaign wants to know who loads."""
    if policy(session, delivery) != "person":
        return False
    new = record(
        session,
        delivery,
        EventKind.opened,
        happened_at=happened_at,
        source=source,
        source_key=source_key,
        agent=agent,
        now=now,
    )
    if new:
        _reconsider_burst(session, delivery, happened_at)
    return new


def policy(session: Session, delivery: Delivery) -> str:
    """What the campaign wants to know of opens: "person", "count", or "off"."""
    if not delivery.tracks_opens or delivery.campaign_id is None:
        return "off"
    campaign = session.get_one(Campaign, delivery.campaign_id)
    return schedule_of(campaign).campaign.opens


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


def _reconsider_burst(session: Session, delivery: Delivery, happened_at: datetime) -> None:
    """When several copies to one domain are opened at once, it was the domain's gateway."""
    near = _opened_near(session, delivery.recipient_domain, happened_at)
    if len({event.delivery_id for event in near}) < _BURST_COPIES:
        return
    session.execute(
        update(Event)
        .where(col(Event.id).in_([event.id for event in near]))
        .values(agent=Agent.machine)
    )


def _opened_near(session: Session, domain: str, moment: datetime) -> Sequence[Event]:
    return session.exec(
        select(Event)
        .join(Delivery, col(Delivery.id) == col(Event.delivery_id))
        .where(
            Event.kind == EventKind.opened,
            Delivery.recipient_domain == domain,
            col(Event.happened_at).between(moment - _BURST_WITHIN, moment + _BURST_WITHIN),
        )
    ).all()
