"""Counters of the figures, and triggers that mark the missions of which something changed."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from outreach.migrations import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stale_mission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stale_mission_mission_id", "stale_mission", ["mission_id"])
    op.create_table(
        "mission_tally",
        sa.Column("mission_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mission_id"),
    )
    op.create_table(
        "mission_progress",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=False),
        *(
            sa.Column(f"{name}_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
            for name in ("written", "bounced", "sent", "delivered", "loaded")
        ),
        sa.Column("opted_out_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("replied_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", "mission_id"),
    )
    op.create_index("ix_mission_progress_mission_id", "mission_progress", ["mission_id"])
    op.create_index("ix_mission_progress_replied_at", "mission_progress", ["replied_at"])
    op.create_table(
        "counter",
        sa.Column("dimension", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("figure", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dimension", "value", "figure", "day"),
    )
    op.create_table(
        "counting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for statement in statements("0004", op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
    # What is there already is counted by the worker.
    op.execute("INSERT INTO stale_mission (mission_id) SELECT id FROM mission")


def downgrade() -> None:
    raise NotImplementedError("Restore the backup that was made before the upgrade.")
