"""What happened to one copy, from its plan to the last that was heard of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from outreach.delivery.tables import Delivery, State
from outreach.inbox.tables import IncomingMail
from outreach.texts import gettext as _
from outreach.texts import retold
from outreach.tracking.tables import Event, EventKind
from outreach.web.presentation import standing, words


@dataclass(frozen=True)
class Happening:
    """``mail_id`` leads to the mail that told of it."""

    at: datetime
    what: str
    detail: str = ""
    mail_id: int | None = None
    is_theirs: bool = True  # and their clock is told too


def history(session: Session, delivery: Delivery) -> list[Happening]:
    told = [*_own(delivery), *_events(session, delivery), *_mails(session, delivery)]
    return sorted(told, key=lambda happening: happening.at)


def _own(delivery: Delivery) -> Iterator[Happening]:
    yield Happening(delivery.created_at, _("planned"), is_theirs=False)
    if delivery.sent_at:
        yield Happening(delivery.sent_at, _("sent"), _("the mail server or provider took it"))
    if delivery.settled_at and delivery.state not in {State.sent, State.delivered}:
        yield Happening(delivery.settled_at, standing(delivery), retold(delivery.reason or ""))


def _events(session: Session, delivery: Delivery) -> Iterator[Happening]:
    for event in session.exec(select(Event).where(Event.delivery_id == delivery.id)):
        yield Happening(event.happened_at, _words(event), _detail(event))


def _mails(session: Session, delivery: Delivery) -> Iterator[Happening]:
    """Without the texts: a mail may be megabytes long, and here only its coming counts."""
    query = select(IncomingMail.id, IncomingMail.received_at, IncomingMail.kind).where(
        col(IncomingMail.delivery_id) == delivery.id
    )
    for number, at, kind in session.exec(query):
        yield Happening(at, _("mail came: %(kind)s", kind=words(kind)), mail_id=number)


def _words(event: Event) -> str:
    if event.kind is not EventKind.opened:
        return words(event.kind)
    return {
        "person": _("image loaded by a person, it seems"),
        "machine": _("image loaded by a machine"),
    }.get(event.agent or "", _("image loaded by an unknown program"))


def _detail(event: Event) -> str:
    said = "; ".join(f"{name}: {value}" for name, value in event.detail.items() if value)
    return f"{said} ({event.source})" if said else event.source
