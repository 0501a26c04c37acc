"""Campaigns at the desk: drafts of schedules, plans in figures, and what organizers ask for."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = ("plan", "approve", "cancel")
_Text, _Moment = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime


def _of_a_campaign() -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], ondelete="CASCADE")
    return sa.Column("campaign_id", sa.Integer(), nullable=False), key


def upgrade() -> None:
    op.create_table(
        "schedule_draft",
        sa.Column("slug", _Text(length=80), nullable=False),
        sa.Column("source", _Text(), nullable=False),
        sa.Column("edited_by", _Text(length=254), nullable=False),
        sa.Column("edited_at", _Moment(), nullable=False),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "plan_record",
        *_of_a_campaign(),
        sa.Column("digest", _Text(length=64), nullable=False),
        sa.Column("made_at", _Moment(), nullable=False),
        sa.Column("source", _Text(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "planned_contacts",
        *_of_a_campaign(),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "plan_day",
        *_of_a_campaign(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("zone", _Text(length=64), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("first_at", _Moment(), nullable=False),
        sa.Column("last_at", _Moment(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "day", "step", "zone"),
    )
    op.create_table(
        "campaign_wish",
        *_of_a_campaign(),
        sa.Column(
            "kind", sa.Enum(*_KINDS, name="wishkind", native_enum=False, length=24), nullable=False
        ),
        sa.Column("asked_by", _Text(length=254), nullable=False),
        sa.Column("asked_at", _Moment(), nullable=False),
        sa.Column("shown", _Text(length=64), nullable=True),
        sa.Column("because", _Text(), nullable=False),
        sa.Column("taken_until", _Moment(), nullable=True),
        sa.Column("doing", _Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problem", _Text(), nullable=True),
        sa.PrimaryKeyConstraint("campaign_id"),
    )


def downgrade() -> None:
    for table in ("campaign_wish", "plan_day", "planned_contacts", "plan_record", "schedule_draft"):
        op.drop_table(table)
