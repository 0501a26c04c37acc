"""What is counted already, and the missions of which something has changed since, as stored.

Triggers mark a mission when a row changes that a figure may count: in the database, since many
writers in many rooms change these rows, and none of them can forget it. A mark too many costs a
count; one too few would be a wrong figure.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, event
from sqlmodel import Field, SQLModel

from outreach.migrations import statements


class StaleMission(SQLModel, table=True):
    """A mission of which a row changed since it was counted; written by triggers.

    Not unique on Postgres: a change that is not committed yet must not wait for another's mark.
    """

    __tablename__ = "stale_mission"

    id: int | None = Field(default=None, primary_key=True)
    mission_id: int = Field(index=True)


class MissionTally(SQLModel, table=True):
    """What one mission adds to the counters; see ``tallying.nested`` for the shape."""

    __tablename__ = "mission_tally"

    mission_id: int = Field(
        primary_key=True,
        foreign_key="mission.id",
        ondelete="CASCADE",
        sa_column_kwargs={"autoincrement": False},
    )
    tally: dict[str, Any] = Field(sa_type=JSON)


class MissionProgress(SQLModel, table=True):
    """How far one campaign has come with one mission: when it first got there, if it did.

    ``written_at`` is of the first copy that went or may have gone, ``sent_at`` of the first that
    did not come back, ``bounced_at`` of the first that did.
    """

    __tablename__ = "mission_progress"

    campaign_id: int = Field(primary_key=True, foreign_key="campaign.id", ondelete="CASCADE")
    mission_id: int = Field(
        primary_key=True, foreign_key="mission.id", ondelete="CASCADE", index=True
    )
    written_at: datetime | None = None
    bounced_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    loaded_at: datetime | None = None
    opted_out_at: datetime | None = None
    replied_at: datetime | None = Field(default=None, index=True)


class Counter(SQLModel, table=True):
    """How many things of a figure fell on one day in the organization's zone.

    ``dimension`` is empty for all of them; else "state", "list", "tag", "language", "step" or
    "reason", and ``value`` says which. Of "copies" the figures are states: see ``copies``.
    """

    dimension: str = Field(primary_key=True, max_length=12)
    value: str = Field(primary_key=True, max_length=300)
    figure: str = Field(primary_key=True, max_length=40)
    day: date = Field(primary_key=True)
    count: int


class Counting(SQLModel, table=True):
    """The one row whose lock lets one process count at a time; days are those of ``zone``."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    zone: str = Field(max_length=64)


@event.listens_for(SQLModel.metadata, "after_create")
def _create_triggers(_metadata: Any, connection: Connection, **_more: Any) -> None:
    """The same as the migration does."""
    for statement in statements("0004", connection.dialect.name):
        connection.exec_driver_sql(statement)
