"""The skeleton of a letter, as it is stored: everything that copies of one branch share."""

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
