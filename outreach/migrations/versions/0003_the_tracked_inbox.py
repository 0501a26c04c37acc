"""What the tracked inbox keeps: mailboxes, what mails changed, notes, saved answers, the search."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KINDS = ("reply", "out_of_office", "auto_reply", "bounce", "complaint", "opt_out", "challenge")
_OUTCOMES = ("supportive", "committed", "declined", "wants_information", "referred", "none")

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SEARCH_WORDS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_words USING fts5(terms, content='search_entry', "
        "content_rowid='number', tokenize='ascii', detail='none', prefix='3 4 5 6 7 8 9 10 11 12')",
        "CREATE TRIGGER search_words_in AFTER INSERT ON search_entry BEGIN "
        "INSERT INTO search_words(rowid, terms) VALUES (new.number, new.terms); END",
        "CREATE TRIGGER search_words_out AFTER DELETE ON search_entry BEGIN "
        "INSERT INTO search_words(search_words, rowid, terms) "
        "VALUES ('delete', old.number, old.terms); END",
    ),
    "postgresql": (
        "ALTER TABLE search_entry ADD COLUMN search_words tsvector NOT NULL "
        "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
        "CREATE INDEX search_words_index ON search_entry USING gin (search_words) "
        "WITH (fastupdate = off)",
    ),
}


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "saved_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("title"),
    )
    op.create_table(
        "thread_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["organizer.id"]),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_thread_note_thread_id", "thread_note", ["thread_id"])
    op.create_table(
        "mail_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("of", sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["incoming_mail.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mail_change_mail_id", "mail_change", ["mail_id"])
    _create_search()
    # Never by making the table anew: SQLite would first delete it, and other rows point to it.
    kind = sa.Enum(*_KINDS, name="mailkind", native_enum=False, length=24)
    op.add_column("incoming_mail", sa.Column("taken_for", kind, nullable=True))
    op.add_column(
        "incoming_mail",
        sa.Column(
            "reply_to",
            sqlmodel.sql.sqltypes.AutoString(length=320),
            nullable=False,
            server_default="",
        ),
    )
    op.add_column(
        "incoming_mail",
        sa.Column("emptied_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )
    op.create_index("ix_raw_mail_received", "raw_mail", ["state", "received_at"])
    op.add_column("raw_mail", sa.Column("mail_id", sa.Integer(), nullable=True))
    op.create_index("ix_raw_mail_mail_id", "raw_mail", ["mail_id"])
    op.execute(
        "UPDATE raw_mail SET mail_id ="
        " (SELECT id FROM incoming_mail WHERE incoming_mail.raw_id = raw_mail.id)"
    )
    outcome = sa.Enum(*_OUTCOMES, name="outcome", native_enum=False, length=24)
    op.add_column("thread", sa.Column("outcome", outcome, nullable=True))
    op.add_column("thread", sa.Column("owner_id", sa.Integer(), nullable=True))
    op.add_column("thread", sa.Column("due_on", sa.Date(), nullable=True))


def _create_search() -> None:
    """Mails that are there already are indexed by the worker: their words are cut in Python."""
    op.create_table(
        "search_entry",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("line", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mail_id"], ["incoming_mail.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("delivery_id"),
        sa.UniqueConstraint("mail_id"),
    )
    for statement in _SEARCH_WORDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("thread", "due_on")
    op.drop_column("thread", "owner_id")
    op.drop_column("thread", "outcome")
    op.drop_index("ix_raw_mail_mail_id", "raw_mail")
    op.drop_column("raw_mail", "mail_id")
    op.drop_index("ix_raw_mail_received", "raw_mail")
    op.drop_column("incoming_mail", "emptied_at")
    op.drop_column("incoming_mail", "reply_to")
    op.drop_column("incoming_mail", "taken_for")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entry")
    op.drop_table("mail_change")
    op.drop_table("thread_note")
    op.drop_table("saved_answer")
    op.drop_table("mailbox")
