"""Indexes for the desk: a campaign in its order, and the few rows that a person must look at."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("delivery", "again", "campaign_id due_at", "state = 'queued' AND reason IS NOT NULL"),
    (
        "delivery",
        "returned",
        "recipient_address settled_at",
        "state IN ('bounced', 'failed')",
    ),
    (
        "delivery",
        "held_back",
        "campaign_id reason contact_id recipient_address settled_at created_at",
        "state = 'skipped' AND expires_at IS NULL",
    ),
    ("contact", "gone", "id", "erased_at IS NOT NULL OR merged_into IS NOT NULL"),
)


def upgrade() -> None:
    op.create_index("ix_delivery_in_order", "delivery", ["campaign_id", "step", "id"])
    for table, name, columns, of in _INDEXES:
        only = sa.text(of)
        op.create_index(
            f"ix_{table}_{name}", table, columns.split(), sqlite_where=only, postgresql_where=only
        )


def downgrade() -> None:
    raise NotImplementedError("Restore the backup that was made before the upgrade.")
