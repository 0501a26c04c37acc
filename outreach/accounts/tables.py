"""Organizers, their sessions and links, counted attempts, and the audit trail, as stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, JSON, Index, event
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class Role(StrEnum):
    """What an organizer may do; each role may do all that the ones before it may."""

    viewer = "viewer"
    organizer = "organizer"
    approver = "approver"
    admin = "admin"

    def includes(self, other: "Role") -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


class Organizer(SQLModel, table=True):
    """A person who works at the desk.

    ``totp_sealed`` is the second factor's secret, sealed; ``totp_step`` the time step (RFC 6238) of
    the last code that was taken; ``recovery_codes`` are keyed hashes of those not used yet.
    """

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True, max_length=254)
    name: str = ""
    role: Role = Field(sa_type=enum_type(Role))
    password_hash: str | None = None
    created_at: datetime
    disabled_at: datetime | None = None
    gets_reports: bool = True
    totp_sealed: str | None = None
    totp_step: int = 0
    recovery_codes: list[str] = Field(default=[], sa_type=JSON)
    language: str | None = Field(default=None, max_length=8)  # None: as the browser asks
    zone: str | None = Field(default=None, max_length=64)  # IANA name; None: the organization's

    @property
    def must_have_second_factor(self) -> bool:
        return self.role.includes(Role.approver)


class DeskSession(SQLModel, table=True):
    """A browser that somebody signed in with.

    Of its token only a hash is kept, of where it is only what its owner needs to know it again.
    ``awaits_code``: the password was right, and the second factor has not been asked yet.
    """

    __tablename__ = "desk_session"

    id: int | None = Field(default=None, primary_key=True)
    organizer_id: int = Field(foreign_key="organizer.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    awaits_code: bool = False
    begun_at: datetime
    seen_at: datetime
    network: str = Field(default="", max_length=64)
    browser: str = Field(default="", max_length=60)


class EntryKind(StrEnum):
    """What a link lets in for."""

    first = "first"
    invitation = "invitation"
    reset = "reset"


class EntryLink(SQLModel, table=True):
    """A link by which whoever it is sent to sets a password, once; a used one is deleted.

    Without ``key`` it has not been mailed yet. Only the secret makes a link of a key.
    """

    __tablename__ = "entry_link"

    id: int | None = Field(default=None, primary_key=True)
    kind: EntryKind = Field(sa_type=enum_type(EntryKind))
    address: str = Field(default="", max_length=254)
    key: str | None = Field(default=None, unique=True, max_length=16)
    expires_at: datetime


class Attempt(SQLModel, table=True):
    """Something that may only be tried so often. ``key`` says by whom, and names nobody."""

    __table_args__ = (Index("ix_attempt_key", "key", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=16)
    at: datetime = Field(index=True)


class AuditEntry(SQLModel, table=True):
    """Who did what and when; the database itself refuses to change or delete a row."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str = Field(max_length=254)  # an organizer's address, or "command line"
    act: str = Field(max_length=60)  # a verb and its object, "campaign approved"
    subject: str = Field(default="", max_length=200, index=True)
    detail: str = ""


_REFUSAL = "the audit trail is only ever added to"
SQLITE = tuple(
    f"CREATE TRIGGER audit_entry_no_{act} BEFORE {act} ON auditentry BEGIN "
    f"SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act in ("update", "delete")
)
_POSTGRES_FUNCTION = "audit_entry_refuse()"
POSTGRES = (
    f"CREATE OR REPLACE FUNCTION {_POSTGRES_FUNCTION} RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER audit_entry_only_added BEFORE UPDATE OR DELETE ON auditentry "
    f"FOR EACH ROW EXECUTE FUNCTION {_POSTGRES_FUNCTION}",
)

_TABLE: Any = AuditEntry.__table__  # type: ignore[attr-defined]
for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRES)):
    for _statement in _statements:
        _ddl: Any = DDL  # SQLAlchemy leaves it untyped
        event.listen(_TABLE, "after_create", _ddl(_statement).execute_if(dialect=_dialect))
