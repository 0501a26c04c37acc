"""Letters as stored: their versions and drafts, and what copies share, skeletons and enclosures."""

import hashlib
from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel


class Skeleton(SQLModel, table=True):
    """Subject, text and HTML of a letter with numbered markers where each copy's values go.

    ``id`` is the SHA-256 of language and contents, so the same letter is stored once and an
    approved one cannot change.
    """

    id: str = Field(primary_key=True, max_length=64)
    language: str = Field(max_length=16)
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, language: str, subject: str, text: str, html: str) -> "Skeleton":
        digest = hashlib.sha256("\0".join((language, subject, text, html)).encode()).hexdigest()
        return cls(id=digest, language=language, subject=subject, text=text, html=html)


class Enclosure(SQLModel, table=True):
    """A file that goes with copies of a letter, or with one alone; ``id`` is the SHA-256 of all
    the rest."""

    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=80)  # as recipients see it: "Open letter.pdf"
    media_type: str = Field(max_length=100)
    content: bytes

    @property
    def content_id(self) -> str:
        """RFC 2392. What the HTML of a mail shows by it is a part of the mail, no attachment."""
        return f"{self.id}@enclosure"

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> "Enclosure":
        digest = hashlib.sha256(f"{name}\0{media_type}\0".encode() + content).hexdigest()
        return cls(id=digest, name=name, media_type=media_type, content=content)


class LetterVersion(SQLModel, table=True):
    """What a page of a letter, one step in one language, said from ``saved_at`` on; never changed.

    ``text`` is that of a letter's file; an empty one says that the page was deleted, whatever its
    file says. ``number`` counts from 1 for each page. ``saved_by`` is empty for a file of the
    folder that nobody has loaded.
    """

    __tablename__ = "letter_version"
    __table_args__ = (UniqueConstraint("slug", "step", "language", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80)
    step: str = Field(max_length=80)
    language: str = Field(max_length=16)
    number: int
    text: str
    note: str = Field(default="", max_length=200)  # where it is from, "from the file letter.docx"
    saved_by: str = Field(max_length=254)
    saved_at: datetime


class LetterDraft(SQLModel, table=True):
    """What a person has typed into a page and not saved; ``seen`` is the mark of the text that it
    began from."""

    __tablename__ = "letter_draft"

    by: str = Field(primary_key=True, max_length=254)
    slug: str = Field(primary_key=True, max_length=80)
    step: str = Field(primary_key=True, max_length=80)
    language: str = Field(primary_key=True, max_length=16)
    typed: dict[str, str] = Field(sa_type=JSON)
    seen: str = Field(max_length=64)
    note: str = Field(default="", max_length=200)
    changed_at: datetime
