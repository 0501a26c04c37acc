"""What letters do not get to, as the worker last looked; and indexes for threads and copies."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_delivery_campaign", "delivery")
    op.create_index("ix_delivery_campaign", "delivery", ["campaign_id", "step", "state", "id"])
    op.create_table(
        "stuck_now",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("looked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    only = sa.text("step IS NULL")
    op.create_index(
        "ix_delivery_of_no_step",
        "delivery",
        ["campaign_id", "mission_id"],
        sqlite_where=only,
        postgresql_where=only,
    )
    only = sa.text("kind = 'reply'")
    op.create_index(
        "ix_incoming_mail_reply",
        "incoming_mail",
        ["thread_id"],
        sqlite_where=only,
        postgresql_where=only,
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_campaign", "delivery")
    op.create_index("ix_delivery_campaign", "delivery", ["campaign_id", "step", "state"])
    op.drop_index("ix_incoming_mail_reply", "incoming_mail")
    op.drop_index("ix_delivery_of_no_step", "delivery")
    op.drop_table("stuck_now")
