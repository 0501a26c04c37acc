"""Erasing a contact: what is known of a person goes, and does not come back by an import."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, false, or_, update
from sqlmodel import Session, col, select

from outreach.bulk import among
from outreach.contacts.tables import Contact, ContactUpload, ListMembership, UploadStage
from outreach.delivery.addresses import canonical, erased
from outreach.delivery.forgetting import blank_copies, forget_texts
from outreach.delivery.states import move, move_where
from outreach.delivery.tables import Delivery, Purpose, State, Suppression
from outreach.delivery.trials import trials_of
from outreach.texts import mark
from outreach.tokens import Tokens

_REASON = mark("the contact was erased")
_BLANK = {
    **dict.fromkeys(("name", "given_name", "family_name", "title", "role", "salutation"), ""),
    "terms": "",
    "languages": [],
    "time_zone": "",
    "tags": [],
    "extra": {},
}


@dataclass(frozen=True)
class Erased:
    """Copies withdrawn before they went, copies whose values were blanked, and answers from the
    desk whose text was deleted.
    """

    cancelled: int
    blanked: int
    answers: int


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


@dataclass(frozen=True)
class Person:
    """Whom an address stands for; ``mark`` is what stands in its place afterwards.

    ``contact`` is also one that was erased before. ``merged`` are contacts that were merged into
    it, each with its own mark: their addresses are the person's too.
    """

    address: str
    mark: str
    contact: Contact | None
    merged: Sequence[tuple[Contact, str]] = ()

    @property
    def is_known(self) -> bool:
        return self.contact is not None and self.contact.erased_at is None

    @property
    def name(self) -> str:
        return self.contact.name if self.contact else ""

    def copies(self) -> ColumnElement[bool]:
        """Their copies among all, also those that are blank already."""
        by_address = col(Delivery.recipient_address).in_((*self.addresses, self.mark))
        return or_(col(Delivery.contact_id).in_(self._ids), by_address)

    def trials(self) -> ColumnElement[bool]:
        """Copies of theirs that organizers sent to themselves, which hold their values too."""
        return trials_of(self._ids)

    @property
    def _ids(self) -> list[int | None]:
        contacts = [contact for contact, _ in self.merged]
        return [each.id for each in (self.contact, *contacts) if each]

    @property
    def addresses(self) -> list[str]:
        return [self.address, *(contact.address for contact, _ in self.merged)]


def find_person(session: Session, address: str, tokens: Tokens) -> Person:
    """Raises InvalidInput for what is no address."""
    address = canonical(address)
    mark = _mark(tokens, address)
    query = select(Contact).where(col(Contact.address).in_((address, mark)))
    contact = session.exec(query).one_or_none()
    into_it = col(Contact.merged_into) == contact.id if contact else false()
    merged = session.exec(select(Contact).where(into_it, col(Contact.erased_at).is_(None)))
    return Person(address, mark, contact, [(each, _mark(tokens, each.address)) for each in merged])


def erase(session: Session, person: Person, *, now: datetime, also: Collection[int] = ()) -> Erased:
    """Blank the contact and its copies, cancel what is queued for it, take it off all lists.

    ``also`` are ids of answers that went to the person by another address. Suppressions stay
    without their remarks: they only keep mail from an address. Files that wait to be imported
    may hold the person: all of them go, but one that is being stored, where the person is left out.
    """
    theirs = or_(person.copies(), among(session, col(Delivery.id), also))
    done = _blank_copies(session, theirs, person.mark, now)
    trials = _forget_trials(session, person.trials(), now)
    session.exec(
        update(Suppression).where(col(Suppression.address).in_(person.addresses)).values(detail="")
    )
    storing = col(ContactUpload.stage) == UploadStage.to_store
    waiting = ~storing | (col(ContactUpload.problem) != "")
    session.exec(delete(ContactUpload).where(waiting))
    if person.contact is not None and person.is_known:
        for contact, mark in [(person.contact, person.mark), *person.merged]:
            _blank_contact(session, contact, mark, now)
    return replace(done, blanked=done.blanked + trials)


def _blank_contact(session: Session, contact: Contact, mark: str, now: datetime) -> None:
    session.exec(delete(ListMembership).where(col(ListMembership.contact_id) == contact.id))
    contact.sqlmodel_update({**_BLANK, "address": mark, "updated_at": now, "erased_at": now})
    session.add(contact)
    session.flush()


def _blank_copies(
    session: Session, theirs: ColumnElement[bool], mark: str, now: datetime
) -> Erased:
    """The mark is no address: a copy that came back to the queue later could not leave.

    What a server answered may name the person; why a rule held a copy back does not.
    """
    cancelled = move_where(session, theirs, State.cancelled, now=now, reason=_REASON)
    answers = select(Delivery.id).where(theirs, Delivery.purpose == Purpose.answer)
    texts = forget_texts(session, [number for number in session.exec(answers) if number])
    to_blank = theirs & (col(Delivery.recipient_address) != mark)
    told = col(Delivery.state).in_((State.bounced, State.failed))
    blank: dict[str, Any] = {
        "recipient_name": "",
        "recipient_address": mark,
        "recipient_domain": "",
        "slots": [],
        "in_reply_to": None,
        "references": [],
        "reason": case((told, _REASON), else_=col(Delivery.reason)),
    }
    blanked = blank_copies(session, to_blank, blank)
    return Erased(cancelled=len(cancelled), blanked=blanked, answers=texts)


def _forget_trials(session: Session, trials: ColumnElement[bool], now: datetime) -> int:
    """How many had a text. Whom they went to is an organizer, and stays."""
    ids = [number for number in session.exec(select(Delivery.id).where(trials)) if number]
    move(session, ids, State.cancelled, now=now, reason=_REASON)
    return forget_texts(session, ids)


def _mark(tokens: Tokens, address: str) -> str:
    return erased(tokens.key(f"erased:{address}"))
