"""What happened with one contact, from when it came in to the last that was heard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlmodel import Session, col, or_, select

from outreach.accounts.tables import AuditEntry
from outreach.campaigns.schedule import schedule_of
from outreach.campaigns.tables import Campaign
from outreach.contacts.columns import OWN, label
from outreach.contacts.tables import Contact
from outreach.delivery.suppression import WORDS
from outreach.delivery.tables import Delivery, Purpose, Suppression
from outreach.inbox.tables import IncomingMail
from outreach.texts import gettext as _
from outreach.texts import mark, retold
from outreach.tracking.tables import Agent, Event, EventKind
from outreach.web.presentation import words

MOST = 200  # copies, mails, events, acts: the latest of each


CHANGED = mark("contact changed")  # as it is noted

# What a campaign's own choice leaves to tell of an image.
NOT_KEPT = {"count": mark("not told: only totals are kept"), "off": mark("not asked for")}
_LOADED = {"person": mark("by a person, it seems"), "machine": mark("by a machine")}
_LOADED_BY_OTHERS = mark("by an unknown program")


@dataclass(frozen=True)
class Copy:
    """A mail to the contact. ``loaded`` is when its image was first loaded, as far as a campaign
    keeps that; ``not_kept`` says why it does not.
    """

    delivery: Delivery
    campaign: Campaign | None
    loaded: datetime | None = None
    loaded_by: Agent | None = None
    not_kept: str = ""

    @property
    def name(self) -> str:
        if self.campaign is None or self.delivery.purpose is Purpose.answer:
            return words(self.delivery.purpose)
        step = self.delivery.step
        return _("%(campaign)s, step %(step)s", campaign=self.campaign.name, step=step)


@dataclass(frozen=True)
class Happening:
    """``address`` is that of the page that tells more."""

    at: datetime
    what: str
    detail: str = ""
    address: str = ""
    is_theirs: bool = False  # and their clock is told too


def copies_of(session: Session, contact: Contact) -> Sequence[Copy]:
    """The latest first. What was withdrawn because it was merged away is not among them."""
    query = (
        select(Delivery, Campaign)
        .join(Campaign, col(Campaign.id) == col(Delivery.campaign_id), isouter=True)
        .where(Delivery.contact_id == contact.id)
        .order_by(col(Delivery.id).desc())
        .limit(MOST)
    )
    found = session.exec(query).all()
    keeps = {campaign.id: _kept(campaign) for __, campaign in found if campaign}
    first = _first_loads(session, [copy.id for copy, __ in found])
    return [
        Copy(copy, campaign, *first.get(copy.id, (None, None)))
        if campaign is None or (kept := keeps[campaign.id]) == "person"
        else Copy(copy, campaign, not_kept=_(NOT_KEPT[kept]))
        for copy, campaign in found
    ]


def history(
    session: Session, contact: Contact, copies: Sequence[Copy], stopped: Suppression | None
) -> list[Happening]:
    """The latest first."""
    told = [
        *_own(contact),
        *_noted(session, contact),
        *_sent(copies),
        *_events(session, copies),
        *_mails(session, contact, copies),
    ]
    if stopped:
        told.append(
            Happening(stopped.suppressed_at, _("address stopped"), _(WORDS[stopped.reason]))
        )
    return sorted(told, key=lambda happening: happening.at, reverse=True)


def _kept(campaign: Campaign) -> str:
    return schedule_of(campaign).campaign.opens


def _first_loads(
    session: Session, copies: Sequence[int | None]
) -> dict[int | None, tuple[datetime, Agent | None]]:
    """By copy; one by a person goes before those by machines."""
    loads = select(Event.delivery_id, Event.happened_at, Event.agent).where(
        col(Event.delivery_id).in_(copies), Event.kind == EventKind.opened
    )
    found = sorted(session.exec(loads), key=lambda load: (load[2] != Agent.person, load[1]))
    return {copy: (at, Agent(agent) if agent else None) for copy, at, agent in reversed(found)}


def _own(contact: Contact) -> Iterator[Happening]:
    yield Happening(contact.created_at, _("came in"))
    if contact.updated_at != contact.created_at:
        yield Happening(contact.updated_at, _("changed last"), _("by hand or by an import"))


def _noted(session: Session, contact: Contact) -> Iterator[Happening]:
    """Also of those that were merged into it."""
    merged = session.exec(select(Contact.id).where(Contact.merged_into == contact.id).limit(MOST))
    subjects = [f"contact {number}" for number in (contact.id, *merged)]
    query = select(AuditEntry).where(col(AuditEntry.subject).in_(subjects))
    for entry in session.exec(query.order_by(col(AuditEntry.id).desc()).limit(MOST)):
        yield Happening(entry.at, retold(entry.act), _detail(entry))


def _detail(entry: AuditEntry) -> str:
    if not entry.detail:
        return _("by %(who)s", who=entry.actor)
    said = retold(entry.detail)
    if entry.act == CHANGED:  # the names of fields
        said = ", ".join(label(name).removeprefix(OWN) for name in entry.detail.split(", "))
    return _("%(what)s, by %(who)s", what=said, who=entry.actor)


def _sent(copies: Sequence[Copy]) -> Iterator[Happening]:
    for copy in copies:
        if copy.delivery.sent_at:
            page = _page(copy.delivery.id)
            what = _("%(mail)s: sent", mail=copy.name)
            yield Happening(copy.delivery.sent_at, what, "", page, is_theirs=True)


def _events(session: Session, copies: Sequence[Copy]) -> Iterator[Happening]:
    """Loads of images only of campaigns that keep who loaded them."""
    of = {copy.delivery.id: copy for copy in copies}
    query = select(Event).where(col(Event.delivery_id).in_(of))
    for event in session.exec(query.order_by(col(Event.id).desc()).limit(MOST)):
        copy = of[event.delivery_id]
        if event.kind is not EventKind.opened or not copy.not_kept:
            what = _("%(mail)s: %(event)s", mail=copy.name, event=_words(event))
            yield Happening(event.happened_at, what, "", _page(event.delivery_id), is_theirs=True)


def _mails(session: Session, contact: Contact, copies: Sequence[Copy]) -> Iterator[Happening]:
    """Without the texts: a mail may be megabytes long, and here only its coming counts."""
    ids = [copy.delivery.id for copy in copies]
    about = or_(col(IncomingMail.contact_id) == contact.id, col(IncomingMail.delivery_id).in_(ids))
    mail = IncomingMail
    query = select(mail.id, mail.thread_id, mail.received_at, mail.kind).where(about)
    latest = query.order_by(col(mail.id).desc()).limit(MOST)
    for number, thread, at, kind in session.exec(latest):
        page = url_for("mail.show", number=number)
        if thread:
            page = url_for("thread.show", number=thread)
        what = _("mail came: %(kind)s", kind=words(kind))
        yield Happening(at, what, "", page, is_theirs=True)


def _words(event: Event) -> str:
    if event.kind is not EventKind.opened:
        return words(event.kind)
    return _("image loaded %(by)s", by=loaded_by(event.agent))


def loaded_by(agent: Agent | str | None) -> str:
    return _(_LOADED.get(agent or "", _LOADED_BY_OTHERS))


def _page(number: int | None) -> str:
    return url_for("deliveries.show", number=number)
