"""A mail as strangers write it, read as far as it can be read; nothing in it makes this fail."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser, BytesParser
from itertools import islice
from typing import TypeVar

from outreach.inbox import bodies
from outreach.inbox.bodies import Attachment, Part
from outreach.inbox.heads import POLICY, Head, addresses, mailbox, message_ids, moment
from outreach.inbox.quoting import split

# Beyond these a mail is an attack: every line costs time for each level that it lies in, and
# every part costs memory.
MOST_NESTED = 200
_MOST_LINES_IN_LEVELS = 20_000_000
_MOST_PARTS = 5_000
_NESTING = re.compile(rb"boundary[*\d]*\s*=|content-type:\s*message/", re.IGNORECASE)
_DELIMITER = re.compile(rb"^--", re.MULTILINE)

_WORDS = re.compile(r"([A-Z])")
_ONCE = ("from", "date", "subject", "message-id")

# A file without any of these is no mail.
_EXPECTED = ("from", "to", "subject", "date", "message-id", "received", "return-path", "sender")

T = TypeVar("T")


@dataclass(frozen=True)
class ParsedMail:
    """What was read. ``problem`` says why nothing could be read; ``defects`` what was odd."""

    head: Head
    from_name: str
    from_address: str
    recipients: list[str]  # To and Cc
    subject: str
    date: datetime | None
    message_id: str | None
    in_reply_to: str | None
    references: list[str]
    text: str  # all that there is to read
    visible: str  # what the sender wrote now
    quoted: str  # what stands there from before, and signatures
    attachments: list[Attachment]
    statuses: list[Head]  # the groups of a delivery status (RFC 3464)
    feedback: Head | None  # a complaint (RFC 5965)
    receipt: Head | None  # a disposition notification (RFC 8098)
    returned: Head | None  # the head of the mail that it is about
    defects: list[str]
    problem: str | None
    message: Part = field(repr=False)


def parse(content: bytes) -> ParsedMail:
    """Never raises, whatever the bytes are."""
    message, defects = _message(content)
    head = Head.of(message)
    text = bodies.text(message)
    visible, quoted = split(text)
    name, address = mailbox(head.all("from", "sender"))
    parts = list(bodies.parts(message))
    return ParsedMail(
        head=head,
        from_name=name,
        from_address=address,
        recipients=addresses(head.all("to", "cc")),
        subject=head.first("subject"),
        date=moment(head.raw("date")),
        message_id=_first(message_ids(head.raw("message-id"))),
        in_reply_to=_first(message_ids(head.raw("in-reply-to"))),
        references=message_ids(head.raw("references")),
        text=text,
        visible=visible,
        quoted=quoted,
        attachments=bodies.attachments(message),
        statuses=_groups(parts, bodies.DELIVERY_STATUS),
        feedback=_first(_groups(parts, {bodies.FEEDBACK})),
        receipt=_first(_groups(parts, bodies.DISPOSITION)),
        returned=_first(_groups(parts[1:], bodies.RETURNED)),
        defects=[*defects, *dict.fromkeys(_defects(message, parts))],
        problem=None if any(name in head for name in _EXPECTED) else "it has no head of a mail",
        message=message,
    )


def _message(content: bytes) -> tuple[Part, list[str]]:
    content = content.lstrip(b"\xef\xbb\xbf\r\n\t ")
    if _has_too_many_parts(content):
        return _head_only(content), ["it has too many parts; they were not read"]
    try:
        return BytesParser(policy=POLICY).parsebytes(content), []
    except Exception:  # the standard library raises whatever broken MIME leads it to
        return _head_only(content), ["its parts could not be read"]


def _has_too_many_parts(content: bytes) -> bool:
    nested = _count(_NESTING, content, MOST_NESTED + 1)
    lines = content.count(b"\n")
    return (
        nested > MOST_NESTED
        or nested * lines > _MOST_LINES_IN_LEVELS
        or _count(_DELIMITER, content, _MOST_PARTS + 1) > _MOST_PARTS
    )


def _count(pattern: re.Pattern[bytes], content: bytes, most: int) -> int:
    return sum(1 for _ in islice(pattern.finditer(content), most))


def _head_only(content: bytes) -> Part:
    return BytesHeaderParser(policy=POLICY).parsebytes(content)


def _groups(parts: Iterable[Part], types: Collection[str]) -> list[Head]:
    return [
        group for part in parts if part.get_content_type() in types for group in bodies.groups(part)
    ]


def _defects(message: Part, parts: Iterable[Part]) -> Iterator[str]:
    head = Head.of(message)
    for name in _ONCE:
        if (times := len(head.all(name))) > 1:
            yield f"{name.capitalize()} stands there {times} times"
    for part in parts:
        for defect in part.defects:
            yield _WORDS.sub(r" \1", type(defect).__name__.removesuffix("Defect")).strip().lower()
        if part.get_content_type() in bodies.TNEF:
            yield "winmail.dat hides parts that only Outlook shows"


def _first(found: Sequence[T]) -> T | None:
    return found[0] if found else None
