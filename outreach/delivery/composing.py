"""From a row of the queue to the mail that a carrier takes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from sqlmodel import Session, col, select

from outreach.delivery import mime
from outreach.delivery.addresses import is_erased
from outreach.delivery.headers import mailbox, one_line, unstructured
from outreach.delivery.tables import OF_A_PLAN, Delivery, Purpose, message_id
from outreach.errors import InvalidInput
from outreach.letters.copies import Copy, Links, Values, fill, values
from outreach.letters.tables import Enclosure, Skeleton
from outreach.tokens import Tokens

_BY_MACHINE = frozenset({Purpose.report, Purpose.notice, Purpose.entry})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")  # what a stranger's mail called one may be no id


class Mailbox(NamedTuple):
    """A name, which may be empty, and an address with its domain in A-labels."""

    name: str
    address: str


class Row(Protocol):
    """What of a ``Delivery`` goes into its mail; the columns of that name say what they are."""

    @property
    def id(self) -> int | None: ...
    @property
    def key(self) -> str: ...
    @property
    def purpose(self) -> Purpose: ...
    @property
    def slots(self) -> Sequence[str]: ...
    @property
    def sender_name(self) -> str: ...
    @property
    def sender_address(self) -> str: ...
    @property
    def recipient_name(self) -> str: ...
    @property
    def recipient_address(self) -> str: ...
    @property
    def tracks_opens(self) -> bool: ...
    @property
    def in_reply_to(self) -> str | None: ...
    @property
    def references(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Outgoing:
    """A mail ready to be handed over; ``headers`` are those beyond sender, recipient and date.

    ``copy`` is ``skeleton`` with ``values`` in its places; many mails share a skeleton.
    """

    delivery_id: int
    key: str
    sender: Mailbox
    recipient: Mailbox
    reply_to: str
    message_id: str
    headers: dict[str, str]
    skeleton: Skeleton
    values: Values
    copy: Copy
    date: datetime
    enclosures: Sequence[Enclosure] = ()

    @property
    def envelope_sender(self) -> str:
        """Where bounces and automatic answers go (RFC 5321 MAIL FROM): our inbox, by token."""
        return self.reply_to

    @property
    def needs_smtputf8(self) -> bool:
        """A local part outside ASCII cannot be encoded: every hop has to take it (RFC 6531)."""
        return not (self.recipient.address + self.sender.address + self.reply_to).isascii()

    def mime(self) -> bytes:
        """The message with lines ended by CRLF; the same mail gives the same bytes."""
        return mime.message(
            self._head(),
            text=self.copy.text,
            html=self.copy.html,
            enclosures=self.enclosures,
            boundary=self.key,  # no letter knows its key
        )

    def _head(self) -> Iterator[tuple[str, str]]:
        yield "Date", _written(self.date)
        yield "From", mailbox("From", *self.sender)
        yield "To", mailbox("To", *self.recipient)
        yield "Reply-To", self.reply_to
        yield "Subject", unstructured("Subject", self.copy.subject)
        yield "Message-ID", self.message_id
        yield from self.headers.items()


class Composer:
    """Makes mails out of rows; knows where links lead and where replies go.

    ``reply_address`` is the inbox without a token: inbox@in.example.org.
    """

    def __init__(self, *, tokens: Tokens, public_url: str, reply_address: str) -> None:
        self._tokens = tokens
        self._public_url = public_url.rstrip("/")
        self._reply_local, _, self._reply_domain = reply_address.rpartition("@")

    def compose(
        self,
        delivery: Row,
        skeleton: Skeleton,
        now: datetime,
        enclosures: Sequence[Enclosure] = (),
    ) -> Outgoing:
        """Raises InvalidInput where the row cannot become a mail."""
        assert delivery.id is not None
        leave = self._tokens.sign("unsubscribe", delivery.key)
        links = self._links(delivery, leave)
        filled = values(self._slots(delivery), links)
        outgoing = Outgoing(
            delivery_id=delivery.id,
            key=delivery.key,
            sender=Mailbox(one_line(delivery.sender_name), delivery.sender_address),
            recipient=Mailbox(one_line(delivery.recipient_name), delivery.recipient_address),
            reply_to=self.reply_to(delivery.key),
            message_id=message_id(delivery.key, delivery.sender_address),
            headers=self._headers(delivery, links, leave),
            skeleton=skeleton,
            values=filled,
            copy=fill(skeleton, filled),
            date=now,
            enclosures=enclosures,
        )
        _check(outgoing)
        return outgoing

    def compose_stored(
        self, session: Session, delivery: Delivery, now: datetime
    ) -> Outgoing | None:
        """As it was sent, or would be.

        None where a rule held it back before it was written, or its values were erased.
        """
        if is_erased(delivery.recipient_address):
            return None
        skeleton = session.get(Skeleton, delivery.skeleton_id) if delivery.skeleton_id else None
        if skeleton is None:
            return None
        enclosed = enclosures(session, delivery.enclosures)
        moment = delivery.sent_at or delivery.due_at or now
        return self.compose(delivery, skeleton, moment, enclosed)

    def reply_to(self, key: str) -> str:
        return self._inbox(self._tokens.sign("reply", key))

    def is_own(self, address: str) -> bool:
        """Whether mail to this address, in canonical form, comes back to our inbox."""
        local, _, host = address.rpartition("@")
        own = (self._reply_local.lower(), self._reply_domain.lower())
        return (local.partition("+")[0], host) == own

    def _slots(self, delivery: Row) -> Sequence[str]:
        """What lets its recipient in stands in no row: it is made when the mail is."""
        if delivery.purpose is not Purpose.entry:
            return delivery.slots
        return [*delivery.slots, entry_url(self._public_url, self._tokens, delivery.key)]

    def _links(self, delivery: Row, leave: str) -> Links:
        """The addresses of this copy's own pages: opting out, and the open image if it has one."""
        image = self._tokens.sign("open", delivery.key) if delivery.tracks_opens else None
        return Links(
            unsubscribe_url=f"{self._public_url}/u/{leave}",
            open_url=f"{self._public_url}/o/{image}.gif" if image else None,
        )

    def _inbox(self, token: str) -> str:
        return f"{self._reply_local}+{token}@{self._reply_domain}"

    def _headers(self, delivery: Row, links: Links, leave: str) -> dict[str, str]:
        headers = _threading(delivery)
        if delivery.purpose in OF_A_PLAN:
            headers |= self._list_unsubscribe(links, leave)
        if delivery.purpose in _BY_MACHINE:
            headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: a notice by a machine
        return headers

    def _list_unsubscribe(self, links: Links, leave: str) -> dict[str, str]:
        """RFC 2369 for people, RFC 8058 for their mail clients' one click."""
        mail = self._inbox(leave)
        return {
            "List-Unsubscribe": f"<{links.unsubscribe_url}>, <mailto:{mail}?subject=unsubscribe>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def entry_url(public_url: str, tokens: Tokens, key: str) -> str:
    """Where whoever holds the link made of ``key`` sets a password."""
    return f"{public_url}/enter/{tokens.sign('entry', key)}"


_written = lru_cache(maxsize=64)(format_datetime)  # a group has one date


def enclosures(session: Session, ids: Sequence[str]) -> list[Enclosure]:
    """The stored files, in the order of ``ids``."""
    found = session.exec(select(Enclosure).where(col(Enclosure.id).in_(ids))) if ids else ()
    by_id = {enclosure.id: enclosure for enclosure in found}
    return [by_id[each] for each in ids]


def _threading(delivery: Row) -> dict[str, str]:
    """In-Reply-To and References (RFC 5322); the mail that is answered is always the last."""
    known = [each for each in delivery.references if _MESSAGE_ID.fullmatch(each)]
    answered = delivery.in_reply_to or ""
    if not _MESSAGE_ID.fullmatch(answered):
        return {"References": " ".join(known)} if known else {}
    references = [*(each for each in known if each != answered), answered]
    return {"In-Reply-To": answered, "References": " ".join(references)}


def _check(outgoing: Outgoing) -> None:
    """Find here what ``mime`` would fail at, while it still concerns this one copy only."""
    mailbox("From", *outgoing.sender)
    mailbox("To", *outgoing.recipient)
    copy = outgoing.copy
    try:
        f"{copy.subject}{copy.text}{copy.html}".encode()
    except UnicodeEncodeError:
        raise InvalidInput("A value holds half a character, which cannot be written.") from None
