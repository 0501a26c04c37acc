"""A small campaign to which mails come in; numbers name contacts as in the recorded mails."""

from sqlmodel import Session, select

from outreach.contacts.tables import Contact, Mission
from outreach.delivery.tables import Delivery, State
from outreach.inbox.processing import take_in
from outreach.inbox.reading import understand
from outreach.inbox.receiving import store
from outreach.inbox.tables import IncomingMail, Thread
from tests.inbox.samples import sample
from tests.tracking.making import NOW, TOKENS, a_campaign, a_contact, a_copy


class World:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.campaign = a_campaign(session)

    def letter(
        self, number: int, address: str, *, state: State = State.sent, mission: str = ""
    ) -> Delivery:
        contact = a_contact(self.session, address, state=mission or f"{number:02}")
        return a_copy(self.session, self.campaign, contact, state=state, number=number)

    def reminder(self, letter: Delivery) -> Delivery:
        contact = contact_of(self.session, letter)
        return a_copy(self.session, self.campaign, contact, step=2, state=State.queued)

    def colleague(self, letter: Delivery, address: str) -> Delivery:
        """A reminder that waits for another contact of the same mission."""
        mission = self.session.get_one(Mission, letter.mission_id)
        contact = a_contact(self.session, address, state=mission.state)
        return a_copy(self.session, self.campaign, contact, step=2, state=State.queued)

    def receive(self, content: bytes, *recipients: str) -> IncomingMail:
        """What the mail has become after it was kept and read."""
        raw = store(self.session, content, door="file", recipients=recipients, now=NOW)
        take_in(self.session, raw, *understand(raw.content), TOKENS, NOW)
        return self.session.exec(select(IncomingMail).where(IncomingMail.raw_id == raw.id)).one()

    def receive_sample(self, name: str) -> IncomingMail:
        return self.receive(sample(name))

    def threads(self) -> list[Thread]:
        return list(self.session.exec(select(Thread)))

    def mails(self) -> list[IncomingMail]:
        return list(self.session.exec(select(IncomingMail)))


def contact_of(session: Session, letter: Delivery) -> Contact:
    return session.get_one(Contact, letter.contact_id)
