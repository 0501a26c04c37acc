"""The head of a strange mail: its fields unfolded and decoded, its addresses, ids and dates."""

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email._policybase import Compat32
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from outreach.inbox.charsets import decode

# Some readers of the standard library take quadratic time: nothing longer is given to them.
LONGEST_FIELD = 64_000
_LONGEST_CONTENT_FIELD = 2_500
_LONGEST_MAILBOX = 2_000
_LONGEST_ADDRESS = 320
_LONGEST_NAME = 200

_OF_ADDRESS = r"[^\s\x00-\x1f\x7f<>,;:\"'()\[\]\\@]"
ADDRESS = re.compile(rf"{_OF_ADDRESS}{{1,128}}@{_OF_ADDRESS}{{1,255}}")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_ID = re.compile(r"<([^<>\s]{1,900})>")
_PARTS_LOOKED_AT = 10
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029][ \x00-\x1f\x7f\u2028\u2029]*")


class Policy(Compat32):
    """Takes any field as it comes, but not all of an endless one."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        content = name.lower().startswith("content-")
        return name, value[: _LONGEST_CONTENT_FIELD if content else LONGEST_FIELD]


POLICY = Policy()


class Head:
    """Fields by name, whatever their case, in one line each and decoded."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name.strip().lower(), []).append(value)

    @classmethod
    def of(cls, message: "Message[str, str]") -> "Head":
        declared = _declared(message)
        return cls((name, clean(value, declared)) for name, value in message.raw_items())

    def __bool__(self) -> bool:
        return bool(self._fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def first(self, name: str) -> str:
        """Decoded for reading; empty where there is none. A doubled field counts once."""
        return decoded(self.raw(name))

    def raw(self, name: str) -> str:
        return next(iter(self._fields.get(name, ())), "")

    def all(self, *names: str) -> list[str]:
        return [value for name in names for value in self._fields.get(name, ())]


def decoded(value: str) -> str:
    """RFC 2047 words as text; what is no such word stays as it is.

    Own, since email.header hands back what stands between two words in a notation of its own.
    """
    pieces: list[tuple[str | None, bytes]] = []
    at = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[at : word.start()]
        if between.strip() or not at:  # blanks between two words only separate them
            pieces.append((None, between.encode()))
        charset = word[1].partition("*")[0].lower()  # RFC 2231 adds a language
        held = _held(word)
        if pieces and pieces[-1][0] == charset:  # a letter may be cut in two
            held = pieces.pop()[1] + held
        pieces.append((charset, held))
        at = word.end()
    pieces.append((None, value[at:].encode()))
    return one_line("".join(decode(held, charset or "utf-8") for charset, held in pieces))


def _held(word: "re.Match[str]") -> bytes:
    written = word[3].encode()
    try:
        if word[2] in "qQ":
            return a2b_qp(written, header=True)
        return a2b_base64(written.rstrip(b"=") + b"==")
    except BinasciiError:
        return word[0].encode()


def clean(value: object, declared: str = "") -> str:
    """One line of Unicode out of what the parser read, which may hold bytes of any charset.

    Bytes that are no UTF-8 are mostly in the charset that the text below is declared in.
    """
    raw = str(value)
    if not raw.isascii():
        octets = raw.encode("utf-8", "surrogateescape")
        try:
            raw = octets.decode()
        except UnicodeDecodeError:
            raw = decode(octets, declared)
    return one_line(raw)


def _declared(message: "Message[str, str]") -> str:
    """The charset of the first part that names one."""
    for part in islice(message.walk(), _PARTS_LOOKED_AT):
        try:
            charset = part.get_content_charset()
        except Exception:  # RFC 2231 gone wrong
            continue
        if charset:
            return charset
    return ""


def one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()


def mailbox(values: Sequence[str]) -> tuple[str, str]:
    """Name and address of the first mailbox in these fields; the address in lower case."""
    cut = [value[:_LONGEST_MAILBOX] for value in values]
    for name, address in _mailboxes(cut):
        if "@" in address:
            return decoded(name), address
    written = decoded(" ".join(cut))
    found = ADDRESS.search(written)
    return ("", _address(found[0])) if found else (written[:_LONGEST_NAME], "")


def addresses(values: Sequence[str]) -> list[str]:
    """All addresses in these fields, in lower case, each once."""
    found = [address for _, address in _mailboxes(values) if "@" in address]
    if not found:
        found = [_address(match) for value in values for match in ADDRESS.findall(decoded(value))]
    return list(dict.fromkeys(found))


def message_ids(value: str) -> list[str]:
    """The ids in Message-ID, In-Reply-To or References, with their angle brackets."""
    return [f"<{each}>" for each in dict.fromkeys(_ID.findall(value))]


def moment(value: str) -> datetime | None:
    """The moment of a Date field; without a zone it is taken for UTC."""
    try:
        found = parsedate_to_datetime(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _mailboxes(values: Sequence[str]) -> list[tuple[str, str]]:
    try:
        found = getaddresses(list(values))
    except (ValueError, IndexError, RecursionError):
        return []
    return [(name, _address(address)) for name, address in found]


def _address(written: str) -> str:
    return written.strip().strip("<>").lower()[:_LONGEST_ADDRESS]
