"""What happened to a copy after it left, as stored."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class EventKind(StrEnum):
    """Delivery events in the field's words."""

    sent = "sent"
    delivered = "delivered"
    deferred = "deferred"
    bounced = "bounced"
    rejected = "rejected"
    failed = "failed"
    autoresponded = "autoresponded"
    opened = "opened"
    clicked = "clicked"
    complained = "complained"
    unsubscribed = "unsubscribed"


class Agent(StrEnum):
    """Who loaded an image or opened a link, as far as can be told."""

    person = "person"
    machine = "machine"
    unknown = "unknown"


class Event(SQLModel, table=True):
    """Something a provider, a recipient's client or a returned mail told of a copy.

    ``source_key`` is unique: the same event told twice is stored, and applied, once.
    """

    __table_args__ = (Index("ix_event_delivery", "delivery_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="delivery.id")
    kind: EventKind = Field(sa_type=enum_type(EventKind))
    agent: Agent | None = Field(default=None, sa_type=enum_type(Agent))
    happened_at: datetime = Field(index=True)
    received_at: datetime
    source: str = Field(max_length=24)  # "sendgrid", "image", "inbox", "page"
    source_key: str = Field(unique=True, max_length=160)
    detail: dict[str, str] = Field(default={}, sa_type=JSON)


class OpenCount(SQLModel, table=True):
    """How often the images of one step were loaded in a day, where a campaign keeps totals only.

    It names no copy, no address and no moment, so nobody can be told from it.
    """

    __tablename__ = "open_count"
    __table_args__ = (UniqueConstraint("campaign_id", "step", "day", "agent"),)

    id: int | None = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    step: int
    day: date
    agent: Agent = Field(sa_type=enum_type(Agent))
    loads: int = 0
