"""The time zone that an organizer reads the desk's clock times in."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organizer", sa.Column("zone", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("organizer", "zone")
