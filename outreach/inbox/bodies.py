"""What a strange mail holds below its head: the text to read, attachments, and machines' parts."""

import hashlib
import re
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from itertools import islice
from typing import NamedTuple, TypeAlias

from outreach.inbox.charsets import decode
from outreach.inbox.heads import Head, clean, decoded, one_line
from outreach.inbox.html_text import to_text
from outreach.inbox.tnef import Tnef
from outreach.inbox.tnef import read as read_tnef

Part: TypeAlias = "Message[str, str]"

_LONGEST_TEXT = 200_000  # characters that are read; the whole stands in the raw mail
_LONGEST_MARKUP = 2_000_000  # bytes of HTML
_LONGEST_NAME = 200
_MOST_WINMAILS = 5
_MOST_GROUPS = 1_000  # recipients in a report
_READABLE = frozenset({"text/plain", "text/html", "text/enriched"})

TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

# Parts in which a machine speaks to a machine (RFC 3464, 5965, 6522, 6533, 8098).
DELIVERY_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
)
FEEDBACK = "message/feedback-report"
DISPOSITION = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
_MACHINES = DELIVERY_STATUS | DISPOSITION | {FEEDBACK}

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_PATH = re.compile(r"[/\\]")
_FOLDED = re.compile(r"\n[ \t]+")


@dataclass(frozen=True)
class Attachment:
    name: str
    type: str
    size: int
    sha256: str


class File(NamedTuple):
    """As its sender calls it; ``type`` is the declared one."""

    name: str
    type: str
    content: bytes


def parts(message: Part) -> Iterator[Part]:
    """All parts that are no container, in order. An attached mail is one part."""
    if not _holds_parts(message):
        yield message
        return
    for part in children(message):
        yield from parts(part)


def children(message: Part) -> list[Part]:
    payload = message.get_payload()
    held = payload if isinstance(payload, list) else []
    return [part for part in held if isinstance(part, Message)]


def text(message: Part) -> str:
    """What is there to read: of alternatives the first that says something, else all in order."""
    if not _holds_parts(message):
        return _own_text(message) if _is_text(message) else ""
    said = (each for each in map(text, children(message)) if each.strip())
    if message.get_content_subtype() == "alternative":
        return next(said, "")
    return "\n".join(said)[:_LONGEST_TEXT]


def attachments(parts: Iterable[Part], winmails: Mapping[int, Tnef]) -> list[Attachment]:
    """``winmails``: what ``winmails`` found in the same parts; it takes the place of its part."""
    return [_described(file) for file in files(parts, winmails)]


def files(parts: Iterable[Part], winmails: Mapping[int, Tnef]) -> Iterator[File]:
    """What ``attachments`` describes, in the same order."""
    for at, part in enumerate(parts):
        if not _is_text(part) and part.get_content_type() not in _MACHINES:
            yield from _hidden(winmails.get(at)) or [_file(part)]


def markup(parts: Iterable[Part], winmails: Mapping[int, Tnef]) -> str:
    """The HTML of a mail, one piece after the other, for ``cleaning`` only; empty without any."""
    pages = [part for part in parts if part.get_content_type() == "text/html" and _is_text(part)]
    found = [decode(content(page)[:_LONGEST_MARKUP], _parameter(page, "charset")) for page in pages]
    hidden = [each.html[:_LONGEST_MARKUP] for each in winmails.values()]
    return "\n".join(each for each in found or hidden if each.strip())


def by_content_id(parts: Iterable[Part]) -> dict[str, bytes]:
    """The parts that a mail's HTML can show (RFC 2392), by their ids without angle brackets."""
    named = ((clean(part.get("content-id", "")).strip("<> "), part) for part in parts)
    return {name: content(part) for name, part in named if name and not part.is_multipart()}


def winmails(parts: Iterable[Part]) -> dict[int, Tnef]:
    """What Outlook hides, by the number of the part; more than a few nobody sends."""
    hiding = ((at, part) for at, part in enumerate(parts) if _is_winmail(part))
    return {at: read_tnef(content(part)) for at, part in islice(hiding, _MOST_WINMAILS)}


def _is_winmail(part: Part) -> bool:
    """Some relays lose its type and leave its name."""
    if part.is_multipart():
        return False
    return part.get_content_type() in TNEF or _name(part).lower() == "winmail.dat"


def hidden_text(found: Tnef) -> str:
    written = found.text or to_text(found.html[: 4 * _LONGEST_TEXT])
    return written.replace("\r\n", "\n")[:_LONGEST_TEXT]


def _hidden(found: Tnef | None) -> list[File]:
    held = found.attachments if found else []
    return [File(_bare(each.name), one_line(each.type), each.content) for each in held]


def groups(part: Part) -> list[Head]:
    """The groups of fields in a delivery status, a report, or a returned head."""
    blocks = _BLANK_LINE.split(_source(part)[:_LONGEST_TEXT])
    heads = [Head(_fields(block)) for block in blocks]
    return [head for head in heads if head]


def content(part: Part) -> bytes:
    """The decoded bytes of a part; an attached mail as it can best be written again."""
    try:
        if part.is_multipart():
            return b"\n".join(child.as_bytes() for child in children(part))
        payload = part.get_payload(decode=True)
    except Exception:  # the standard library raises whatever broken MIME leads it to
        return b""
    return payload if isinstance(payload, bytes) else b""


def _holds_parts(message: Part) -> bool:
    return message.get_content_maintype() == "multipart" and message.is_multipart()


def _is_text(part: Part) -> bool:
    if part.is_multipart():
        return False
    if part.get_content_maintype() == "multipart":
        return True  # a container whose boundary never comes holds its text as it stands
    how = part.get_content_disposition()
    apart = how == "attachment" or (how == "inline" and _name(part) != "")
    return part.get_content_type() in _READABLE and not apart


def _own_text(part: Part) -> str:
    written = decode(content(part)[: 4 * _LONGEST_TEXT], _parameter(part, "charset"))
    written = written.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        written = to_text(written)
    return written[:_LONGEST_TEXT]


def _file(part: Part) -> File:
    return File(_bare(_name(part)), one_line(part.get_content_type()), content(part))


def _bare(name: str) -> str:
    """Without any folder; senders on Windows give whole paths."""
    return _PATH.split(one_line(name))[-1][:_LONGEST_NAME]


def _described(file: File) -> Attachment:
    return Attachment(
        name=file.name,
        type=file.type[:_LONGEST_NAME],
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
    )


def _name(part: Part) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # RFC 2231 gone wrong
        name = ""
    return decoded(clean(name))


def _parameter(part: Part, name: str) -> str:
    try:
        return str(part.get_param(name, ""))
    except Exception:  # as above
        return ""


def _source(part: Part) -> str:
    """Fields and text of a part as they were written, whatever the parser made of them."""
    if not part.is_multipart():
        return decode(content(part), _parameter(part, "charset")).replace("\r\n", "\n")
    written = "\n\n".join(_flat(child) for child in children(part)[:_MOST_GROUPS])
    # RFC 3464 forbids to encode the groups; the parser has taken them for plain ones.
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    try:
        return a2b_base64(written).decode("utf-8", "replace") if encoding == "base64" else written
    except ValueError:
        return written


def _flat(child: Part) -> str:
    head = "\n".join(f"{name}: {clean(value)}" for name, value in child.raw_items())
    return head if child.is_multipart() else f"{head}\n\n{decode(content(child)[:_LONGEST_TEXT])}"


def _fields(block: str) -> Iterator[tuple[str, str]]:
    for line in _FOLDED.sub(" ", block).splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip() and " " not in name.strip():
            yield name, clean(value)
