"""The contacts of a campaign: what each was sent, what is known of it, and whether it answered."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.campaigns.tables import Campaign
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Contact, Mission
from outreach.contacts.terms import found_by, seek
from outreach.delivery.states import MAY_HAVE_GONE, held_back, plan_of
from outreach.delivery.tables import Delivery, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.tracking.tables import Agent, Event, EventKind
from outreach.web.paging import ROWS, Page, cut, read_number

Condition = ColumnElement[bool]

LATE, ANSWERED, SILENT, OPENED = "too_late", "answered", "no_answer", "image_loaded"
CHOICES = (*State, LATE, ANSWERED, SILENT, OPENED)


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
class Filter:
    """What the reader asked to see; empty fields ask for everything."""

    who: str = ""
    stands: str = ""
    language: str = ""


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
    query = (
        select(Delivery.id, Contact, Mission)
        .join(Contact, col(Contact.id) == col(Delivery.contact_id))
        .join(Mission, col(Mission.id) == col(Delivery.mission_id))
        .where(col(Delivery.id).in_(_first_copies(session, campaign, wanted, after, states)))
        .order_by(col(Delivery.id))
    )
    found, more = cut(session.exec(query).all())
    rows = _rows(session, campaign, [(contact, mission) for _, contact, mission in found])
    return Page(rows, str(found[-1][0]) if more else None)


def _first_copies(
    session: Session, campaign: Campaign, wanted: Filter, after: str, states: MemberStates
) -> Any:
    """Their ids alone, before whole rows are read: of thousands found, one page is shown."""
    query = select(Delivery.id).where(Delivery.campaign_id == campaign.id, Delivery.step == 1)
    if wanted.who:
        query = (
            query.join(Contact, col(Contact.id) == col(Delivery.contact_id))
            .join(Mission, col(Mission.id) == col(Delivery.mission_id))
            .where(_is_who(session, wanted.who, states))
        )
    if wanted.stands:
        query = query.where(_stands(session, campaign, wanted.stands))
    if wanted.language:
        query = query.where(col(Delivery.language) == wanted.language)
    by_an_index = (col(Delivery.campaign_id), col(Delivery.step), col(Delivery.id))
    query = query.where(col(Delivery.id) > read_number(after)).order_by(*by_an_index)
    return query.limit(ROWS + 1)


def _is_who(session: Session, text: str, states: MemberStates) -> Condition:
    """By the index of contacts' words, and not by reading all names."""
    if "@" in text:
        return col(Contact.address) == text.casefold()
    if code := states.find(text):
        return col(Mission.state) == code
    sought = seek(text, states)
    return false() if sought.is_empty else found_by(session, sought)


def _stands(session: Session, campaign: Campaign, choice: str) -> Condition:
    if choice == OPENED and not _has_begun(session, campaign):
        return false()  # without looking for each of all copies
    if choice == ANSWERED:
        return _has_answered()
    if choice == SILENT:
        return ~_has_answered()
    # A copy of any step, and not only the first step's, whose rows the table is made of.
    theirs = select(Delivery.contact_id).where(plan_of(campaign.id), _is(choice))
    if choice == State.skipped:  # as only plans do: their index has no purpose
        theirs = select(Delivery.contact_id).where(Delivery.campaign_id == campaign.id, held_back())
    return col(Delivery.contact_id).in_(theirs.correlate(None))


def _has_begun(session: Session, campaign: Campaign) -> bool:
    gone = col(Delivery.state).in_(MAY_HAVE_GONE)
    first = select(Delivery.id).where(Delivery.campaign_id == campaign.id, Delivery.step == 1, gone)
    return session.exec(first.limit(1)).first() is not None


def _is(choice: str) -> Condition:
    if choice == OPENED:
        opened = select(Event.delivery_id).where(Event.kind == EventKind.opened)
        return col(Delivery.id).in_(opened)
    if choice == LATE:
        return and_(col(Delivery.state) == State.skipped, ~held_back())
    return held_back() if choice == State.skipped else col(Delivery.state) == choice


def _has_answered() -> Condition:
    return exists().where(
        col(Thread.campaign_id) == col(Delivery.campaign_id),
        col(Thread.mission_id) == col(Delivery.mission_id),
        col(IncomingMail.thread_id) == col(Thread.id),
        col(IncomingMail.kind) == MailKind.reply,
    )


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
