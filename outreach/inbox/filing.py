"""Where an incoming mail belongs: the copy that it is about, and whose it is.

In this order: our token in a recipient's address; the mail that it answers or returns; its sender,
among the contacts we wrote to, unless it is a server's report, which anybody can write in their
name. A subject alone files nothing. What is left goes to the holding pen, where a person decides.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from outreach.contacts.tables import Contact
from outreach.delivery.addresses import canonical, domain
from outreach.delivery.states import MAY_HAVE_GONE, NOT_LEFT
from outreach.delivery.tables import Delivery
from outreach.errors import InvalidInput, NotAllowed
from outreach.inbox import bounces, effects
from outreach.inbox.heads import Head, message_ids
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.tables import IncomingMail, Thread, ThreadState
from outreach.texts import gettext as _
from outreach.tokens import Purpose, Tokens

# A reply may come by Bcc or through a forwarder: then only what servers add names the address.
_RECIPIENTS = (
    "to", "cc", "bcc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to",
    "x-delivered-to", "x-forwarded-to", "apparently-to", "resent-to",
)  # fmt: skip
_RECEIVED_FOR = re.compile(r"\bfor\s+<?([^\s<>;]{1,320}@[^\s<>;]{1,255})", re.IGNORECASE)
_TOKEN = re.compile(r"\+([0-9a-z]{32})@", re.IGNORECASE)
KEY_LENGTH = 16
_KEY = re.compile(rf"<([0-9a-z]{{{KEY_LENGTH}}})@")

_PURPOSES: tuple[tuple[Purpose, str], ...] = (("reply", "token"), ("unsubscribe", "unsubscribe"))
_FROM_SERVERS = frozenset({MailKind.bounce, MailKind.complaint})


@dataclass(frozen=True)
class Filing:
    """By what a copy was found; nothing in the holding pen.

    ``matched_by``: "token", "unsubscribe" (the token of an address that mail goes to for that),
    "references", "sender".
    """

    delivery: Delivery | None = None
    contact_id: int | None = None
    matched_by: str | None = None
    from_stranger: bool = False


def find_place(
    session: Session, mail: ParsedMail, kind: MailKind, envelope: Sequence[str], tokens: Tokens
) -> Filing:
    """``envelope`` are the recipients that the door was told of."""
    matched_by, delivery = _by_token(session, mail, envelope, tokens)
    if delivery is None:
        matched_by, delivery = "references", _by_references(session, mail)
    sender = find_contact(session, mail.from_address)
    if delivery is None and kind not in _FROM_SERVERS:
        matched_by, delivery = "sender", _by_sender(session, sender)
    if delivery is None:
        return Filing(contact_id=sender.id if sender else None)
    return Filing(
        delivery=delivery,
        contact_id=_whose(delivery, sender),
        matched_by=matched_by,
        from_stranger=kind not in _FROM_SERVERS and _is_stranger(mail, delivery, sender),
    )


def file_by_hand(
    session: Session, mail: IncomingMail, delivery: Delivery, now: datetime
) -> IncomingMail:
    """File a held mail to the copy that a person says it is about, with all that follows.

    Raises NotAllowed when it is filed already, and for a copy that never left.
    """
    if delivery.state in NOT_LEFT:
        raise NotAllowed(_("That copy never left, so no mail can be about it; file it to another."))
    session.refresh(mail, with_for_update=True)
    if mail.delivery_id is not None or mail.thread_id is not None:
        raise NotAllowed(_("This mail is filed already; somebody else may just have done it."))
    mail.delivery_id, mail.matched_by = delivery.id, "hand"
    mail.contact_id = mail.contact_id or delivery.contact_id
    effects.apply(session, mail, delivery, now)
    return mail


def is_held() -> ColumnElement[bool]:
    """That a mail stands in the holding pen."""
    return col(IncomingMail.thread_id).is_(None) & col(IncomingMail.delivery_id).is_(None)


def written_tokens(head: Head, envelope: Iterable[str] = ()) -> list[str]:
    """What looks like a token of ours in any address that the mail was sent to."""
    received = (_RECEIVED_FOR.findall(value) for value in head.all("received"))
    places = chain(envelope, head.all(*_RECIPIENTS), *received)
    return list(dict.fromkeys(chain.from_iterable(map(_TOKEN.findall, places))))


def find_contact(session: Session, address: str) -> Contact | None:
    try:
        address = canonical(address)
    except InvalidInput:
        return None
    return session.exec(select(Contact).where(Contact.address == address)).one_or_none()


def latest_copy(session: Session, *conditions: ColumnElement[bool]) -> Delivery | None:
    """The campaign's copy that went last, of those that meet the conditions."""
    went_at = func.coalesce(Delivery.sent_at, Delivery.settled_at, Delivery.created_at)
    query = (
        select(Delivery)
        .where(
            col(Delivery.state).in_(MAY_HAVE_GONE),
            col(Delivery.campaign_id).is_not(None),
            *conditions,
        )
        .order_by(went_at.desc(), col(Delivery.id).desc())
    )
    return session.exec(query.limit(1)).one_or_none()


