"""Bounces: which address a mail server could not deliver to, and whether that is for good."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flufl.bounce import all_failures

from outreach.inbox import bodies
from outreach.inbox.heads import ADDRESS, Head, addresses, message_ids
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import begins, first, phrases, plain

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-#])")

# RFC 3463: these refuse the mail or the moment, and say nothing against the address.
_NOT_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")

_MAILERS = frozenset(
    {"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster",
     "mailer", "mta", "mail-delivery-subsystem", "smtp-daemon", "mailsystem", "mail.system"}
)  # fmt: skip

_LOOKED_AT = 20_000  # characters of a report without parts for machines
_GIVEN_TO_DETECTORS = 64_000  # they try a hundred patterns on every line

_NAMED = re.compile(
    r"(?:final-recipient|original-recipient|x-failed-recipients|failed recipient|rcpt to|recipient)"
    r"\s{0,4}:\s{0,20}(?:rfc822\s{0,4};\s{0,20})?<?([^\s<>,;]{1,64}@[^\s<>,;]{1,255})",
    re.I,
)
_LINE_OF_ITS_OWN = re.compile(
    r"^[ \t*\-•]*<?([^\s<>,;:()\[\]]{1,64}@[^\s<>,;:()\[\]]{1,255})>?[ \t]*(?:[:(\[].*)?$",
    re.M,
)
_RETURNED_FROM = re.compile(r"^[> \t]*(?:From|Sender|Reply-To|Return-Path):.*$", re.M | re.I)
_RETURNED_TO = re.compile(r"^[> \t]*To:(.{1,500})$", re.M | re.I)
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
    return [_of_group(group) for group in mail.statuses if _is_of_recipient(group)]


def failed(bounce: Bounce) -> bool:
    """Delayed, delivered, relayed and expanded are no failures."""
    if bounce.action:
        return bounce.action.startswith(("fail", "error"))
    return (bounce.status or "").startswith("5")


def from_mailer(mail: ParsedMail) -> str | None:
    """Why a mail seems to come from a mail server itself, or None."""
    local = mail.from_address.partition("@")[0]
    if local in _MAILERS:
        return f"the sender is {local}"
    if "x-failed-recipients" in mail.head:
        return "it has the field X-Failed-Recipients"
    phrase = begins(plain(mail.subject), phrases("bounce", "subjects"))
    return f"the subject begins {phrase}" if phrase else None


def recipient(mail: ParsedMail, bounce: Bounce) -> str | None:
    """The address that a report names, or else the one that its text or the returned mail does."""
    return bounce.recipient or next(_recipients(mail, _told(mail)), None)


def in_words(mail: ParsedMail) -> Bounce | None:
    """What a report without parts for machines says, if it names an address and a failure."""
    told = _told(mail)
    address = next(_recipients(mail, told), None)
    if address is None or not (_says_failed(told) or "x-failed-recipients" in mail.head):
        return None
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


def delayed(mail: ParsedMail) -> str | None:
    """The words by which a report says that delivery is still being tried, or None."""
    phrase = first(plain(_told(mail)[:3_000]), phrases("bounce", "delayed"))
    return f"the text says {phrase}" if phrase else None


def original_ids(mail: ParsedMail) -> list[str]:
    """The Message-IDs of the mail that is reported on, from the returned part or text."""
    if mail.returned and "message-id" in mail.returned:
        return message_ids(mail.returned.raw("message-id"))
    return list(dict.fromkeys(_RETURNED_ID.findall(mail.text[:_LOOKED_AT])))


def is_permanent(status: str | None, diagnostic: str) -> bool:
    """Whether nothing should go to the address again; when nothing tells, it may."""
    code = _REPLY_CODE.search(diagnostic)
    grade = (status or (code[1] if code else ""))[:1]
    if grade == "4":
        return False
    words = plain(diagnostic[:3_000])
    if first(words, phrases("bounce", "gone")):
        return True
    if first(words, phrases("bounce", "passing")):
        return False
    return grade == "5" and not (status or "").startswith(_NOT_THE_ADDRESS)


def _is_of_recipient(group: Head) -> bool:
    return any(name in group for name in ("final-recipient", "original-recipient", "action"))


def _of_group(group: Head) -> Bounce:
    status = _STATUS.search(group.raw("status")) or _STATUS.search(group.raw("diagnostic-code"))
    diagnostic = group.first("diagnostic-code").partition(";")[2].strip()
    found = status[1] if status else None
    return Bounce(
        # The address that was written to comes before the one that it was forwarded to.
        recipient=_address(group.raw("original-recipient"))
        or _address(group.raw("final-recipient")),
        permanent=is_permanent(found, diagnostic),
        status=found,
        action=group.raw("action").strip().lower()[:40],
        diagnostic=diagnostic[:1_000],
    )


def _address(value: str) -> str | None:
    found = ADDRESS.search(value.partition(";")[2] or value)
    return found[0].lower() if found else None


def _told(mail: ParsedMail) -> str:
    """A report's own text, without the mail that it returns and without who sent that."""
    text = mail.text[:_LOOKED_AT]
    copied = _RETURNED_ID.search(text)
    return _RETURNED_FROM.sub("", text[: copied.start()] if copied else text)


def _says_failed(told: str) -> bool:
    if _STATUS.search(told) or _REPLY_CODE.search(told):
        return True
    words = plain(told)
    return any(first(words, phrases("bounce", kind)) for kind in ("words", "gone"))


def _diagnostic(told: str) -> str:
    """The line in which the other side gave its reason."""
    lines = told.splitlines()
    return next(
        (x.strip()[:1_000] for x in lines if _STATUS.search(x) or _REPLY_CODE.search(x)), ""
    )


def _recipients(mail: ParsedMail, told: str) -> Iterator[str]:
    """Addresses that a report may be about, the surest first; never our own or the reporter's."""
    own = {mail.from_address, *mail.recipients}
    for address in _candidates(mail, told):
        address = address.lower().rstrip(".")
        if address not in own and ADDRESS.fullmatch(address):
            yield address


def _candidates(mail: ParsedMail, told: str) -> Iterator[str]:
    yield from addresses(mail.head.all("x-failed-recipients"))
    yield from _NAMED.findall(told)
    yield from _detected(mail)
    yield from _LINE_OF_ITS_OWN.findall(told)
    if mail.returned:
        yield from addresses(mail.returned.all("to"))
    for line in _RETURNED_TO.findall(mail.text[:_LOOKED_AT]):
        yield from addresses([line])
    yield from ADDRESS.findall(told)


def _detected(mail: ParsedMail) -> list[str]:
    """What flufl.bounce finds in a report of ordinary size."""
    written = (part.get_payload() for part in bodies.parts(mail.message))
    if sum(len(each) for each in written if isinstance(each, str)) > _GIVEN_TO_DETECTORS:
        return []
    # It logs every detector that it tries, and a failing one with what it stumbled over.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        _, permanent = all_failures(mail.message)
    except Exception:  # its detectors meet mail as strange as ours
        return []
    return sorted(address.decode("ascii", "replace") for address in permanent)
