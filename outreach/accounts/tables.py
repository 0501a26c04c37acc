"""Organizers and the audit trail, as stored."""

from datetime import datetime
from enum import StrEnum

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
    """A person who works at the desk."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True, max_length=254)
    name: str = ""
    role: Role = Field(sa_type=enum_type(Role))
    password_hash: str | None = None
    created_at: datetime
    disabled_at: datetime | None = None
    gets_reports: bool = True


class AuditEntry(SQLModel, table=True):
    """Who did what and when; rows are added and never changed."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str = Field(max_length=254)  # an organizer's address, or "command line"
    act: str = Field(max_length=60)  # a verb and its object, "campaign approved"
    subject: str = Field(default="", max_length=200)
    detail: str = ""
