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
from outreach.inbox.heads import (
    LONGEST_FIELD,
    POLICY,
    Head,
    addresses,
    mailbox,
    message_ids,
    moment,
)
from outreach.inbox.quoting import split
from outreach.inbox.tnef import Tnef
from outreach.texts import mark

# Beyond these a mail is an attack: every line costs time for each level that it lies in, every
# part, field and group costs memory. A mail of 30 MB with a large attachment has 400,000 lines.
MOST_NESTED = 200
_MOST_LINES_IN_LEVELS = 12_000_000
_MOST_PARTS = 1_000
_MOST_LINES = 600_000
_MOST_GROUPS = 2_000
_LONGEST_REPORT = 2_000_000
_LONGEST_HEAD = 1_000_000
_READ_OF_AN_ENDLESS_ONE = 1_000_000
# Sought in lower case: ignoring the case takes ten times as long.
_NESTING = (re.compile(rb"boundary[*\d]*\s*="), re.compile(rb"content-type:\s*message/"))
_BOUNDARY = re.compile(rb"boundary[*\d]*\s*=\s*\"?([^\s\";]{1,80})", re.IGNORECASE)
_DELIMITER = re.compile(rb"^--", re.MULTILINE)
_REPORT = re.compile(rb"content-type:\s*message/(?:global-)?delivery-status")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_END_OF_HEAD = re.compile(rb"\n\r?\n|\r\r")

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
    reply_to: str  # where it asks to be answered; empty: where it came from
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
    parts = list(bodies.parts(message))
    winmails = bodies.winmails(parts)
    text = bodies.text(message) or "\n".join(map(bodies.hidden_text, winmails.values()))
    visible, quoted = split(text)
    name, address = mailbox(head.all("from", "sender"))
    return ParsedMail(
        head=head,
        from_name=name,
        from_address=address,
        reply_to=mailbox(head.all("reply-to"))[1],
        recipients=addresses(head.all("to", "cc")),
        subject=head.first("subject"),
        date=moment(head.raw("date")),
        message_id=_first(message_ids(head.raw("message-id"))),
        in_reply_to=_first(message_ids(head.raw("in-reply-to"))),
        references=message_ids(head.raw("references")),
        text=text,
        visible=visible,
        quoted=quoted,
        attachments=bodies.attachments(parts, winmails),
        statuses=_groups(parts, bodies.DELIVERY_STATUS),
        feedback=_first(_groups(parts, {bodies.FEEDBACK})),
        receipt=_first(_groups(parts, bodies.DISPOSITION)),
        returned=_first(_groups(_below(message, parts), bodies.RETURNED)),
        defects=[
            *defects,
            *dict.fromkeys(_defects(message, parts)),
            *_of_winmails(winmails.values()),
        ],
        problem=None
        if any(name in head for name in _EXPECTED)
        else mark("it has no head of a mail"),
        message=message,
    )


def _below(message: Part, parts: list[Part]) -> list[Part]:
    """The parts without the mail itself, which may call itself an attached one."""
    return [part for part in parts if part is not message]


def _message(content: bytes) -> tuple[Part, list[str]]:
    content, defects = _bounded(content.lstrip(b"\xef\xbb\xbf\r\n\t "))
    if _has_too_many_parts(content):
        return _head_only(content), [*defects, "it has too many parts; they were not read"]
    try:
        return BytesParser(policy=POLICY).parsebytes(content), defects
    except Exception:  # the standard library raises whatever broken MIME leads it to
        return _head_only(content), [*defects, "its parts could not be read"]


def _bounded(content: bytes) -> tuple[bytes, list[str]]:
    """So much of a mail as can be read in a few seconds, whatever it consists of."""
    defects = []
    lines = max(content.count(b"\n"), content.count(b"\r"))
    if lines > _MOST_LINES or _is_endless_report(content):
        content = content[:_READ_OF_AN_ENDLESS_ONE]
        defects.append("it has too many lines; only its beginning was read")
    end = _END_OF_HEAD.search(content)
    head = content[: end.start() + 1 if end else len(content)]
    if len(head) > _LONGEST_HEAD:
        content = _shortened(head) + content[len(head) :]
        defects.append("its head is too long; only a part of it was read")
    return content, defects


def _is_endless_report(content: bytes) -> bool:
    """Every group of a delivery status becomes a message of its own."""
    if _REPORT.search(content.lower()) is None:
        return False
    groups = _count(_BLANK_LINE, content, _MOST_GROUPS + 1)
    return groups > _MOST_GROUPS or len(content) > _LONGEST_REPORT


def _shortened(head: bytes) -> bytes:
    lines = [line[:LONGEST_FIELD] for line in head.splitlines()]
    return b"\n".join(lines)[:_LONGEST_HEAD].rstrip() + b"\n"


def _has_too_many_parts(content: bytes) -> bool:
    lower = content.lower()
    nested = sum(_count(each, lower, MOST_NESTED + 1) for each in _NESTING)
    lines = content.count(b"\n")
    return (
        nested > MOST_NESTED
        or nested * lines > _MOST_LINES_IN_LEVELS
        or (
            _count(_DELIMITER, content, _MOST_PARTS + 1) > _MOST_PARTS
            and _delimiters(content) > _MOST_PARTS
        )
    )


def _delimiters(content: bytes) -> int:
    """How many lines begin as a boundary does; others begin with two strokes too."""
    boundaries = b"|".join(map(re.escape, set(_BOUNDARY.findall(content))))
    if not boundaries:
        return 0
    return _count(re.compile(b"^--(?:" + boundaries + b")", re.M), content, _MOST_PARTS + 1)


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


def _of_winmails(winmails: Iterable[Tnef]) -> Iterator[str]:
    for found in winmails:
        if not found.complete:
            yield "winmail.dat is cut short or damaged; what could be read of it is shown"
        if found.has_rtf and not (found.text or found.html):
            yield "winmail.dat holds its text as RTF, which only Outlook shows"


def _first(found: Sequence[T]) -> T | None:
    return found[0] if found else None
