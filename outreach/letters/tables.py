"""What copies of a letter share, as it is stored: skeletons, and the files enclosed with them."""

import hashlib

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
