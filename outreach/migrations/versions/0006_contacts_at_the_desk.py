"""Contacts at the desk: the words they are found by, merged ones, and files on their way in."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEARCH_WORDS = (
    "ALTER TABLE contact ADD COLUMN search_words tsvector NOT NULL "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
    # Many words share a beginning: Postgres must know most of them, or a search for what half of
    # all contacts have takes seconds.
    "ALTER TABLE contact ALTER COLUMN search_words SET STATISTICS 1000",
    "CREATE INDEX search_words_of_contacts ON contact USING gin (search_words) "
    "WITH (fastupdate = off)",
)
_PORTION = 1_000


def upgrade() -> None:
    op.create_table(
        "contact_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("uploaded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("leased_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("problem", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("list_slug", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("stored", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "contact_upload_file",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["contact_upload.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("upload_id"),
    )
    op.create_index("ix_contact_upload_uploaded_at", "contact_upload", ["uploaded_at"])
    op.create_index("ix_auditentry_subject", "auditentry", ["subject"])
    op.add_column("contact", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_index("ix_contact_merged_into", "contact", ["merged_into"])
    op.add_column(
        "contact",
        sa.Column("terms", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""),
    )
    _write_terms()
    if op.get_bind().dialect.name == "postgresql":
        for statement in _SEARCH_WORDS:
            op.execute(statement)


def _write_terms() -> None:
    """As the contacts' room made them when this was written."""
    change = sa.text("UPDATE contact SET terms = :terms WHERE id = :id")
    for rows in _portions():
        op.get_bind().execute(change, [{"id": row.id, "terms": _terms(row)} for row in rows])


def _portions() -> Iterator[list[Any]]:
    query = sa.text(
        "SELECT c.id, c.name, c.given_name, c.family_name, c.address, c.role, c.tags, c.languages,"
        " m.organization, m.state FROM contact c JOIN mission m ON m.id = c.mission_id"
        " WHERE c.id > :after AND c.erased_at IS NULL ORDER BY c.id LIMIT :portion"
    )
    after = 0
    while rows := op.get_bind().execute(query, {"after": after, "portion": _PORTION}).all():
        yield list(rows)
        after = rows[-1].id


def _terms(row: Any) -> str:
    written = (row.name, row.given_name, row.family_name, row.address, row.organization)
    words = [word for text in written for word in _words(text)]
    marks = [_mark("state", row.state), _mark("role", row.role)]
    marks += [_mark("tag", tag) for tag in _several(row.tags)]
    marks += [_mark("language", code) for code in _several(row.languages) or [""]]
    return " ".join(dict.fromkeys([*words, *marks]))


def _several(value: Any) -> list[str]:
    """JSON, which one driver has read already and the other has not."""
    found: list[str] = json.loads(value) if isinstance(value, str) else value
    return found


def _words(text: str) -> list[str]:
    alone = "([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])"
    return re.sub(alone, r" \1 ", _fold(text)).split()


def _mark(kind: str, value: str) -> str:
    return f"{kind}:{_fold(value).replace(' ', '_')}"


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (c for c in plain if c != "\u0640" and unicodedata.category(c) not in {"Mn", "Cf"})
    return re.sub(r"[\W_]+", " ", "".join(kept)).strip()


def downgrade() -> None:
    raise NotImplementedError("Restore the backup that was made before the upgrade.")
