"""winmail.dat, in which Outlook hides text and attachments ([MS-OXTNEF]), as far as it goes.

Own, since tnefparse has rested since 2021 and gives a truncated file back as an empty one. Each
step consumes bytes, so that reading takes no longer than the file is long.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import unpack_from

from outreach.inbox.charsets import decode

_SIGNATURE = 0x223E9F78
_MOST_ATTRIBUTES = 10_000
_BODY, _PROPERTIES, _CODEPAGE = 0x2800C, 0x69003, 0x69007
_NEW_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005

# MAPI properties ([MS-OXPROPS]) and the sizes of their types; what is not here has its own length.
_TEXT, _HTML, _RTF, _LONG_NAME, _MIME_TYPE = 0x1000, 0x1013, 0x1009, 0x3707, 0x370E
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_UNICODE, _MANY, _NAMED = 0x1F, 0x1000, 0x8000


@dataclass
class Enclosed:
    name: str = ""
    type: str = "application/octet-stream"
    content: bytes = b""


@dataclass
class Tnef:
    """``complete`` is False where the file ends before its own lengths say so."""

    text: str = ""
    html: str = ""
    has_rtf: bool = False
    attachments: list[Enclosed] = field(default_factory=list)
    complete: bool = True


class _CutShort(Exception):
    pass


class _Bytes:
    """Little-endian numbers and runs of bytes, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def __bool__(self) -> bool:
        return self._at < len(self._content)

    def take(self, length: int) -> bytes:
        taken = self._content[self._at : self._at + length]
        if len(taken) < length:
            raise _CutShort
        self._at += length
        return taken

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little")

    def padded(self) -> bytes:
        """A run that says its length, filled up to a multiple of four."""
        taken = self.take(self.number())
        self._at += -len(taken) % 4
        return taken


def read(content: bytes) -> Tnef:
    found = Tnef()
    try:
        _read(_Bytes(content), found)
    except _CutShort:
        found.complete = False
    return found


def _read(source: _Bytes, found: Tnef) -> None:
    if source.number() != _SIGNATURE:
        raise _CutShort
    source.take(2)
    charset = ""
    for _ in range(_MOST_ATTRIBUTES):
        if not source:
            return
        source.take(1)
        attribute, value = source.number(), source.take(source.number())
        source.take(2)
        if attribute == _CODEPAGE and len(value) >= 4:
            charset = f"cp{unpack_from('<I', value)[0]}"
        elif attribute == _BODY:
            found.text = decode(value, charset)
        elif attribute == _PROPERTIES:
            _take_text(found, value, charset)
        else:
            _take_attachment(found.attachments, attribute, value, charset)
    raise _CutShort


def _take_text(found: Tnef, value: bytes, charset: str) -> None:
    for number, kind, held in _properties(_Bytes(value)):
        if number == _TEXT:
            found.text = _string(held, kind, charset)
        elif number == _HTML:
            found.html = _string(held, kind, charset)
        elif number == _RTF:
            found.has_rtf = True


def _take_attachment(found: list[Enclosed], attribute: int, value: bytes, charset: str) -> None:
    if attribute == _NEW_ATTACHMENT:
        found.append(Enclosed())
    elif found and attribute == _TITLE:
        found[-1].name = found[-1].name or decode(value, charset)
    elif found and attribute == _DATA:
        found[-1].content = value
    elif found and attribute == _ATTACHMENT_PROPERTIES:
        _take_properties(found[-1], value, charset)


def _take_properties(attachment: Enclosed, value: bytes, charset: str) -> None:
    for number, kind, held in _properties(_Bytes(value)):
        if number == _LONG_NAME:
            attachment.name = _string(held, kind, charset)
        elif number == _MIME_TYPE:
            attachment.type = _string(held, kind, charset)


def _properties(source: _Bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, type and the last value of each property."""
    for _ in range(source.number()):
        kind, number = source.number(2), source.number(2)
        if number >= _NAMED:
            _skip_name(source)
        yield number, kind & ~_MANY, _value(source, kind)


def _skip_name(source: _Bytes) -> None:
    source.take(16)
    if source.number() == 1:
        source.padded()
    else:
        source.take(4)


def _value(source: _Bytes, kind: int) -> bytes:
    size = _SIZES.get(kind & ~_MANY)
    if size and not kind & _MANY:
        return source.take(size)
    value = b""
    for _ in range(source.number()):
        value = source.take(size) if size else source.padded()
    return value


def _string(value: bytes, kind: int, charset: str) -> str:
    return decode(value, "utf-16-le" if kind == _UNICODE else charset).rstrip("\0")
