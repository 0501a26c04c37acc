"""Mail that somebody hands over in files: single mails, mboxes, and archives of single mails."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from sqlmodel import Session, select

from outreach.errors import InvalidInput
from outreach.inbox.files import begins_as_mail, read_stream
from outreach.inbox.receiving import store
from outreach.inbox.tables import RawMail
from outreach.texts import count, mark
from outreach.texts import gettext as _

DOOR = "desk"
MOST_MAILS = 2_000  # at once; more are the command line's matter
_LARGEST_TOGETHER = 100_000_000  # bytes unpacked
_MOST_EXPANDED = 100  # times; text is packed to a tenth
_SMALL = 1_000_000  # bytes below which that says nothing
_BROKEN = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)

# What programs keep mail in that nobody else can read, by how it begins.
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", mark("open it in Outlook and save it as .eml")),
    (b"!BDN", mark("it is a whole Outlook data file; save single mails out of it as .eml")),
)


class Given(NamedTuple):
    name: str
    content: bytes


@dataclass
class Taken:
    """``new`` and ``known`` count mails; ``without`` names the files that held none, and why."""

    new: int = 0
    known: int = 0
    without: list[str] = field(default_factory=list)


def take_in(session: Session, files: Iterable[Given], now: datetime) -> Taken:
    """Keep every mail in these files; the worker reads them.

    Raises InvalidInput for what is too much, or for an archive that cannot be unpacked.
    """
    taken = Taken()
    for file in files:
        for each in _unpacked(file):
            _take(session, each, taken, now)
    return taken


def _take(session: Session, file: Given, taken: Taken, now: datetime) -> None:
    if why := _why_none(file.content):
        taken.without.append(_("%(file)s: %(why)s", file=file.name, why=why))
        return
    for __, mail in read_stream(BytesIO(file.content), file.name):
        if _is_known(session, mail):
            taken.known += 1
        else:
            store(session, mail, door=DOOR, now=now)
            taken.new += 1
        if taken.new + taken.known > MOST_MAILS:
            raise InvalidInput(
                _(
                    "These are more than %(most)s mails, which is too many at once. Nothing was "
                    "taken in; split them up, or give the file to: outreach inbox ingest",
                    most=count(MOST_MAILS),
                )
            )


def _why_none(content: bytes) -> str:
    """Empty where there is mail in it."""
    if not content.strip():
        return _("it is empty")
    for signature, advice in _FOREIGN:
        if content.startswith(signature):
            return _(advice)
    below = content.partition(b"\n")[2] if content.startswith(b"From ") else content  # an mbox's
    return "" if begins_as_mail(below) else _("it does not begin as a mail does")


def _is_known(session: Session, mail: bytes) -> bool:
    digest = sha256(mail).hexdigest()
    return session.exec(select(RawMail.id).where(RawMail.digest == digest)).first() is not None


def _unpacked(file: Given) -> Iterator[Given]:
    if not file.content.startswith(b"PK\x03\x04"):
        yield file
        return
    if file.content.count(b"PK\x01\x02") > MOST_MAILS:
        raise InvalidInput(
            _(
                "%(file)s holds too many files; pack at most %(most)s mails.",
                file=file.name,
                most=count(MOST_MAILS),
            )
        )
    try:
        with ZipFile(BytesIO(file.content)) as archive:
            yield from _entries(file.name, archive)
    except _BROKEN as error:
        raise InvalidInput(
            _(
                "%(file)s cannot be unpacked: it is damaged or has a password. Nothing was taken "
                "in; pack it anew as a plain .zip.",
                file=file.name,
            )
        ) from error


def _entries(called: str, archive: ZipFile) -> Iterator[Given]:
    left = _LARGEST_TOGETHER
    for entry in filter(_is_meant, archive.infolist()):
        content = _content(archive, entry, left)
        if content is None:
            raise InvalidInput(
                _(
                    "%(file)s unpacks to more than a mailbox would. Nothing was taken in; give "
                    "its mails one by one.",
                    file=called,
                )
            )
        left -= len(content)
        if content.startswith(b"PK\x03\x04"):
            raise InvalidInput(_("%(file)s holds another archive; unpack that first.", file=called))
        yield Given(f"{called}: {PurePosixPath(entry.filename).name}", content)


def _is_meant(entry: ZipInfo) -> bool:
    """Not a folder, nor what a Mac adds to each file."""
    path = PurePosixPath(entry.filename)
    return not entry.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _content(archive: ZipFile, entry: ZipInfo, most: int) -> bytes | None:
    """None where it is too much; what an archive says of its own sizes may be a lie."""
    most = min(most, max(_SMALL, _MOST_EXPANDED * entry.compress_size))
    with archive.open(entry) as packed:
        content = packed.read(most + 1)
    return content if len(content) <= most else None
