"""What leaves: one row a copy, and the addresses nothing may be sent to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class Purpose(StrEnum):
    """Why a mail leaves."""

    letter = "letter"
    reminder = "reminder"
    answer = "answer"
    report = "report"
    notice = "notice"
    entry = "entry"  # an invitation or a new password: whoever reads it can come in


# What a plan makes: a campaign's pauses, pace and figures are about these, and about no answers.
OF_A_PLAN = frozenset({Purpose.letter, Purpose.reminder})


class State(StrEnum):
    """Where a copy stands; ``states.TRANSITIONS`` says what may follow what."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    delivered = "delivered"
    bounced = "bounced"
    failed = "failed"
    unknown = "unknown"
    cancelled = "cancelled"
    skipped = "skipped"


_WAITING = text("state = 'queued' AND due_at IS NULL")
_AGAIN = text("state = 'queued' AND reason IS NOT NULL")
_RETURNED = text("state IN ('bounced', 'failed')")
_NO_STEP = text("step IS NULL")
_HELD_BACK = text("state = 'skipped' AND expires_at IS NULL")


class Delivery(SQLModel, table=True):
    """One copy for one address.

    ``identity`` says in words what the copy is (``campaign:wipo:1:contact:7``); being unique, it
    makes a second copy impossible. ``key`` is its opaque name, for links, reply addresses, the
    Message-ID and providers. A queued row without ``due_at`` has not been released yet: its plan
    is not approved, its campaign is paused, or the step before it has not been sent.
    """

    __table_args__ = (
        Index("ix_delivery_due", "state", "due_at"),
        # A step's copies in one state, in the order of the plan.
        Index("ix_delivery_campaign", "campaign_id", "step", "state", "id"),
        Index("ix_delivery_contact", "contact_id", "campaign_id", "step"),
        # What has no moment yet, in the order in which its turn comes.
        Index(
            "ix_delivery_waiting",
            "campaign_id",
            "step",
            "not_before",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        # The desk's pages of a campaign's contacts, in the order of the plan.
        Index("ix_delivery_in_order", "campaign_id", "step", "id"),
        # Answers, reports, notices and test copies.
        Index(
            "ix_delivery_of_no_step",
            "campaign_id",
            "mission_id",
            sqlite_where=_NO_STEP,
            postgresql_where=_NO_STEP,
        ),
        # The few of all that a person may have to look at; with what is asked of many of them.
        Index(
            "ix_delivery_again",
            "campaign_id",
            "due_at",
            sqlite_where=_AGAIN,
            postgresql_where=_AGAIN,
        ),
        Index(
            "ix_delivery_returned",
            "recipient_address",
            "settled_at",
            sqlite_where=_RETURNED,
            postgresql_where=_RETURNED,
        ),
        Index(
            "ix_delivery_held_back",
            "campaign_id",
            "reason",
            "contact_id",
            "recipient_address",
            "settled_at",
            "created_at",
            sqlite_where=_HELD_BACK,
            postgresql_where=_HELD_BACK,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(unique=True, max_length=200)
    key: str = Field(unique=True, max_length=16)
    purpose: Purpose = Field(sa_type=enum_type(Purpose))
    state: State = Field(default=State.queued, sa_type=enum_type(State))
    reason: str | None = None

    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    step: int | None = None
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    mission_id: int | None = Field(default=None, foreign_key="mission.id", index=True)

    language: str = Field(default="en", max_length=16)
    skeleton_id: str | None = Field(default=None, foreign_key="skeleton.id", max_length=64)
    slots: list[str] = Field(default=[], sa_type=JSON)
    enclosures: list[str] = Field(default=[], sa_type=JSON)  # ids, in their order
    sender_name: str = ""
    sender_address: str = Field(max_length=254)
    recipient_name: str = ""
    recipient_address: str = Field(max_length=320, index=True)
    recipient_domain: str = Field(max_length=255)
    tracks_opens: bool = False
    in_reply_to: str | None = None
    references: list[str] = Field(default=[], sa_type=JSON)

    planned_at: datetime | None = None  # when the plan foresees it
    # As planned; later after an absence, or while the mail before it has not gone.
    not_before: datetime | None = None
    due_at: datetime | None = None
    open_until: datetime | None = None  # end of the sending window that due_at lies in
    expires_at: datetime | None = None  # later than this it is skipped, never burst out

    attempts: int = 0
    claimed_by: str | None = Field(default=None, max_length=80)
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None  # when it reached a state that ends it, or came to doubt
    provider_id: str | None = Field(default=None, max_length=200)
    created_at: datetime

    @property
    def message_id(self) -> str:
        return message_id(self.key, self.sender_address)


def message_id(key: str, sender_address: str) -> str:
    """RFC 5322 Message-ID: unique through the key, at the sender's own domain."""
    return f"<{key}@{sender_address.rpartition('@')[2]}>"


class SendingAddress(SQLModel, table=True):
    """An address that mail of ours has left from; how long ago says how much it may send."""

    __tablename__ = "sending_address"

    address: str = Field(primary_key=True, max_length=254)
    first_sent_at: datetime


class SuppressionReason(StrEnum):
    """Why nothing more may go to an address."""

    unsubscribed = "unsubscribed"
    bounced = "bounced"
    complained = "complained"
    by_hand = "by_hand"


class Suppression(SQLModel, table=True):
    """An address (canonical form) that nothing is sent to any more."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True, max_length=320)
    reason: SuppressionReason = Field(sa_type=enum_type(SuppressionReason))
    detail: str = ""
    suppressed_at: datetime