def _by_token(
    session: Session, mail: ParsedMail, envelope: Sequence[str], tokens: Tokens
) -> tuple[str, Delivery | None]:
    written = written_tokens(mail.head, envelope)
    if mail.returned:  # a server or a provider may know nothing else of the copy
        written += _TOKEN.findall(mail.returned.raw("reply-to"))
    for token in written:
        for purpose, matched_by in _PURPOSES:
            key = tokens.read(purpose, token)
            if key and (found := _of_keys(session, [key])):
                return matched_by, found
    return "token", None


def _by_references(session: Session, mail: ParsedMail) -> Delivery | None:
    """Our Message-IDs begin with the copy's key; the mail that it returns comes first."""
    answered = message_ids(mail.head.raw("in-reply-to"))
    ids = [*bounces.original_ids(mail), *reversed(answered), *reversed(mail.references)]
    found = (_KEY.match(each.lower()) for each in ids)
    return _of_keys(session, [match[1] for match in found if match])


def _of_keys(session: Session, keys: Sequence[str]) -> Delivery | None:
    """The copy of the first key that is one. What has not left nobody can answer."""
    left = col(Delivery.state).not_in(NOT_LEFT)
    query = select(Delivery).where(col(Delivery.key).in_(keys), left)
    found = session.exec(query).all() if keys else []
    return min(found, key=lambda delivery: keys.index(delivery.key), default=None)


def _by_sender(session: Session, sender: Contact | None) -> Delivery | None:
    if sender is None:
        return None
    own = latest_copy(session, col(Delivery.contact_id) == sender.id)
    return own or _by_open_thread(session, sender)


def _by_open_thread(session: Session, sender: Contact) -> Delivery | None:
    thread = session.exec(
        select(Thread)
        .where(Thread.mission_id == sender.mission_id, Thread.state != ThreadState.closed)
        .order_by(col(Thread.last_mail_at).desc())
        .limit(1)
    ).one_or_none()
    if thread is None:
        return None
    its_mission = col(Delivery.mission_id) == thread.mission_id
    return latest_copy(session, its_mission, col(Delivery.campaign_id) == thread.campaign_id)


def _whose(delivery: Delivery, sender: Contact | None) -> int | None:
    """A colleague who answers in the contact's place answers for the same mission."""
    colleague = sender is not None and sender.mission_id == delivery.mission_id
    return sender.id if sender and colleague else delivery.contact_id


def _is_stranger(mail: ParsedMail, delivery: Delivery, sender: Contact | None) -> bool:
    if sender is not None and sender.mission_id == delivery.mission_id:
        return False
    theirs, ours = domain(mail.from_address), delivery.recipient_domain
    return not (theirs == ours or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}"))
