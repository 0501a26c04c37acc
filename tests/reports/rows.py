"""Rows as the other rooms leave them, made in one line each."""

import itertools
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

from outreach.accounts.tables import Organizer, Role
from outreach.campaigns.tables import Campaign, CampaignState
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.delivery.tables import Delivery, Purpose, State
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, RawMail, RawState, Thread, ThreadState
from outreach.tracking.tables import Agent, Event, EventKind

START = datetime(2026, 11, 1, 12, tzinfo=UTC)

SCHEDULE = """
[campaign]
name = "Close the office"
letter = "office"
lists = ["geneva"]
sender = { name = "The organizers", address = "letters@example.org" }
start = 2026-11-02T09:00:00
opens = "person"

[[steps]]
letter = "letter"

[[steps]]
letter = "reminder"
after = "7 working days"
"""

Row = TypeVar("Row", bound=SQLModel)


class Rows:
    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = itertools.count(1)

    def campaign(
        self, name: str = "Close the office", *, opens: str = "person", **more: Any
    ) -> Campaign:
        values = {
            "slug": f"c{next(self._numbers)}",
            "name": name,
            "source": SCHEDULE.replace("person", opens),
            "state": CampaignState.running,
            "loaded_by": "loads@example.org",
            "loaded_at": START,
            "approved_at": START,
        }
        return self._add(Campaign(**{**values, **more}))

    def mission(self, state: str = "FR", organization: str = "") -> Mission:
        organization = organization or f"Permanent Mission {next(self._numbers)}"
        return self._add(Mission(state=state, organization=organization))

    def contact(self, mission: Mission | None = None, *lists: str, **more: Any) -> Contact:
        mission = mission or self.mission()
        address = f"contact{next(self._numbers)}@mission.example"
        values = {"address": address, "created_at": START, "updated_at": START}
        contact = self._add(Contact(mission_id=mission.id, **{**values, **more}))
        for slug in lists:
            self._add(ListMembership(list_id=self._list(slug).id, contact_id=contact.id))
        return contact

    def copy(
        self,
        campaign: Campaign,
        contact: Contact,
        state: State = State.queued,
        *,
        purpose: Purpose = Purpose.letter,
        **more: Any,
    ) -> Delivery:
        number = next(self._numbers)
        values = {
            "identity": f"copy {number}",
            "key": f"key{number}",
            "step": 2 if purpose is Purpose.reminder else 1,
            "sender_address": "letters@example.org",
            "recipient_address": contact.address,
            "recipient_domain": "mission.example",
            "created_at": START,
            "tracks_opens": True,
            "campaign_id": campaign.id,
            "contact_id": contact.id,
            "mission_id": contact.mission_id,
        }
        return self._add(Delivery(purpose=purpose, state=state, **{**values, **more}))

    def sent(self, campaign: Campaign, contact: Contact, at: datetime, **more: Any) -> Delivery:
        return self.copy(campaign, contact, State.sent, planned_at=at, sent_at=at, **more)

    def event(
        self,
        copy: Delivery,
        kind: EventKind,
        at: datetime,
        agent: Agent | None = None,
        *,
        happened_at: datetime | None = None,
    ) -> Event:
        return self._add(
            Event(
                delivery_id=copy.id,
                kind=kind,
                agent=agent,
                happened_at=happened_at or at,
                received_at=at,
                source="test",
                source_key=str(next(self._numbers)),
            )
        )

    def thread(
        self, campaign: Campaign, mission_id: int, state: ThreadState = ThreadState.waiting_for_us
    ) -> Thread:
        return self._add(
            Thread(
                campaign_id=campaign.id,
                mission_id=mission_id,
                state=state,
                opened_at=START,
                last_mail_at=START,
            )
        )

    def mail(self, kind: MailKind, at: datetime, **more: Any) -> IncomingMail:
        raw = self.raw(at)
        values = {"message_key": raw.digest, "text": "We have received your letter."}
        return self._add(
            IncomingMail(raw_id=raw.id, received_at=at, kind=kind, **{**values, **more})
        )

    def raw(self, at: datetime, state: RawState = RawState.done) -> RawMail:
        digest = f"digest {next(self._numbers)}"
        return self._add(
            RawMail(digest=digest, content=b"", door="file", received_at=at, state=state)
        )

    def organizer(self, name: str, **more: Any) -> Organizer:
        address = f"{name.lower()}@example.org"
        return self._add(
            Organizer(address=address, name=name, role=Role.viewer, created_at=START, **more)
        )

    def _list(self, slug: str) -> ContactList:
        query = select(ContactList).where(ContactList.slug == slug)
        return self.session.exec(query).first() or self._add(ContactList(slug=slug))

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row
