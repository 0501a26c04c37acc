"""The files that came with a mail: their bytes, what they are, and a warning where one is due."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from outreach.inbox import bodies
from outreach.inbox.bodies import File
from outreach.inbox.file_types import (
    ACTIVE_PDF,
    ARCHIVE,
    BY_ENDING,
    BY_MEDIA_TYPE,
    EMPTY,
    HTML,
    LOADED,
    LOCKED,
    MACROS,
    MAIL,
    OFFICE,
    OLD_OFFICE,
    PDF,
    SCRIPT,
    SHORTCUT,
    SVG,
    TEXT,
    UNKNOWN,
    FileType,
)
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.recognizing import ending_of, recognize
from outreach.texts import gettext as _

_LONGEST_NAME = 120
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))  # what some system cannot store
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What a file may be that promises to be something else, without anything being wrong.
_GOES_FOR: Mapping[FileType, frozenset[FileType]] = {
    PDF: frozenset({ACTIVE_PDF}),
    ARCHIVE: frozenset({LOCKED, LOADED}),
    OFFICE: frozenset({OLD_OFFICE}),
    MACROS: frozenset({OFFICE, OLD_OFFICE}),
    TEXT: frozenset({MAIL, UNKNOWN}),
    MAIL: frozenset({TEXT}),
    HTML: frozenset({TEXT, SVG, UNKNOWN, MAIL}),
    SVG: frozenset({TEXT, ARCHIVE}),
    SCRIPT: frozenset({TEXT, UNKNOWN}),
    SHORTCUT: frozenset({TEXT, UNKNOWN}),
}


@dataclass(frozen=True)
class Listed:
    """``at`` counts from 0; ``kind`` is what the bytes are, empty where nobody looked into them."""

    at: int
    name: str
    size: int
    kind: str
    warning: str


def find(mail: ParsedMail, at: int) -> File | None:
    """The file that has this place in ``mail.attachments``."""
    return next(islice(_files(mail), at, None), None)


def look_into(mail: ParsedMail) -> list[Listed]:
    """All files of a mail with what they really are."""
    return [
        _listed(at, file.name, len(file.content), file.type, recognize(file.content))
        for at, file in enumerate(_files(mail))
    ]


def listed(stored: Iterable[Mapping[str, str | int]]) -> list[Listed]:
    """The files of a stored mail (``IncomingMail.attachments``), judged by name and type only."""
    return [
        _listed(at, str(each["name"]), int(each["size"]), str(each["type"]))
        for at, each in enumerate(stored)
    ]


def warning(name: str, media_type: str, real: FileType | None = None) -> str:
    """What an organizer should know before opening the file; mostly nothing."""
    promised = _promised(name, media_type)
    if real and promised and not _agree(promised, real):
        return _disguise(promised, real)
    for each in (real, promised):
        if each and each.harm:
            return _("This is %(type)s: %(harm)s.", type=_(each.words), harm=_(each.harm))
    if _DIRECTIONS & set(name):
        return _("Its name is written so that it may hide how it ends.")
    return ""


def safe_name(name: str, at: int) -> str:
    """A plain file name, whatever the sender called it."""
    kept = "".join(map(_printable, unicodedata.normalize("NFC", name))).translate(_NOT_IN_NAMES)
    path = PurePath(" ".join(kept.split()).strip(". ") or f"attachment-{at + 1}")
    stem = path.stem[: _LONGEST_NAME - len(path.suffix[:20])].rstrip()
    device = "_" if path.name.partition(".")[0].strip().lower() in _DEVICES else ""
    return f"{device}{stem}{path.suffix[:20]}"


def _files(mail: ParsedMail) -> Iterable[File]:
    parts = list(bodies.parts(mail.message))
    return bodies.files(parts, bodies.winmails(parts))


def _listed(at: int, name: str, size: int, media_type: str, real: FileType | None = None) -> Listed:
    kind = real.words if real else ""
    return Listed(at, safe_name(name, at), size, kind, warning(name, media_type, real))


def _promised(name: str, media_type: str) -> FileType | None:
    """The name first: it is what a computer opens a file by."""
    return BY_ENDING.get(ending_of(name)) or BY_MEDIA_TYPE.get(media_type.lower())


def _agree(promised: FileType, real: FileType) -> bool:
    return real in (promised, EMPTY) or real in _GOES_FOR.get(promised, ())


def _disguise(promised: FileType, real: FileType) -> str:
    if real is UNKNOWN:
        return _("It calls itself %(type)s and is none, or a damaged one.", type=_(promised.words))
    types = {"type": _(promised.words), "real": _(real.words)}
    if real.harm or promised.harm:
        return _("It calls itself %(type)s and is %(real)s; do not open it.", **types)
    return _("It calls itself %(type)s and is %(real)s.", **types)


def _printable(letter: str) -> str:
    """Without what turns the direction of a name or does not show; any blank is a space."""
    category = unicodedata.category(letter)
    return " " if category[0] == "Z" or letter in "\t\r\n" else "" if category[0] == "C" else letter
