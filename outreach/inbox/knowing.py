"""What is kept of a person: the first thing that somebody who asks has to be told."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from outreach.bulk import among
from outreach.contacts.erasing import Person
from outreach.contacts.tables import Contact, ContactList, ListMembership, Mission
from outreach.delivery.tables import Delivery, Suppression
from outreach.errors import NotFound
from outreach.inbox.erasing import mails_of, others_mails
from outreach.inbox.mentions import Mentions
from outreach.inbox.tables import IncomingMail
from outreach.tracking.tables import Event

Rows = list[dict[str, Any]]

# How the program keeps its queue says nothing of a person.
_OF_THE_QUEUE = {"claimed_by", "lease_until", "attempts", "skeleton_id", "key", "provider_id"}


def about(session: Session, person: Person) -> dict[str, Rows]:
    """Rows by what they are, with their columns; "mails_of_others" only name the person.

    Raises NotFound where nothing is kept.
    """
    contacts = [person.contact] if person.contact and person.is_known else []
    copies = _copies(session, person)
    theirs = [mail.id for mail in mails_of(session, person)]
    mentions = Mentions(person.address, [contact.name for contact in contacts])
    kept = {
        "contact": _rows(contacts),
        "mission": _rows(session.get_one(Mission, each.mission_id) for each in contacts),
        "lists": _rows(_lists(session, contacts)),
        "suppressions": _rows(_suppressions(session, person)),
        "copies": _rows(copies, _OF_THE_QUEUE),
        "events": _rows(_events(session, copies)),
        "mails": _rows(_mails(session, theirs)),
        "mails_of_others": _rows(
            _mails(session, set(others_mails(session, mentions)).difference(theirs))
        ),
    }
    if not any(kept.values()):
        raise NotFound("Nothing is kept of that address: no contact, no copy and no mail.")
    return kept


def _rows(rows: Iterable[SQLModel], left_out: set[str] | None = None) -> Rows:
    return [row.model_dump(exclude=left_out) for row in rows]


def _copies(session: Session, person: Person) -> Sequence[Delivery]:
    """Not those that are blank."""
    theirs = person.copies() & (col(Delivery.recipient_address) != person.mark)
    return session.exec(select(Delivery).where(theirs).order_by(col(Delivery.id))).all()


def _events(session: Session, copies: Sequence[Delivery]) -> Iterable[Event]:
    told_of = among(session, col(Event.delivery_id), [copy.id for copy in copies])
    return session.exec(select(Event).where(told_of).order_by(col(Event.id)))


def _suppressions(session: Session, person: Person) -> Iterable[Suppression]:
    return session.exec(select(Suppression).where(Suppression.address == person.address))


def _lists(session: Session, contacts: Iterable[Contact]) -> Iterable[ContactList]:
    on = among(session, col(ListMembership.contact_id), [contact.id for contact in contacts])
    return session.exec(select(ContactList).join(ListMembership).where(on))


def _mails(session: Session, ids: Iterable[int]) -> Iterable[IncomingMail]:
    these = among(session, col(IncomingMail.id), ids)
    return session.exec(select(IncomingMail).where(these).order_by(col(IncomingMail.id)))
