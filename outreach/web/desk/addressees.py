"""The contacts of a campaign: what each was sent, what is known of it, and whether it answered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.tables import Delivery
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.tracking.tables import Agent, Event, EventKind
from outreach.web.desk.addressees_filter import Filter, places
from outreach.web.paging import Page, cut

# What the table shows of a copy; its values and addresses are many, and not read.
_SHOWN: tuple[Any, ...] = (
    Delivery.contact_id,
    Delivery.step,
    Delivery.state,
    Delivery.reason,
    Delivery.expires_at,
    Delivery.language,
)


@dataclass(frozen=True)
class Addressee:
    """One contact's row; ``opened_by`` and ``thread_id`` are what came back."""

    contact: Contact
    mission: Mission
    copies: Sequence[Delivery]
    opened_by: Collection[Agent]
    thread_id: int | None

    @property
    def language(self) -> str:
        return self.copies[0].language


def addressees(
    session: Session, campaign: Campaign, wanted: Filter, after: str, states: MemberStates
) -> Page[Addressee]:
    """A page of contacts in the order of the plan. Every contact has a copy of the first step."""
    found, more = cut(places(session, campaign, wanted, after, states))
    copy = col(Delivery.id)
    query = (
        select(copy, Contact, Mission)
        .join(Contact, col(Contact.id) == col(Delivery.contact_id))
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(among(session, copy, [place.copy_id for place in found]))
    )
    known = {number: (contact, mission) for number, contact, mission in session.exec(query)}
    rows = _rows(session, campaign, [known[place.copy_id] for place in found])
    return Page(rows, found[-1].as_text if more else None)


def _rows(
    session: Session, campaign: Campaign, found: Sequence[tuple[Contact, Mission]]
) -> list[Addressee]:
    copies = _copies(session, campaign, [contact.id for contact, _ in found])
    opened = _opened(session, [copy.id for group in copies.values() for copy in group])
    threads = _threads(session, campaign, {mission.id for _, mission in found})
    return [
        Addressee(
            contact=contact,
            mission=mission,
            copies=copies[contact.id],
            opened_by={agent for copy in copies[contact.id] for agent in opened[copy.id]},
            thread_id=threads.get(mission.id),
        )
        for contact, mission in found
    ]


def _copies(
    session: Session, campaign: Campaign, contacts: Collection[int | None]
) -> dict[int | None, list[Delivery]]:
    query = (
        select(Delivery)
        .where(Delivery.campaign_id == campaign.id)
        .where(among(session, col(Delivery.contact_id), contacts))
        .where(col(Delivery.step).is_not(None))
        .order_by("step")
        .options(load_only(*_SHOWN, raiseload=True))
    )
    copies: defaultdict[int | None, list[Delivery]] = defaultdict(list)
    for copy in session.exec(query):
        copies[copy.contact_id].append(copy)
    return copies


def _opened(session: Session, ids: Collection[int | None]) -> defaultdict[int | None, set[Agent]]:
    query = select(Event.delivery_id, Event.agent).where(
        among(session, col(Event.delivery_id), ids), Event.kind == EventKind.opened
    )
    opened: defaultdict[int | None, set[Agent]] = defaultdict(set)
    for delivery_id, agent in session.exec(query.distinct()):
        opened[delivery_id].add(Agent(agent or Agent.unknown))
    return opened


def _threads(session: Session, campaign: Campaign, missions: Collection[Any]) -> dict[Any, int]:
    """The threads in which somebody of the mission has written, by mission."""
    query = (
        select(Thread.mission_id, Thread.id)
        .join(IncomingMail, col(IncomingMail.thread_id) == col(Thread.id))
        .where(Thread.campaign_id == campaign.id)
        .where(among(session, col(Thread.mission_id), missions))
        .where(IncomingMail.kind == MailKind.reply)
    )
    return {mission: thread for mission, thread in session.exec(query) if thread is not None}
