"""Campaigns as stored: schedule files and drafts, how far they have come, plans, and wishes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class CampaignState(StrEnum):
    """How far a campaign has come."""

    loaded = "loaded"
    planned = "planned"
    running = "running"  # approved; rows are released as their time comes
    paused = "paused"
    cancelled = "cancelled"


class Campaign(SQLModel, table=True):
    """One schedule file and its life; ``plan_digest`` names what was planned and approved."""

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=80)
    name: str = Field(max_length=300)
    source: str  # the schedule file's text
    state: CampaignState = Field(default=CampaignState.loaded, sa_type=enum_type(CampaignState))
    reason: str | None = None  # why it is paused or cancelled
    loaded_by: str = Field(max_length=254)
    loaded_at: datetime
    planned_at: datetime | None = None
    plan_digest: str | None = Field(default=None, max_length=64)
    # Files that the plan uses and nobody has reviewed, "reminder.fr"
    unreviewed: list[str] = Field(default=[], sa_type=JSON)
    refusals: int = 0  # refused for good one after the other, with nothing taken in between
    halted_at: datetime | None = None  # paused by itself then, and the organizers not yet told
    approved_by: str | None = Field(default=None, max_length=254)
    approved_at: datetime | None = None


class ScheduleDraft(SQLModel, table=True):
    """A schedule file that is still being written: it may be wrong, and nothing is made of it."""

    __tablename__ = "schedule_draft"

    slug: str = Field(primary_key=True, max_length=80)
    source: str
    edited_by: str = Field(max_length=254)
    edited_at: datetime


class PlanRecord(SQLModel, table=True):
    """The last plan in figures, so that no page has to count copies.

    It outlasts the plan itself, to be compared with the next one: it is of the plan that is there
    while ``digest`` is the campaign's. The shapes are those of ``records``.
    """

    __tablename__ = "plan_record"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id", ondelete="CASCADE")
    digest: str = Field(max_length=64)
    made_at: datetime
    source: str  # the schedule file that was planned
    summary: dict[str, Any] = Field(sa_type=JSON)
    samples: list[dict[str, Any]] = Field(sa_type=JSON)
    changes: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class PlannedContacts(SQLModel, table=True):
    """Who gets the letter by the last plan: ids of contacts, rising, four bytes each."""

    __tablename__ = "planned_contacts"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id", ondelete="CASCADE")
    numbers: bytes


class PlanDay(SQLModel, table=True):
    """How many copies of a step a plan foresees for one day in one of the recipients' zones."""

    __tablename__ = "plan_day"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id", ondelete="CASCADE")
    day: date = Field(primary_key=True)  # on the recipients' calendar
    step: int = Field(primary_key=True)
    zone: str = Field(primary_key=True, max_length=64)
    copies: int
    first_at: datetime
    last_at: datetime


class WishKind(StrEnum):
    """What may take longer than somebody waits for a page."""

    plan = "plan"
    approve = "approve"
    cancel = "cancel"


class CampaignWish(SQLModel, table=True):
    """What somebody asked of a campaign: the worker does it and says here how far it is.

    One that failed stays with its ``problem`` until somebody asks again.
    """

    __tablename__ = "campaign_wish"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id", ondelete="CASCADE")
    kind: WishKind = Field(sa_type=enum_type(WishKind))
    asked_by: str = Field(max_length=254)
    asked_at: datetime
    shown: str | None = Field(default=None, max_length=64)  # the digest of the plan looked at
    because: str = ""
    taken_until: datetime | None = None  # a worker is at it; later than this another may begin
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: str | None = None
