"""Erasing a person: the contact, and all that the inbox and the events hold of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlmodel import Session, col

from outreach.bulk import among
from outreach.contacts import erasing
from outreach.contacts.erasing import Person
from outreach.contacts.tables import Contact
from outreach.delivery.addresses import without_addresses
from outreach.delivery.tables import Delivery, Purpose
from outreach.inbox import emptying, searching
from outreach.inbox.kinds import MailKind
from outreach.inbox.mentions import Mentions
from outreach.inbox.tables import IncomingMail, RawMail, RawState, ThreadNote
from outreach.tracking.tables import Event

_BY_MACHINES = frozenset(MailKind) - {MailKind.reply, MailKind.opt_out}
# Of an event these say nothing of a person; a server's answer may.
_KEPT_OF_EVENTS = frozenset({"status", "classification", "type", "attempt", "permanent"})
_NOT_UNDERSTOOD = (RawState.new, RawState.unreadable)


@dataclass(frozen=True)
class Mail:
    """What is needed of a mail that is erased: columns of its row."""

    id: int
    thread_id: int | None
    delivery_id: int | None
    received_at: datetime
    message_id: str | None
    from_name: str

    @property
    def is_held(self) -> bool:
        return self.thread_id is None and self.delivery_id is None


@dataclass(frozen=True)
class Erased:
    """What was erased, and ids of what a person must look at.

    ``others_mails`` are other people's that name the person in what they wrote; ``threads`` have
    notes that may be about the person.
    """

    contacts: int
    copies: erasing.Erased
    mails: Sequence[Mail]
    raw_mails: int
    recipients: int
    events: int
    others_mails: Sequence[int]
    threads: Sequence[int]

    @property
    def anything(self) -> bool:
        counts = (self.contacts, self.copies.blanked, self.raw_mails, self.recipients, self.events)
        return any((*counts, self.copies.answers, self.mails, self.others_mails, self.threads))


def erase(session: Session, person: Person, *, now: datetime) -> Erased:
    """All of it in this transaction; what is gone already is not counted once more."""
    mails = mails_of(session, person)
    _hold(session, mails)
    names = [person.name, *(mail.from_name for mail in mails)]
    mentions = Mentions(person.address, names)
    answers = _answers_to(session, mails)
    copies = [*_ids(session, col(Delivery.id), person.copies()), *answers]
    is_known = person.is_known
    searching.forget_answers(session, copies)
    blanked = erasing.erase(session, person, now=now, also=answers)
    raw_mails = _erase_mails(session, mails, now) + _erase_not_understood(session, mentions)
    emptying.forget_words(session)
    return Erased(
        contacts=int(is_known),
        copies=blanked,
        mails=mails,
        raw_mails=raw_mails,
        events=_erase_answers_of_servers(session, mentions, copies),
        others_mails=others_mails(session, mentions),
        recipients=_replace_recipients(session, Mentions(person.address), person.mark),
        threads=_threads_with_notes(session, mentions, mails),
    )


def _hold(session: Session, mails: Sequence[Mail]) -> None:
    """Whoever is just answering one of them is done then, or finds it empty."""
    these = among(session, col(IncomingMail.id), [mail.id for mail in mails])
    query = select(col(IncomingMail.id)).where(these).order_by(col(IncomingMail.id))
    session.execute(query.with_for_update())


def mails_of(session: Session, person: Person) -> list[Mail]:
    """What they wrote, what machines wrote about their address, and what came in their place."""
    names = Mail.__dataclass_fields__
    columns = [getattr(IncomingMail, name) for name in names]
    theirs = or_(
        _from(Mentions(person.address).spellings),
        _about_their_copies(person),
        among(session, col(IncomingMail.id), _bounces_about(session, person)),
    )
    query = select(*columns).where(theirs, _not_emptied()).order_by(col(IncomingMail.id))
    return [Mail(**dict(zip(names, row, strict=True))) for row in session.execute(query)]


def _from(spellings: Collection[str]) -> ColumnElement[bool]:
    told = (col(IncomingMail.from_address), col(IncomingMail.reply_to))
    return or_(*(func.lower(each).in_(spellings) for each in told))


def _about_their_copies(person: Person) -> ColumnElement[bool]:
    """Filed as theirs, or by a machine to a copy of theirs, and not from another contact."""
    of_copies = col(IncomingMail.delivery_id).in_(select(col(Delivery.id)).where(person.copies()))
    filed = and_(of_copies, col(IncomingMail.kind).in_(_BY_MACHINES))
    # By the index of addresses, for each mail that is filed so: they are few, and contacts many.
    sender = func.lower(IncomingMail.from_address)
    other = exists().where(col(Contact.address) == sender, col(Contact.address) != person.address)
    if person.contact is not None:
        filed = or_(filed, col(IncomingMail.contact_id) == person.contact.id)
    return and_(filed, ~other)


def _bounces_about(session: Session, person: Person) -> list[int]:
    mentions = Mentions(person.address)
    query = select(col(IncomingMail.id), col(IncomingMail.bounce))
    found = session.execute(query.where(_not_emptied(), mentions.possible(IncomingMail.bounce)))
    return [number for number, bounce in found if bounce in mentions]


def _not_emptied() -> ColumnElement[bool]:
    return col(IncomingMail.emptied_at).is_(None)


def _answers_to(session: Session, mails: Sequence[Mail]) -> list[int]:
    """Wherever they went: a mail may ask to be answered at another address."""
    answered = among(
        session, col(Delivery.in_reply_to), [m.message_id for m in mails if m.message_id]
    )
    return _ids(session, col(Delivery.id), (col(Delivery.purpose) == Purpose.answer) & answered)


def _ids(session: Session, column: Any, criteria: ColumnElement[bool]) -> list[int]:
    return list(session.execute(select(column).where(criteria)).scalars())


def _erase_mails(session: Session, mails: Sequence[Mail], now: datetime) -> int:
    filed = [mail.id for mail in mails if not mail.is_held]
    held = [mail.id for mail in mails if mail.is_held]
    return emptying.empty(session, filed, now=now) + emptying.delete_held(session, held)


def _erase_not_understood(session: Session, mentions: Mentions) -> int:
    """Nobody can say who wrote it. What hides the address, as base64 does, is not found."""
    query = select(col(RawMail.id), col(RawMail.content)).where(
        col(RawMail.state).in_(_NOT_UNDERSTOOD)
    )
    rows = session.execute(query.execution_options(yield_per=10))
    ids = [number for number, content in rows if content.decode(errors="replace") in mentions]
    return emptying.delete_bytes(session, among(session, col(RawMail.id), ids))


def _replace_recipients(session: Session, mentions: Mentions, mark: str) -> int:
    """In other people's mails; the number of them."""
    query = select(col(IncomingMail.id), col(IncomingMail.recipients)).where(
        mentions.possible(IncomingMail.recipients)
    )
    changed = [
        {"id": number, "recipients": [mark if each in mentions else each for each in recipients]}
        for number, recipients in session.execute(query)
        if any(each in mentions for each in recipients)
    ]
    if changed:
        session.execute(update(IncomingMail), changed)
    return len(changed)


