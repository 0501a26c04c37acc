"""What an incoming mail sets going once it is known where it belongs.

Each mail is filed once, in the transaction that stores it or by a person's hand, so each effect
happens once; ``changes`` notes what it did, so that ``overruling`` can take it back. Nothing here
ever answers: an automatic answer to a machine would go in circles.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session

from outreach.campaigns import stopping
from outreach.delivery import suppression
from outreach.delivery.tables import Delivery, State, SuppressionReason
from outreach.inbox import changes
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail
from outreach.inbox.threads import find_thread, waits_for_us
from outreach.tracking.events import record, settle
from outreach.tracking.tables import EventKind
from outreach.tracking.unsubscribing import unsubscribe

Effect = Callable[[Session, IncomingMail, Delivery, datetime], None]

_AWAY_WITHOUT_A_DATE = timedelta(days=7)

# These show that this very copy arrived; a sender's address alone may answer another one.
_PROOFS = frozenset({"token", "references", "unsubscribe"})

# What a delivery report says of a copy when it does not say that it failed.
_REPORTED = {
    "delayed": EventKind.deferred,
    "delivered": EventKind.delivered,
    "relayed": EventKind.sent,
    "expanded": EventKind.delivered,
}


def apply(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    """``mail`` was filed to ``delivery``. Only a person's mail begins a thread or takes a turn."""
    with changes.noted(session, mail, delivery):
        mail.thread_id = find_thread(session, delivery)
        _EFFECTS[mail.kind](session, mail, delivery, now)
        session.add(mail)


def stop_the_chase(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    """A person has answered."""
    if mail.matched_by in _PROOFS:
        settle(session, delivery, State.delivered, now=now)
    stopping.answered(session, delivery, "reply", now)


def _replied(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    stop_the_chase(session, mail, delivery, now)
    mail.thread_id = waits_for_us(session, delivery, now)


def wait_for_return(session: Session, mail: IncomingMail, now: datetime) -> None:
    """Let what is planned for whoever is away wait until they are back."""
    if mail.contact_id is not None:
        stopping.postpone(session, contact_id=mail.contact_id, until=_back(mail), now=now)


def _is_away(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    _answered_by_machine(session, mail, delivery, now)
    wait_for_return(session, mail, now)


def _back(mail: IncomingMail) -> datetime:
    """The end of the last day that the notice names: whether it is one of absence, it is over."""
    if mail.returns_on is None:
        return mail.received_at + _AWAY_WITHOUT_A_DATE
    return datetime.combine(mail.returns_on + timedelta(days=1), time(), UTC)


def _answered_by_machine(
    session: Session, mail: IncomingMail, delivery: Delivery, now: datetime
) -> None:
    if mail.matched_by in _PROOFS:
        action = str((mail.bounce or {}).get("action"))
        _record(session, mail, delivery, _REPORTED.get(action, EventKind.autoresponded), now)


def _bounced(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    _record(session, mail, delivery, EventKind.bounced, now)


def _complained(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    _record(session, mail, delivery, EventKind.complained, now)


def _opted_out(session: Session, mail: IncomingMail, delivery: Delivery, now: datetime) -> None:
    if mail.from_stranger and mail.matched_by != "unsubscribe":
        # The letter was passed on, and its new reader speaks for no other: a person decides.
        mail.thread_id = waits_for_us(session, delivery, now)
        return
    unsubscribe(session, delivery.key, "inbox", now, source_key=changes.event_key(mail))
    if mail.contact_id != delivery.contact_id:
        # A colleague at the mission asks: then the colleague wants none either.
        unsubscribed = SuppressionReason.unsubscribed
        suppression.suppress(session, mail.from_address, unsubscribed, now=now)


def _record(
    session: Session, mail: IncomingMail, delivery: Delivery, kind: EventKind, now: datetime
) -> None:
    bounce = mail.bounce or {}
    told = {"status": bounce.get("status"), "answer": bounce.get("diagnostic")}
    record(
        session,
        delivery,
        kind,
        happened_at=mail.received_at,
        source="inbox",
        source_key=changes.event_key(mail),
        detail={name: str(value) for name, value in told.items() if value},
        permanent=bool(bounce.get("permanent")),
        now=now,
    )


_EFFECTS: Mapping[MailKind, Effect] = {
    MailKind.reply: _replied,
    MailKind.out_of_office: _is_away,
    MailKind.auto_reply: _answered_by_machine,
    MailKind.challenge: _answered_by_machine,
    MailKind.bounce: _bounced,
    MailKind.complaint: _complained,
    MailKind.opt_out: _opted_out,
}
