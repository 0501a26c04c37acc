"""The language that an organizer reads the desk in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organizer", sa.Column("language", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("organizer", "language")
