"""Missions, contacts and contact lists, as stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, JSON, Index, UniqueConstraint, event, text
from sqlmodel import Field, SQLModel

from outreach.db import enum_type


class Mission(SQLModel, table=True):
    """The contacts of one organization of one state; any of them answers for the mission."""

    __table_args__ = (UniqueConstraint("state", "organization"),)

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(max_length=2, index=True)  # ISO 3166-1 alpha-2
    organization: str = Field(max_length=300)


_GONE = text("erased_at IS NOT NULL OR merged_into IS NOT NULL")


class Contact(SQLModel, table=True):
    """A person or a mailbox at a mission. ``address`` is canonical and unique.

    ``terms`` are what a search finds it by, made by ``contacts.terms``. One that was merged into
    another keeps its address only, so that no import makes a second contact of it.
    """

    __table_args__ = (Index("ix_contact_gone", "id", sqlite_where=_GONE, postgresql_where=_GONE),)

    id: int | None = Field(default=None, primary_key=True)
    mission_id: int = Field(foreign_key="mission.id", index=True)
    address: str = Field(unique=True, max_length=320)
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    title: str = ""  # as written before the name: "H.E.", "Mme"
    role: str = ""  # ambassador, charge_daffaires, vacant, mailbox, or the organizer's own words
    salutation: str = ""  # the organizer's own; otherwise the form of address for the role
    languages: list[str] = Field(default=[], sa_type=JSON)  # empty: the state's
    time_zone: str = ""  # IANA name; empty: the state's
    tags: list[str] = Field(default=[], sa_type=JSON)
    extra: dict[str, str] = Field(default={}, sa_type=JSON)  # the organizer's own columns
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None
    merged_into: int | None = Field(default=None, index=True)
    terms: str = ""


# Postgres finds words in a column of its own, which follows ``terms`` by itself.
POSTGRES = (
    "ALTER TABLE contact ADD COLUMN search_words tsvector NOT NULL "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
    # Many words share a beginning: Postgres must know most of them, or a search for what half of
    # all contacts have takes seconds.
    "ALTER TABLE contact ALTER COLUMN search_words SET STATISTICS 1000",
    "CREATE INDEX search_words_of_contacts ON contact USING gin (search_words) "
    "WITH (fastupdate = off)",
)

_TABLE: Any = Contact.__table__  # type: ignore[attr-defined]
for _statement in POSTGRES:
    _ddl: Any = DDL  # SQLAlchemy leaves it untyped
    event.listen(_TABLE, "after_create", _ddl(_statement).execute_if(dialect="postgresql"))


class ContactList(SQLModel, table=True):
    """A named selection of contacts that campaigns write to."""

    __tablename__ = "contact_list"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=80)


class ListMembership(SQLModel, table=True):
    """A contact's place on a list."""

    __tablename__ = "list_membership"

    list_id: int = Field(foreign_key="contact_list.id", primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", primary_key=True, index=True)


class UploadStage(StrEnum):
    """How far a file of contacts is on its way in."""

    to_check = "to_check"  # the worker reads it
    checked = "checked"  # a person looks at what storing it would do
    to_store = "to_store"  # the worker stores it, a portion at a time
    stored = "stored"
    broken = "broken"  # it went no further; ``problem`` says why


class ContactUpload(SQLModel, table=True):
    """A file of contacts on its way in; what is left of it is deleted after a day."""

    __tablename__ = "contact_upload"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    by: str = Field(max_length=320)  # who brought it, then who had it stored
    uploaded_at: datetime = Field(index=True)
    stage: UploadStage = Field(sa_type=enum_type(UploadStage))
    leased_until: datetime | None = None  # while a worker has it in hand
    done: int = 0  # rows of this stage that the worker is through with
    total: int | None = None  # of how many, once that is known
    problem: str = ""
    # What each column is taken for: see ``columns.Columns``; none before the first look
    fields: list[str] | None = Field(default=None, sa_type=JSON)
    findings: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # inspecting.Findings
    list_slug: str = Field(default="", max_length=80)
    stored: dict[str, int] = Field(default={}, sa_type=JSON)  # contacts, by what was done to them


class ContactUploadFile(SQLModel, table=True):
    """The file itself, until it is stored. In a table of its own, for progress is written often
    beside it; in the database, for the worker may be on another machine.
    """

    __tablename__ = "contact_upload_file"

    upload_id: int = Field(foreign_key="contact_upload.id", primary_key=True, ondelete="CASCADE")
    content: bytes
