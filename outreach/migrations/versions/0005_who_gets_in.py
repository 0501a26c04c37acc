"""Who gets in: second factors, sessions, links, counted attempts; the audit trail is closed."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = ("first", "invitation", "reset")
_REFUSAL = "the audit trail is only ever added to"
_ONLY_ADDED = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_entry_no_{act} BEFORE {act} ON auditentry BEGIN "
        f"SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for act in ("update", "delete")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER audit_entry_only_added BEFORE UPDATE OR DELETE ON auditentry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
    ),
}
_CHANGEABLE = {
    "sqlite": ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"),
    "postgresql": (
        "DROP TRIGGER audit_entry_only_added ON auditentry",
        "DROP FUNCTION audit_entry_refuse()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "desk_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("awaits_code", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("network", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("browser", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.ForeignKeyConstraint(["organizer_id"], ["organizer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_desk_session_organizer_id", "desk_session", ["organizer_id"])
    op.create_table(
        "entry_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="entrykind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attempt_key", "attempt", ["key", "at"])
    op.create_index("ix_attempt_at", "attempt", ["at"])
    # Never by making the table anew: SQLite would first delete it, and other rows point to it.
    op.add_column(
        "organizer",
        sa.Column("totp_sealed", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    )
    op.add_column(
        "organizer", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "organizer", sa.Column("recovery_codes", sa.JSON(), nullable=False, server_default="[]")
    )
    for statement in _ONLY_ADDED[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _CHANGEABLE[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_column("organizer", "recovery_codes")
    op.drop_column("organizer", "totp_step")
    op.drop_column("organizer", "totp_sealed")
    op.drop_table("attempt")
    op.drop_table("entry_link")
    op.drop_table("desk_session")
