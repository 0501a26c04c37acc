"""Rows and mails for the tests of this room."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlmodel import Session, col, select

from outreach.campaigns.tables import Campaign
from outreach.db import Database
from outreach.delivery.composing import Composer, Mailbox, Outgoing
from outreach.delivery.queue import NewDelivery, enqueue
from outreach.delivery.tables import Delivery, Purpose
from outreach.letters.copies import Links, fill, values
from outreach.letters.markers import UNSUBSCRIBE, slot
from outreach.letters.tables import Skeleton
from outreach.tokens import Tokens

MORNING = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TOKENS = Tokens("a secret for tests")


def a_skeleton(**changes: Any) -> Skeleton:
    return Skeleton(
        **{
            "id": "skeleton",
            "language": "en",
            "subject": f"A letter to {slot(0)}",
            "text": f"Dear {slot(0)},\n\nyours.\n\n{UNSUBSCRIBE}\n",
            "html": f"<html><body><p>Dear {slot(0)},</p><p>yours.</p></body></html>",
            **changes,
        }
    )


A_SHORT_LETTER = a_skeleton(
    text=f"Dear {slot(0)},\n\n.a dot begins this line\n\nyours.\n",
    html=f"<html><body><p>Dear {slot(0)},</p></body></html>\n",
)


def a_row(number: int = 1, **changes: Any) -> NewDelivery:
    return NewDelivery(
        **{
            "identity": f"campaign:test:1:contact:{number}",
            "purpose": Purpose.letter,
            "sender_name": "The organizers",
            "sender_address": "letters@example.org",
            "recipient_name": f"Person {number}",
            "recipient_address": f"person{number}@mission.example",
            "skeleton_id": "skeleton",
            "slots": [f"Person {number}"],
            "due_at": MORNING,
            **changes,
        }
    )


def put(session: Session, *rows: NewDelivery, now: datetime = MORNING) -> list[Delivery]:
    """The rows in the queue, and the skeleton they are made of."""
    if session.get(Skeleton, "skeleton") is None:
        session.add(a_skeleton())
        session.flush()
    enqueue(session, rows, tokens=TOKENS, now=now)
    keys = [TOKENS.key(row.identity) for row in rows]
    stored = session.exec(select(Delivery).where(col(Delivery.key).in_(keys)))
    return sorted(stored, key=lambda delivery: keys.index(delivery.key))


def put_in(database: Database, *rows: NewDelivery, now: datetime = MORNING) -> list[int]:
    """The same, committed; the ids."""
    with database.transaction() as session:
        return [delivery.id or 0 for delivery in put(session, *rows, now=now)]


def a_campaign(session: Session, slug: str) -> Campaign:
    """Of which this room knows no more than the number in its copies."""
    campaign = Campaign(slug=slug, name=slug, source="", loaded_by="a test", loaded_at=MORNING)
    session.add(campaign)
    session.flush()
    return campaign


def every(database: Database) -> list[Delivery]:
    with database.reading() as session:
        return list(session.exec(select(Delivery).order_by(col(Delivery.id))))


def a_composer() -> Composer:
    return Composer(
        tokens=TOKENS,
        public_url="https://outreach.example.org",
        reply_address="inbox@in.example.org",
    )


def a_mail(number: int = 1, **changes: Any) -> Outgoing:
    """As a composer makes them; a change of ``skeleton`` or ``values`` shows in the copy."""
    key = TOKENS.key(f"campaign:test:1:contact:{number}")
    skeleton = changes.pop("skeleton", A_SHORT_LETTER)
    filled = changes.pop(
        "values", values([f"Person {number}"], Links(f"https://outreach.example.org/u/{key}"))
    )
    return Outgoing(
        **{
            "delivery_id": number,
            "key": key,
            "sender": Mailbox("The organizers", "letters@example.org"),
            "recipient": Mailbox(f"Person {number}", f"person{number}@mission.example"),
            "reply_to": a_composer().reply_to(key),
            "message_id": f"<{key}@example.org>",
            "headers": {"List-Unsubscribe": f"<https://outreach.example.org/u/{key}>"},
            "skeleton": skeleton,
            "values": filled,
            "copy": fill(skeleton, filled),
            "date": MORNING,
            **changes,
        }
    )


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
