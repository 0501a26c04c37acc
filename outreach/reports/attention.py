"""What needs a person, as things stand when the report is made."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Executable, func, select
from sqlmodel import Session, col

from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.states import held_back
from outreach.delivery.tables import Delivery, Purpose, State, Suppression
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from outreach.reports.missions import mission_name, state_name

Kind = Literal["waiting", "holding_pen", "unreadable", "in_doubt", "unreachable", "held_back"]

_CAMPAIGN = (col(Campaign.slug), col(Campaign.name))
_TO_A_MISSION = (Purpose.letter, Purpose.reminder, Purpose.answer)


class Need(BaseModel):
    """One line of work: how many, of which campaign or for what reason, and since when."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    count: int
    campaign: str = ""
    slug: str = ""
    reason: str = ""
    missions: list[str] = []
    oldest_at: datetime | None = None


def needs_a_person(session: Session, states: MemberStates) -> list[Need]:
    return [
        *_counted(session, "waiting", _threads_waiting()),
        *_counted(session, "holding_pen", _holding_pen()),
        *_counted(session, "unreadable", _unreadable()),
        *_in_doubt(session),
        *_unreachable(session, states),
        *_held_back(session),
    ]


def _counted(session: Session, kind: Kind, query: Executable) -> list[Need]:
    count, oldest_at = session.execute(query).one()
    return [Need(kind=kind, count=count, oldest_at=oldest_at)] if count else []


def _threads_waiting() -> Executable:
    ours = (ThreadState.new, ThreadState.waiting_for_us)
    return select(func.count(), func.min(Thread.last_mail_at)).where(col(Thread.state).in_(ours))


def _holding_pen() -> Executable:
    return select(func.count(), func.min(IncomingMail.received_at)).where(
        col(IncomingMail.thread_id).is_(None), col(IncomingMail.delivery_id).is_(None)
    )


def _unreadable() -> Executable:
    return select(func.count(), func.min(RawMail.received_at)).where(
        col(RawMail.state) == RawState.unreadable
    )


def _in_doubt(session: Session) -> list[Need]:
    query = (
        select(*_CAMPAIGN, func.count(), func.min(Delivery.settled_at))
        .join_from(Delivery, Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .where(col(Delivery.state) == State.unknown, col(Delivery.purpose).in_(_TO_A_MISSION))
        .group_by(*_CAMPAIGN)
        .order_by(col(Campaign.slug))
    )
    return [
        Need(kind="in_doubt", slug=slug, campaign=name, count=count, oldest_at=since)
        for slug, name, count, since in session.execute(query)
    ]


def _unreachable(session: Session, states: MemberStates) -> list[Need]:
    """Missions of which no contact is left whose present address takes mail.

    A corrected address, or a new contact, takes the mission off the list.
    """
    dead = select(col(Delivery.recipient_address)).where(
        col(Delivery.state).in_((State.bounced, State.failed)),
        col(Delivery.purpose).in_(_TO_A_MISSION),
    )
    contacts = select(col(Contact.mission_id)).where(col(Contact.erased_at).is_(None))
    tried = contacts.where(col(Contact.address).in_(dead))
    alive = contacts.where(col(Contact.address).not_in(dead))
    query = (
        select(col(Mission.state), col(Mission.organization))
        .where(col(Mission.id).in_(tried), col(Mission.id).not_in(alive))
        .order_by(col(Mission.state), col(Mission.organization))
    )
    found = session.execute(query)
    names = [mission_name(name, state_name(states, code)) for code, name in found]
    return [Need(kind="unreachable", count=len(names), missions=names)] if names else []


def _held_back(session: Session) -> list[Need]:
    """Contacts, not copies: whoever mends a contact mends all its steps.

    Those who want no mail, or are erased, are held back for good and need nobody.
    """
    held, why = func.count(func.distinct(Delivery.contact_id)), col(Delivery.reason)
    query = (
        select(*_CAMPAIGN, why, held)
        .join_from(Delivery, Campaign, col(Campaign.id) == col(Delivery.campaign_id))
        .join(Contact, col(Contact.id) == col(Delivery.contact_id))
        .where(
            held_back(),
            col(Delivery.recipient_address).not_in(select(col(Suppression.address))),
            col(Contact.erased_at).is_(None),
        )
        .group_by(*_CAMPAIGN, why)
        .order_by(col(Campaign.slug), held.desc(), why)
    )
    return [
        Need(kind="held_back", slug=slug, campaign=name, reason=reason or "", count=count)
        for slug, name, reason, count in session.execute(query)
    ]
