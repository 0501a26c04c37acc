"""A weekly report once it is made, and what the worker keeps for the first page, as stored."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class WeeklyReport(SQLModel, table=True):
    """The figures of one week (ISO, "2026-W48"); a report once made does not change."""

    __tablename__ = "weekly_report"

    week: str = Field(primary_key=True, max_length=8)
    made_at: datetime
    figures: dict[str, Any] = Field(sa_type=JSON)


class StuckNow(SQLModel, table=True):
    """The one row of what letters do not get to, in the shape of ``Need``."""

    __tablename__ = "stuck_now"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    looked_at: datetime
    needs: list[dict[str, Any]] = Field(sa_type=JSON)
