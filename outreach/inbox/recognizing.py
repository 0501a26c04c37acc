"""What an attached file is by its own bytes, whatever its name and its sender say.

By the signatures that its formats begin with. This finds disguises; it is no virus scanner.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import PurePath
from zipfile import BadZipFile, ZipFile, ZipInfo

from outreach.inbox.file_types import (
    ACTIVE_PDF,
    ARCHIVE,
    BY_ENDING,
    DISK,
    EMPTY,
    GIF,
    HTML,
    JPEG,
    LOADED,
    LOCKED,
    MACROS,
    MAIL,
    NOTEBOOK,
    OFFICE,
    OLD_OFFICE,
    OPEN_DOCUMENT,
    PDF,
    PNG,
    PROGRAM,
    RTF,
    RUNS,
    SCRIPT,
    SHORTCUT,
    SVG,
    TEXT,
    TIFF,
    UNKNOWN,
    WEBP,
    FileType,
)
from outreach.inbox.files import begins_as_mail

_SAMPLE = 4096  # bytes in which a kind of text shows itself
_MOST_ENTRIES = 5_000  # of an archive; its list alone may be made to fill the memory
_DISK_LABEL = slice(0x8001, 0x8006)  # ISO 9660: the first volume descriptor

_SIGNATURES: tuple[tuple[bytes, FileType], ...] = (
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),  # Mach-O, for one processor or for several
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),  # so do Java's classes begin
    (b"ITSF", PROGRAM),  # compiled help
    (b"L\0\0\0\x01\x14\x02\0", SHORTCUT),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", NOTEBOOK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"{\\rt", RTF),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
    (b"MSCF", ARCHIVE),
    (b"#!", SCRIPT),
)
_WRITTEN: tuple[tuple[re.Pattern[bytes], FileType], ...] = (
    (re.compile(rb"\A\s*(?:<[?!][^<]*|<!--.{0,2000}?-->\s*)*<svg[\s>]", re.I | re.S), SVG),
    (re.compile(rb"\A\s*<!doctype\s+html|<(?:html|head|body|script|iframe)[\s>]", re.I), HTML),
    (re.compile(rb"\A\[(?:InternetShortcut|Desktop Entry)\]", re.I), SHORTCUT),
)


def recognize(content: bytes) -> FileType:
    tests: tuple[Callable[[bytes], FileType | None], ...] = (_pdf, _signed, _zip, _text)
    found = (test(content) for test in tests)
    return next((each for each in found if each), UNKNOWN) if content else EMPTY


def picture_type(content: bytes) -> str | None:
    """The media type of a picture that can do nothing but be looked at."""
    found = _signed(content)
    return found.types[0] if found in (PNG, JPEG, GIF, WEBP) else None


def ending_of(name: str) -> str:
    return PurePath(name.strip(" .")).suffix.lower()


def _pdf(content: bytes) -> FileType | None:
    if b"%PDF-" not in content[:1024]:  # readers forgive what stands before it
        return None
    if content.startswith(b"MZ"):
        return PROGRAM
    return ACTIVE_PDF if b"/JavaScript" in content or b"/Launch" in content else PDF


def _signed(content: bytes) -> FileType | None:
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content[_DISK_LABEL] == b"CD001":
        return DISK
    found = (each for signature, each in _SIGNATURES if content.startswith(signature))
    return next(found, None)


def _zip(content: bytes) -> FileType | None:
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if content.count(b"PK\x01\x02") > _MOST_ENTRIES:
        return ARCHIVE
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _held(archive.infolist())
    except (BadZipFile, NotImplementedError, OSError, ValueError, zlib.error):
        return ARCHIVE


def _held(entries: Sequence[ZipInfo]) -> FileType:
    names = {entry.filename.lower() for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        return LOCKED
    if "[content_types].xml" in names:
        return MACROS if any("vbaproject" in name for name in names) else OFFICE
    if "mimetype" in names and "meta-inf/manifest.xml" in names:
        return MACROS if any(name.startswith("basic/") for name in names) else OPEN_DOCUMENT
    if "meta-inf/manifest.mf" in names:
        return PROGRAM  # Java's and Android's
    runs = any(BY_ENDING.get(ending_of(name)) in RUNS for name in names)
    return LOADED if runs else ARCHIVE


def _text(content: bytes) -> FileType | None:
    """Without the NULs of UTF-16, in which a page may be written."""
    sample = content[:_SAMPLE]
    plain = sample.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe")
    for pattern, found in _WRITTEN:
        if pattern.search(plain):
            return found
    if b"\0" in sample or _is_binary(sample):
        return None
    return MAIL if begins_as_mail(sample) else TEXT


def _is_binary(sample: bytes) -> bool:
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample)
    return controls > len(sample) // 100
