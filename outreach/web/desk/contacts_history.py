"""What happened with one contact, from when it came in to the last that was heard."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlmodel import Session, col, or_, select

from outreach.accounts.tables import AuditEntry
from outreach.campaigns.tables import Campaign
from outreach.contacts.tables import Contact
from outreach.delivery.suppression import WORDS
from outreach.delivery.tables import Delivery, Purpose, Suppression
from outreach.inbox.tables import IncomingMail
from outreach.tracking.tables import Event, EventKind
from outreach.web.presentation import words

MOST = 200  # copies, mails, events: the latest of each


@dataclass(frozen=True)
class Happening:
    """``address`` is that of the page that tells more."""

    at: datetime
    what: str
    detail: str = ""
    address: str = ""


def copies_of(session: Session, contact: Contact) -> Sequence[tuple[Delivery, Campaign | None]]:
    """The latest first. What was withdrawn because it was merged away is not among them."""
    query = (
        select(Delivery, Campaign)
        .join(Campaign, col(Campaign.id) == col(Delivery.campaign_id), isouter=True)
        .where(Delivery.contact_id == contact.id)
        .order_by(col(Delivery.id).desc())
        .limit(MOST)
    )
    return session.exec(query).all()


def history(
    session: Session,
    contact: Contact,
    copies: Sequence[tuple[Delivery, Campaign | None]],
    stopped: Suppression | None,
) -> list[Happening]:
    """The latest first."""
    by_id = {copy.id: _name(copy, campaign) for copy, campaign in copies}
    told = [
        *_own(contact),
        *_noted(session, contact),
        *_sent(copies),
        *_events(session, by_id),
        *_mails(session, contact, by_id),
    ]
    if stopped:
        told.append(Happening(stopped.suppressed_at, "address stopped", WORDS[stopped.reason]))
    return sorted(told, key=lambda happening: happening.at, reverse=True)


def _own(contact: Contact) -> Iterator[Happening]:
    yield Happening(contact.created_at, "came in")
    if contact.updated_at != contact.created_at:
        yield Happening(contact.updated_at, "changed last", "by hand or by an import")


def _noted(session: Session, contact: Contact) -> Iterator[Happening]:
    query = select(AuditEntry).where(AuditEntry.subject == f"contact {contact.id}")
    for entry in session.exec(query.order_by(col(AuditEntry.id).desc()).limit(MOST)):
        by = f"by {entry.actor}"
        yield Happening(entry.at, entry.act, f"{entry.detail}, {by}" if entry.detail else by)


def _sent(copies: Sequence[tuple[Delivery, Campaign | None]]) -> Iterator[Happening]:
    for copy, campaign in copies:
        if copy.sent_at:
            yield Happening(copy.sent_at, f"{_name(copy, campaign)}: sent", "", _page(copy.id))


def _events(session: Session, names: Mapping[int | None, str]) -> Iterator[Happening]:
    query = select(Event).where(col(Event.delivery_id).in_(names))
    for event in session.exec(query.order_by(col(Event.id).desc()).limit(MOST)):
        what = f"{names[event.delivery_id]}: {_words(event)}"
        yield Happening(event.happened_at, what, "", _page(event.delivery_id))


def _mails(
    session: Session, contact: Contact, names: Mapping[int | None, str]
) -> Iterator[Happening]:
    """Without the texts: a mail may be megabytes long, and here only its coming counts."""
    about = or_(
        col(IncomingMail.contact_id) == contact.id, col(IncomingMail.delivery_id).in_(names)
    )
    query = select(IncomingMail.id, IncomingMail.received_at, IncomingMail.kind).where(about)
    for number, at, kind in session.exec(query.order_by(col(IncomingMail.id).desc()).limit(MOST)):
        yield Happening(at, f"mail came: {words(kind)}", "", url_for("mail.show", number=number))


def _name(copy: Delivery, campaign: Campaign | None) -> str:
    if campaign is None or copy.purpose is Purpose.answer:
        return words(copy.purpose)
    return f"{campaign.name}, step {copy.step}"


def _words(event: Event) -> str:
    if event.kind is not EventKind.opened:
        return event.kind
    by = {"person": "by a person, it seems", "machine": "by a machine"}
    return f"image loaded {by.get(event.agent or '', 'by an unknown program')}"


def _page(number: int | None) -> str:
    return url_for("deliveries.show", number=number)
