"""Strangers' bytes into text: declared charset, UTF-8, a detector's guess, and cp1252 at last."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

# What mail calls by one name is in practice the larger charset beside it (WHATWG's encodings).
_REALLY = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
# Python's own notations, which no mail is written in; some of them take quadratic time.
_NOT_FOR_MAIL = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_NAME = re.compile(r"[a-z0-9._:\-]{1,40}", re.IGNORECASE)
_SURROGATES = re.compile(r"[\ud800-\udfff]")  # some codecs let them through; no database does

# What undeclared mail is written in; asked for all it knows, the detector finds EBCDIC.
_LIKELY = (
    "cp1252", "cp1251", "koi8_r", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949",
    "cp1250", "cp1253", "cp1254", "cp1255",
)  # fmt: skip
_FEW = 6  # bytes beyond ASCII that are too few for the detector: accents in Western text

_SAMPLE = 4096  # bytes that the detector looks at: it takes milliseconds for each thousand


def decode(content: bytes, declared: str = "") -> str:
    """Text of ``content``, whatever is in it; NUL is dropped, since Postgres takes none."""
    texts = (_try(content, charset) for charset in _charsets(content, declared))
    text = next((text for text in texts if text is not None), None)
    if text is None:
        text = content.decode("latin-1")
    return text.replace("\0", "").removeprefix("\ufeff")


def _charsets(content: bytes, declared: str) -> Iterator[str]:
    yield _codec(declared)
    yield "utf-8"
    yield _detected(content[:_SAMPLE])
    yield "cp1252"


def _detected(sample: bytes) -> str:
    if sum(byte > 127 for byte in sample) < _FEW:
        return ""
    best = from_bytes(sample, cp_isolation=list(_LIKELY)).best()
    return best.encoding if best else ""


def _codec(declared: str) -> str:
    """Python's name of a declared charset, or nothing when it is none."""
    name = declared.strip().strip("\"'")
    if not _NAME.fullmatch(name):
        return ""
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return ""
    return "" if codec.name in _NOT_FOR_MAIL else _REALLY.get(codec.name, codec.name)


def _try(content: bytes, charset: str) -> str | None:
    try:
        text = content.decode(charset) if charset else None
    except (LookupError, ValueError):  # not a charset of text, or not this one
        return None
    return None if text is None or _SURROGATES.search(text) else text
