"""The kinds of file that may be enclosed with a letter, each told by its contents too.

Nothing that can run, holds macros or is a page of its own. This finds mistakes and the plainest
tricks; it is no virus scanner.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import PurePath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

_PDF_IS_LOCKED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_ODT = b"application/vnd.oasis.opendocument.text"
_PNG = (b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB`\x82")
_JPEG = (b"\xff\xd8\xff", b"\xff\xd9")

Fault = str | None  # what is wrong with the contents, and what to do


class Kind(NamedTuple):
    media_type: str
    fault: Callable[[bytes], Fault]


def kind_of(name: str) -> Kind:
    """By the name's ending; InvalidInput says which endings there are."""
    kind = KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        endings = ", ".join(KINDS)
        raise InvalidInput(
            _(
                '"%(name)s" is of a kind that is not enclosed; save it as %(endings)s',
                name=name,
                endings=endings,
            )
        )
    return kind


def _pdf(content: bytes) -> Fault:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        return _("this is no PDF, or not all of it; export it again")
    if _PDF_IS_LOCKED.search(content):
        return _("it is encrypted; export it without a password and without restrictions")
    if b"/JavaScript" in content or b"/Launch" in content:
        return _("it holds a program; export it as a plain PDF")
    return None


def _docx(content: bytes) -> Fault:
    entries = _entries(content)
    if not {"[content_types].xml", "word/document.xml"} <= entries.keys():
        return _("this is no Word document, or it needs a password; save it anew as .docx")
    if any("vbaproject" in name or "/activex/" in name for name in entries):
        return _("it holds macros; save it without them, or as a PDF")
    return None


def _odt(content: bytes) -> Fault:
    entries = _entries(content)
    if entries.get("mimetype") != _ODT:
        return _("this is no OpenDocument text; save it anew as .odt")
    if any(name.startswith(("basic/", "scripts/")) for name in entries):
        return _("it holds macros; save it without them, or as a PDF")
    return None


def _entries(content: bytes) -> Mapping[str, bytes]:
    """The files packed in a document, in small letters, with the first bytes of each."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            return {name.lower(): archive.open(name).read(100) for name in archive.namelist()}
    except (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error):
        return {}


def _png(content: bytes) -> Fault:
    whole = content.startswith(_PNG[0]) and content.endswith(_PNG[1])
    return None if whole else _("this is no PNG picture, or not all of it; save it again")


def _jpeg(content: bytes) -> Fault:
    # Cameras write notes of their own behind the picture.
    whole = content.startswith(_JPEG[0]) and _JPEG[1] in content
    return None if whole else _("this is no JPEG picture, or not all of it; save it again")


KINDS: Mapping[str, Kind] = {
    ".pdf": Kind("application/pdf", _pdf),
    ".docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    ".odt": Kind(_ODT.decode(), _odt),
    ".png": Kind("image/png", _png),
    ".jpg": Kind("image/jpeg", _jpeg),
    ".jpeg": Kind("image/jpeg", _jpeg),
}
