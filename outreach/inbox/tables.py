"""Raw mail, what was read out of it, and the threads it belongs to, as stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class RawState(StrEnum):
    """How far a raw mail has come."""

    new = "new"
    done = "done"
    unreadable = "unreadable"  # kept, shown as it is, and can be tried again


class RawMail(SQLModel, table=True):
    """The bytes of a mail as they came in, kept before anything is parsed."""

    __tablename__ = "raw_mail"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)  # SHA-256 of content
    content: bytes
    envelope_recipients: list[str] = Field(default_factory=list, sa_type=JSON)
    door: str = Field(max_length=24)  # "sendgrid", "file"
    received_at: datetime
    state: RawState = Field(default=RawState.new, sa_type=enum_type(RawState), index=True)
    problem: str | None = None


class MailKind(StrEnum):
    """What an incoming mail is."""

    reply = "reply"
    out_of_office = "out_of_office"
    auto_reply = "auto_reply"
    bounce = "bounce"
    complaint = "complaint"
    opt_out = "opt_out"
    challenge = "challenge"


class ThreadState(StrEnum):
    """Whose turn it is."""

    new = "new"
    waiting_for_us = "waiting_for_us"
    waiting_for_them = "waiting_for_them"
    closed = "closed"


class Thread(SQLModel, table=True):
    """The conversation with one mission about one campaign."""

    __table_args__ = (UniqueConstraint("campaign_id", "mission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    mission_id: int = Field(foreign_key="mission.id")
    state: ThreadState = Field(default=ThreadState.new, sa_type=enum_type(ThreadState))
    opened_at: datetime
    last_mail_at: datetime = Field(index=True)


class IncomingMail(SQLModel, table=True):
    """A mail that was understood. Without a thread and a delivery it stands in the holding pen."""

    __tablename__ = "incoming_mail"

    id: int | None = Field(default=None, primary_key=True)
    raw_id: int = Field(foreign_key="raw_mail.id", unique=True)
    message_key: str = Field(unique=True, max_length=64)  # SHA-256 of Message-ID or mail
    received_at: datetime = Field(index=True)
    kind: MailKind = Field(sa_type=enum_type(MailKind))
    evidence: list[str] = Field(default_factory=list, sa_type=JSON)
    from_name: str = ""
    from_address: str = Field(default="", max_length=320)
    recipients: list[str] = Field(default_factory=list, sa_type=JSON)
    subject: str = ""
    sent_at: datetime | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = Field(default_factory=list, sa_type=JSON)
    text: str = ""  # the visible answer; the whole is in the raw mail
    quoted: str = ""
    attachments: list[dict[str, str | int]] = Field(default_factory=list, sa_type=JSON)
    bounce: dict[str, str | bool | None] | None = Field(default=None, sa_type=JSON)
    returns_on: date | None = None

    thread_id: int | None = Field(default=None, foreign_key="thread.id", index=True)
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    matched_by: str | None = Field(
        default=None, max_length=24
    )  # see filing.Filing; "hand": by a person
    from_stranger: bool = False  # a right token, but from another domain than we wrote to
    # In the holding pen, the likeliest first: each a "delivery_id" to file by and "why"
    suggestions: list[dict[str, str | int]] = Field(default_factory=list, sa_type=JSON)
