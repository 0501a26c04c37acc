"""Raw mail, what was read out of it, and the threads it belongs to, as stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from outreach.db import enum_type
from outreach.inbox.kinds import MailKind


class RawState(StrEnum):
    """How far a raw mail has come."""

    new = "new"
    done = "done"
    unreadable = "unreadable"  # kept, shown as it is, and can be tried again
    deleted = "deleted"  # its time is over, or a person in it was erased: the bytes are gone


class RawMail(SQLModel, table=True):
    """The bytes of a mail as they came in, kept before anything is parsed."""

    __tablename__ = "raw_mail"
    __table_args__ = (Index("ix_raw_mail_received", "state", "received_at"),)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)  # SHA-256 of content
    content: bytes
    envelope_recipients: list[str] = Field(default=[], sa_type=JSON)
    door: str = Field(max_length=24)  # "sendgrid", "imap", "lmtp", "file", "desk"
    received_at: datetime
    state: RawState = Field(default=RawState.new, sa_type=enum_type(RawState), index=True)
    problem: str | None = None
    # The id of the mail that was read out of it, or that had come before through another door.
    mail_id: int | None = Field(default=None, index=True)


class ThreadState(StrEnum):
    """Whose turn it is."""

    new = "new"
    waiting_for_us = "waiting_for_us"
    waiting_for_them = "waiting_for_them"
    closed = "closed"


class Outcome(StrEnum):
    """What a mission's answer comes to."""

    supportive = "supportive"
    committed = "committed"
    declined = "declined"
    wants_information = "wants_information"
    referred = "referred"
    none = "none"


class Thread(SQLModel, table=True):
    """The conversation with one mission about one campaign.

    ``owner_id`` is the organizer who looks after it, ``due_on`` the day by which they want to.
    """

    __table_args__ = (UniqueConstraint("campaign_id", "mission_id"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    mission_id: int = Field(foreign_key="mission.id")
    state: ThreadState = Field(default=ThreadState.new, sa_type=enum_type(ThreadState))
    opened_at: datetime
    last_mail_at: datetime = Field(index=True)
    outcome: Outcome | None = Field(default=None, sa_type=enum_type(Outcome))
    owner_id: int | None = None
    due_on: date | None = None


class ThreadNote(SQLModel, table=True):
    """What an organizer wrote down for the others; no mail."""

    __tablename__ = "thread_note"

    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="thread.id", index=True)
    author_id: int = Field(foreign_key="organizer.id")
    text: str
    written_at: datetime


class Writing(SQLModel, table=True):
    """That an organizer is writing an answer in a thread, for as long as ``seen_at`` moves on."""

    thread_id: int = Field(foreign_key="thread.id", primary_key=True, ondelete="CASCADE")
    organizer_id: int = Field(foreign_key="organizer.id", primary_key=True)
    since: datetime
    seen_at: datetime


class SavedAnswer(SQLModel, table=True):
    """A text that organizers begin an answer with."""

    __tablename__ = "saved_answer"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(unique=True, max_length=120)
    text: str
    changed_at: datetime


_A_REPLY = text("kind = 'reply'")


class IncomingMail(SQLModel, table=True):
    """A mail that was understood. Without a thread and a delivery it stands in the holding pen.

    ``taken_for`` is what the program took it for, where a person has said that it is another kind.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        # Which threads were answered, without reading the mails.
        Index(
            "ix_incoming_mail_reply", "thread_id", sqlite_where=_A_REPLY, postgresql_where=_A_REPLY
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    raw_id: int = Field(foreign_key="raw_mail.id", unique=True)
    message_key: str = Field(unique=True, max_length=64)  # SHA-256 of Message-ID or mail
    received_at: datetime = Field(index=True)
    kind: MailKind = Field(sa_type=enum_type(MailKind))
    evidence: list[str] = Field(default=[], sa_type=JSON)
    taken_for: MailKind | None = Field(default=None, sa_type=enum_type(MailKind))
    from_name: str = ""
    from_address: str = Field(default="", max_length=320)
    reply_to: str = Field(default="", max_length=320)  # where it asks to be answered
    recipients: list[str] = Field(default=[], sa_type=JSON)
    subject: str = ""
    sent_at: datetime | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: list[str] = Field(default=[], sa_type=JSON)
    text: str = ""  # the visible answer; the whole is in the raw mail
    quoted: str = ""
    attachments: list[dict[str, str | int]] = Field(default=[], sa_type=JSON)
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
    suggestions: list[dict[str, str | int]] = Field(default=[], sa_type=JSON)
    emptied_at: datetime | None = None  # its texts, names and addresses were deleted then


class Change(SQLModel, table=True):
    """What a mail's effects did to one row, so that it can be taken back.

    ``row`` is the row's id in the table ``of``; ``before`` and ``after`` hold the columns that
    changed, None where the row was not there.
    """

    __tablename__ = "mail_change"

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="incoming_mail.id", index=True)
    of: str = Field(max_length=24)  # "delivery", "suppression", "event", "thread"
    row: int
    before: dict[str, str | int | None] | None = Field(default=None, sa_type=JSON)
    after: dict[str, str | int | None] | None = Field(default=None, sa_type=JSON)


class Mailbox(SQLModel, table=True):
    """How far a mailbox has been read over IMAP (RFC 3501): all up to ``last_uid`` is kept here."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=400)  # "user@host/INBOX"
    uid_validity: int = Field(sa_type=BigInteger)
    last_uid: int = Field(default=0, sa_type=BigInteger)
    fetched_at: datetime
