"""A campaign, as stored: its schedule file and how far it has come."""

from datetime import datetime
from enum import StrEnum

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
