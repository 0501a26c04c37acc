"""What a mission's figures are counted from: its copies, what was told of them, and its mails."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.contacts.tables import Contact, ListMembership, Mission
from outreach.delivery.states import of_a_plan
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, Thread
from outreach.tracking.opens import policy
from outreach.tracking.tables import Agent, Event, EventKind


class Told(NamedTuple):
    """The events of one kind about one copy: when we first heard, and when the first happened."""

    received_at: datetime
    happened_at: datetime


class Copy(NamedTuple):
    """A letter or reminder.

    ``tells_opens``: it has an image, and its campaign keeps who loads it.
    """

    id: int
    purpose: Purpose
    state: State
    reason: str | None
    campaign_id: int
    step: int
    contact_id: int
    language: str
    created_at: datetime
    planned_at: datetime | None
    not_before: datetime | None
    due_at: datetime | None
    expires_at: datetime | None
    sent_at: datetime | None
    settled_at: datetime | None
    tells_opens: bool
    told: Mapping[tuple[EventKind, Agent], Told]


class Mail(NamedTuple):
    """A filed mail; the last three tell of the copy that it answers, where that is known."""

    kind: MailKind
    received_at: datetime
    contact_id: int | None
    campaign_id: int | None
    of_campaign: int | None
    of_step: int | None
    of_language: str | None


class Membership(NamedTuple):
    """Lists (their ids) and tags."""

    lists: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MissionRows:
    """``contacts`` has those of the mission and all others that its rows name."""

    state: str
    copies: Sequence[Copy] = ()
    mails: Sequence[Mail] = ()
    contacts: Mapping[int, Membership] = field(default_factory=dict)
    own_contacts: Collection[int] = ()

    def of_step(self, campaign_id: int, step: int) -> "MissionRows":
        """Only the copies of the step, and the mails that answer one."""
        wanted = (campaign_id, step)
        copies = [copy for copy in self.copies if (copy.campaign_id, copy.step) == wanted]
        mails = [mail for mail in self.mails if (mail.of_campaign, mail.of_step) == wanted]
        return replace(self, copies=copies, mails=mails)

    def in_language(self, language: str) -> "MissionRows":
        """Only the copies in the language, and the mails that answer one."""
        copies = [copy for copy in self.copies if copy.language == language]
        mails = [mail for mail in self.mails if mail.of_language == language]
        return replace(self, copies=copies, mails=mails)


def read(session: Session, missions: Collection[int]) -> dict[int, MissionRows]:
    """All that there is of these missions, by id; of a mission that is gone there is nothing."""
    found = select(Mission).where(among(session, col(Mission.id), missions))
    states = {mission.id: mission.state for mission in session.scalars(found)}
    copies, mails = _copies(session, missions), _mails(session, missions)
    own = _own_contacts(session, missions)
    everybody = {number for numbers in own.values() for number in numbers}
    everybody.update(copy.contact_id for of_one in copies.values() for copy in of_one)
    named = (mail.contact_id for of_one in mails.values() for mail in of_one)
    everybody.update(number for number in named if number is not None)
    contacts = _memberships(session, everybody)
    return {
        number: MissionRows(state, copies[number], mails[number], contacts, own[number])
        for number, state in states.items()
        if number is not None
    }


def _copies(session: Session, missions: Collection[int]) -> dict[int, list[Copy]]:
    in_them = among(session, col(Delivery.mission_id), missions) & of_a_plan()
    told = _told(session, in_them)
    columns = [getattr(Delivery, name) for name in Copy._fields[:-2]]
    query = select(*columns, col(Delivery.tracks_opens), col(Delivery.mission_id)).where(in_them)
    found: defaultdict[int, list[Copy]] = defaultdict(list)
    keeps_who: dict[int, bool] = {}
    for *values, has_image, mission in session.execute(query):
        copy = Copy._make((*values, has_image, told.get(values[0], {})))
        campaign = copy.campaign_id
        if campaign not in keeps_who:
            keeps_who[campaign] = policy(session, campaign) == "person"
        found[mission].append(copy._replace(tells_opens=has_image and keeps_who[campaign]))
    return found


def _told(session: Session, of_copies: Any) -> dict[int, dict[tuple[EventKind, Agent], Told]]:
    kind, agent = col(Event.kind), func.coalesce(Event.agent, Agent.unknown)
    query = (
        select(
            col(Event.delivery_id),
            kind,
            agent,
            func.min(Event.received_at),
            func.min(Event.happened_at),
        )
        .join(Delivery, col(Delivery.id) == col(Event.delivery_id))
        .where(of_copies)
        .group_by(col(Event.delivery_id), kind, agent)
    )
    told: defaultdict[int, dict[tuple[EventKind, Agent], Told]] = defaultdict(dict)
    for number, what, who, received_at, happened_at in session.execute(query):
        told[number][what, Agent(who)] = Told(received_at, happened_at)
    return told


def _mails(session: Session, missions: Collection[int]) -> dict[int, list[Mail]]:
    """By the thread that a mail was filed to; without one, by the copy that it answers."""
    of_thread = col(Thread.id) == col(IncomingMail.thread_id)
    of_copy = col(Delivery.id) == col(IncomingMail.delivery_id)
    without_thread = col(IncomingMail.thread_id).is_(None)
    threads = _mail_columns(Thread).join(Thread, of_thread)
    copies = _mail_columns(Delivery).join(Delivery, of_copy).where(without_thread)
    found: defaultdict[int, list[Mail]] = defaultdict(list)
    for query, mission in ((threads, Thread.mission_id), (copies, Delivery.mission_id)):
        for *values, number in session.execute(query.where(among(session, mission, missions))):
            found[number].append(Mail._make(values))
    return found


def _mail_columns(place: Any) -> Select[Any]:
    """Those of a ``Mail``, and the mission's."""
    mail: Any = IncomingMail
    copy: Any = aliased(Delivery)
    of_mail = (mail.kind, mail.received_at, mail.contact_id, place.campaign_id)
    of_copy = (copy.campaign_id, copy.step, copy.language)
    answered = (copy.id == mail.delivery_id) & of_a_plan(copy)
    columns: Select[Any] = select(*of_mail, *of_copy, place.mission_id)
    return columns.select_from(IncomingMail).join(copy, answered, isouter=True)


def _own_contacts(session: Session, missions: Collection[int]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    query = select(col(Contact.mission_id), col(Contact.id))
    for mission, contact in session.execute(
        query.where(among(session, col(Contact.mission_id), missions))
    ):
        found[mission].append(contact)
    return found


def _memberships(session: Session, contacts: Collection[int]) -> dict[int, Membership]:
    lists: defaultdict[int, set[int]] = defaultdict(set)
    places = select(col(ListMembership.contact_id), col(ListMembership.list_id))
    for contact, number in session.execute(
        places.where(among(session, col(ListMembership.contact_id), contacts))
    ):
        lists[contact].add(number)
    tags = select(col(Contact.id), col(Contact.tags))
    return {
        contact: Membership(frozenset(lists[contact]), frozenset(having))
        for contact, having in session.execute(
            tags.where(among(session, col(Contact.id), contacts))
        )
    }