def others_mails(session: Session, mentions: Mentions) -> list[int]:
    """Also those whose list of recipients is all that names the person: their bytes do too."""
    written = ("from_name", "recipients", "subject", "text", "quoted", "evidence", "attachments")
    columns = [getattr(IncomingMail, name) for name in written]
    query = select(col(IncomingMail.id), *columns).where(mentions.possible(*columns))
    rows = session.execute(query.order_by(col(IncomingMail.id)))
    return [number for number, *texts in rows if any(text in mentions for text in texts)]


def _erase_answers_of_servers(session: Session, mentions: Mentions, copies: Collection[int]) -> int:
    """In events, and in the reasons of copies of others; the number of them."""
    query = select(col(Event.id), col(Event.delivery_id), col(Event.detail)).where(
        or_(among(session, col(Event.delivery_id), copies), mentions.possible(Event.detail))
    )
    theirs = frozenset(copies)
    changed = [
        {"id": number, "detail": kept}
        for number, copy, detail in session.execute(query)
        if (kept := _without_answers(detail)) != detail and (copy in theirs or detail in mentions)
    ]
    if changed:
        session.execute(update(Event), changed)
    return len(changed) + _erase_reasons(session, mentions)


def _without_answers(detail: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in detail.items() if name in _KEPT_OF_EVENTS}


def _erase_reasons(session: Session, mentions: Mentions) -> int:
    query = select(col(Delivery.id), col(Delivery.reason)).where(mentions.possible(Delivery.reason))
    changed = [
        {"id": number, "reason": without_addresses(reason)}
        for number, reason in session.execute(query)
        if reason in mentions
    ]
    if changed:
        session.execute(update(Delivery), changed)
    return len(changed)


def _threads_with_notes(session: Session, mentions: Mentions, mails: Sequence[Mail]) -> list[int]:
    threads = {mail.thread_id for mail in mails if mail.thread_id}
    of_them = among(session, col(ThreadNote.thread_id), threads)
    query = select(col(ThreadNote.thread_id), col(ThreadNote.text)).where(
        or_(of_them, mentions.possible(ThreadNote.text))
    )
    found = session.execute(query)
    return sorted({number for number, text in found if number in threads or text in mentions})
