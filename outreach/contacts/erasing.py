"""Erasing a contact: what is known of a person goes, and does not come back by an import."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from outreach.contacts.tables import Contact, ListMembership
from outreach.delivery.addresses import canonical, erased
from outreach.delivery.states import move_where
from outreach.delivery.tables import Delivery, State
from outreach.errors import NotFound
from outreach.tokens import Tokens

_BLANK = {
    **dict.fromkeys(("name", "given_name", "family_name", "title", "role", "salutation"), ""),
    "languages": [],
    "time_zone": "",
    "tags": [],
    "extra": {},
}


@dataclass(frozen=True)
class Erased:
    """What was done: copies withdrawn before they went, and copies whose values were blanked."""

    cancelled: int
    blanked: int


class ErasedAddresses:
    """Knows an erased address when it comes again, though none of them is stored.

    What stays is a keyed digest: without the secret, addresses cannot be tried out against it.
    """

    def __init__(self, session: Session, tokens: Tokens) -> None:
        self._tokens = tokens
        marks = select(Contact.address).where(col(Contact.erased_at).is_not(None))
        self._marks = frozenset(session.exec(marks))

    def __contains__(self, address: str) -> bool:
        return bool(self._marks) and _mark(self._tokens, address) in self._marks


def erase(session: Session, address: str, *, tokens: Tokens, now: datetime) -> Erased:
    """Blank the contact and its copies, cancel what is queued for it, take it off all lists.

    Suppressions stay: they only keep mail from an address. Raises InvalidInput or NotFound.
    """
    address = canonical(address)
    contact = session.exec(select(Contact).where(Contact.address == address)).one_or_none()
    if contact is None:
        known = address in ErasedAddresses(session, tokens)
        raise NotFound(
            "That contact is erased already."
            if known
            else "There is no contact with that address; contacts export lists those there are."
        )
    mark = _mark(tokens, address)
    done = _blank_deliveries(session, contact, mark, now)
    session.exec(delete(ListMembership).where(col(ListMembership.contact_id) == contact.id))
    contact.sqlmodel_update({**_BLANK, "address": mark, "updated_at": now, "erased_at": now})
    session.add(contact)
    session.flush()
    return done


def _blank_deliveries(session: Session, contact: Contact, mark: str, now: datetime) -> Erased:
    """The mark is no address: a copy that came back to the queue later could not leave."""
    theirs = or_(
        col(Delivery.contact_id) == contact.id,
        col(Delivery.recipient_address) == contact.address,
    )
    reason = "the contact was erased"
    cancelled = move_where(session, theirs, State.cancelled, now=now, reason=reason)
    blank = {"recipient_name": "", "recipient_address": mark, "recipient_domain": "", "slots": []}
    changed = session.exec(update(Delivery).where(theirs).values(blank))
    return Erased(cancelled=len(cancelled), blanked=changed.rowcount)


def _mark(tokens: Tokens, address: str) -> str:
    return erased(tokens.key(f"erased:{address}"))
