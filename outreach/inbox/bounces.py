"""Bounces: which address a mail server could not deliver to, and whether that is for good."""

import re
from dataclasses import dataclass
from itertools import takewhile

from outreach.inbox import failed_addresses
from outreach.inbox.heads import ADDRESS, Head, message_ids
from outreach.inbox.machines import is_answered, sender
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import begins, first, phrases, plain
from outreach.texts import mark

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
# RFC 5321 and its extensions; 555 is left out, for telephone numbers begin with it.
_REPLY_CODE = re.compile(
    r"(?<![\d.+\-])(421|45[0-5]|47\d|50[0-4]|51\d|52[1-5]|53\d|54[1-4]|55[0-46-7]|57\d)(?=[ :\-#])"
)

# RFC 3463: these refuse the mail or the moment, and say nothing against the address.
_NOT_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.", "5.4.300", "5.4.6", "5.4.7", "5.6.", "5.7.")

_DAEMON = re.compile(r"daemon|microsoftexchange")

_LOOKED_AT = 20_000  # characters of a report without parts for machines

_OF_RETURNED = re.compile(r"[> \t]*(?:From|Sender|Reply-To|Return-Path|Message-ID):", re.I)
_RECEIVED = re.compile(r"[> \t]*(?:Received|Return-Path): ", re.I)
_MARKED = re.compile(r"-{2}|:\s*$|\bfollows?\b|_{3}", re.I)
_RETURNED_ID = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{1,500}>)", re.M | re.I)


@dataclass(frozen=True)
class Bounce:
    """One recipient of a report; ``permanent`` is about the address, not only about this mail."""

    recipient: str | None
    permanent: bool
    status: str | None
    action: str
    diagnostic: str


DELAYED = Bounce(recipient=None, permanent=False, status=None, action="delayed", diagnostic="")


def reported(mail: ParsedMail) -> list[Bounce]:
    """What a delivery status (RFC 3464) says of each recipient."""
    groups = [group for group in mail.statuses if _is_of_recipient(group)]
    # A group that gives no reason is explained in the text, if that is about nobody else.
    told = _told(mail) if len(groups) == 1 and "diagnostic-code" not in groups[0] else ""
    return [_of_group(group, told) for group in groups]


def failed(bounce: Bounce) -> bool:
    """Delayed, delivered, relayed and expanded are no failures."""
    if bounce.action:
        return bounce.action.startswith(("fail", "error"))
    return (bounce.status or bounce.diagnostic).startswith("5")


def from_mailer(mail: ParsedMail) -> str | None:
    """Why a mail seems to come from a mail server itself, or None."""
    if is_daemon(mail):
        return mark("the sender is %(name)s") % {"name": mail.from_address.partition("@")[0]}
    if "x-failed-recipients" in mail.head:
        return mark("it has the field X-Failed-Recipients")
    if mail.head.raw("from").strip() == "<>":
        return mark("it names no sender")
    called = sender(mail)
    phrase = first(called, phrases("bounce", "senders"))
    if phrase is None and not is_answered(mail):  # postmasters write answers themselves
        phrase = first(called, phrases("bounce", "postmasters"))
    return mark("the sender is called %(words)s") % {"words": phrase} if phrase else None


def is_daemon(mail: ParsedMail) -> bool:
    """No person's address; postmasters are people at times."""
    return _DAEMON.search(mail.from_address.partition("@")[0]) is not None


def in_subject(mail: ParsedMail) -> str | None:
    """Whether it is called a bounce, by nobody who asks about one or means a parcel."""
    phrase = begins(plain(mail.subject[:500]), phrases("bounce", "subjects"))
    if phrase is None:
        return None
    told = _told(mail)
    asks = any(sign in f"{mail.subject} {told}" for sign in "?？؟")
    reports = mail.returned is not None or _names_code(told)
    return (
        mark("the subject begins %(words)s") % {"words": phrase} if reports and not asks else None
    )


def recipient(mail: ParsedMail, bounce: Bounce) -> str | None:
    """The address that a report names, or else the one that its text or the returned mail does."""
    return bounce.recipient or next(failed_addresses.find(mail, _told(mail)), None)


def in_words(mail: ParsedMail) -> Bounce | None:
    """What a report without parts for machines says, if it names an address and a failure.

    In a language that is not known here the daemon's own word has to do.
    """
    told = _told(mail)
    if has_no_sender(mail):
        told = f"{mail.subject[:500]}\n{told}"
    address = next(failed_addresses.find(mail, told), None)
    sure = "x-failed-recipients" in mail.head or (
        is_daemon(mail) and failed_addresses.are_listed(mail, told)
    )
    if address is None or not (sure or _says_failed(told)):
        return None
    return _of_text(told, address)


def refused(mail: ParsedMail) -> Bounce | None:
    """A receipt (RFC 8098) by which some servers say that the recipient's rules refused a mail."""
    if mail.receipt is None or "deleted" not in mail.receipt.raw("disposition").lower():
        return None
    told = _told(mail)
    address = _address(mail.receipt.raw("final-recipient"))
    says_so = _names_code(told) or first(plain(told), phrases("bounce", "words"))
    return _of_text(told, address) if address and says_so else None


