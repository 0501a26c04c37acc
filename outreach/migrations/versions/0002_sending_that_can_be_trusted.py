"""Enclosures, sending addresses, runs of refusals, and copies that wait for a moment."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'queued' AND due_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "enclosure",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sending_address",
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("first_sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    # Never by making the table anew: SQLite would first delete it, and other rows point to it.
    op.add_column(
        "campaign", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "campaign", sa.Column("halted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    )
    op.add_column(
        "delivery", sa.Column("enclosures", sa.JSON(), nullable=False, server_default="[]")
    )
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["campaign_id", "step", "not_before"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.execute(
        "UPDATE delivery SET not_before = planned_at WHERE state = 'queued'"
        " AND planned_at IS NOT NULL AND (not_before IS NULL OR not_before < planned_at)"
    )
    op.execute(
        "INSERT INTO sending_address (address, first_sent_at) SELECT sender_address, MIN(sent_at)"
        " FROM delivery WHERE sent_at IS NOT NULL GROUP BY sender_address"
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_waiting", "delivery")
    op.drop_column("delivery", "enclosures")
    op.drop_column("campaign", "halted_at")
    op.drop_column("campaign", "refusals")
    op.drop_table("sending_address")
    op.drop_table("enclosure")
