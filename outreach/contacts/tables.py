"""Missions, contacts and contact lists, as stored."""

from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel


class Mission(SQLModel, table=True):
    """The contacts of one organization of one state; any of them answers for the mission."""

    __table_args__ = (UniqueConstraint("state", "organization"),)

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(max_length=2, index=True)  # ISO 3166-1 alpha-2
    organization: str = Field(max_length=300)


class Contact(SQLModel, table=True):
    """A person or a mailbox at a mission. ``address`` is canonical and unique."""

    id: int | None = Field(default=None, primary_key=True)
    mission_id: int = Field(foreign_key="mission.id", index=True)
    address: str = Field(unique=True, max_length=320)
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    title: str = ""  # as written before the name: "H.E.", "Mme"
    role: str = ""  # ambassador, charge_daffaires, vacant, mailbox, or the organizer's own words
    salutation: str = ""  # the organizer's own; otherwise the form of address for the role
    languages: list[str] = Field(default_factory=list, sa_type=JSON)  # empty: the state's
    time_zone: str = ""  # IANA name; empty: the state's
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    extra: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # the organizer's own columns
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None


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