def _of_text(told: str, address: str) -> Bounce:
    status = _STATUS.search(told)
    diagnostic = _diagnostic(told)
    found = status[1] if status else None
    return Bounce(
        recipient=address,
        permanent=is_permanent(found, diagnostic or told),
        status=found,
        action="failed",
        diagnostic=diagnostic,
    )


def delivered(mail: ParsedMail) -> str | None:
    """The words by which a report says that all went well, or None."""
    told = _told(mail)
    phrase = first(plain(told[:3_000]), phrases("bounce", "delivered"))
    return (
        mark("the text says %(words)s") % {"words": phrase}
        if phrase and not _names_code(told)
        else None
    )


def says_failed(mail: ParsedMail) -> bool:
    """In words that nobody uses who is only away."""
    if has_no_sender(mail):
        subject = plain(mail.subject[:500])
        words = phrases("bounce", "words")
        if begins(subject, phrases("bounce", "subjects")) or first(subject, words):
            return True
    return first(plain(_told(mail)), phrases("bounce", "words")) is not None


def has_no_sender(mail: ParsedMail) -> bool:
    """Whether an error of it would go nowhere, as reports of servers are sent (RFC 5321)."""
    return any(value.split() in (["<>"], ["<", ">"]) for value in mail.head.all("return-path"))


def delayed(mail: ParsedMail) -> str | None:
    """The words by which a report says that delivery is still being tried, or None."""
    told = plain(_told(mail)[:3_000])
    phrase = first(told, phrases("bounce", "delayed"))
    given_up = first(told, phrases("bounce", "given_up"))
    return mark("the text says %(words)s") % {"words": phrase} if phrase and not given_up else None


def original_ids(mail: ParsedMail) -> list[str]:
    """The Message-IDs of the mail that is reported on, from the returned part or text."""
    if mail.returned and "message-id" in mail.returned:
        return message_ids(mail.returned.raw("message-id"))
    return list(dict.fromkeys(_RETURNED_ID.findall(mail.text[:_LOOKED_AT])))


def is_permanent(status: str | None, diagnostic: str) -> bool:
    """Whether nothing should go to the address again; when nothing tells, it may."""
    code = _REPLY_CODE.search(diagnostic)
    words = plain(diagnostic[:3_000])
    grade = (status or (code[1] if code else ""))[:1]
    if grade == "4":
        return False
    if first(words, phrases("bounce", "gone")):
        return True
    if first(words, phrases("bounce", "passing")):
        return False
    if not grade and first(words, phrases("bounce", "permanent")):
        return True
    return grade == "5" and not (status or "").startswith(_NOT_THE_ADDRESS)


def _is_of_recipient(group: Head) -> bool:
    return any(name in group for name in ("final-recipient", "original-recipient", "action"))


def _of_group(group: Head, told: str) -> Bounce:
    status = _STATUS.search(group.raw("status")) or _STATUS.search(group.raw("diagnostic-code"))
    code = group.first("diagnostic-code")
    diagnostic = code.partition(";")[2].strip() or code
    found = status[1] if status else None
    return Bounce(
        # The address that was written to comes before the one that it was forwarded to.
        recipient=_address(group.raw("original-recipient"))
        or _address(group.raw("final-recipient")),
        permanent=is_permanent(found, diagnostic or told),
        status=found,
        action=group.raw("action").strip().lower()[:40],
        diagnostic=diagnostic[:1_000],
    )


def _address(value: str) -> str | None:
    found = ADDRESS.search(value.partition(";")[2] or value)
    return found[0].lower() if found else None


def _told(mail: ParsedMail) -> str:
    """A report's own text, without the mail that it returns and without who sent that."""
    lines = mail.text[:_LOOKED_AT].split("\n")
    own = [line for line in takewhile(_is_no_copy, lines) if not _OF_RETURNED.match(line)]
    return "\n".join(own)


def _is_no_copy(line: str) -> bool:
    """Whether the returned mail has not begun; "original message was received" is the report's."""
    if _RECEIVED.match(line):
        return False
    if len(line) > 90 or not _MARKED.search(line):
        return True
    return first(plain(line), phrases("bounce", "copy")) is None


def _says_failed(told: str) -> bool:
    if _names_code(told):
        return True
    words = plain(told)
    said = any(first(words, phrases("bounce", kind)) for kind in ("words", "gone"))
    return said or begins(words, phrases("bounce", "subjects")) is not None


def _names_code(told: str) -> bool:
    return any(pattern.search(told) for pattern in (_STATUS, _REPLY_CODE))


def _diagnostic(told: str) -> str:
    """The line in which the other side gave its reason."""
    lines = told.splitlines()
    return next(
        (x.strip()[:1_000] for x in lines if _STATUS.search(x) or _REPLY_CODE.search(x)), ""
    )
