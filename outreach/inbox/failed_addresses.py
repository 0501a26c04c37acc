"""Which address a report without parts for machines is about, by its text and what it returns."""

import logging
import re
from collections.abc import Iterator

from flufl.bounce import all_failures

from outreach.inbox import bodies
from outreach.inbox.heads import ADDRESS, addresses
from outreach.inbox.parsing import ParsedMail

_LOOKED_AT = 20_000  # characters
_MOST_GROUPS_DETECTED = 200
_GIVEN_TO_DETECTORS = 64_000  # they try a hundred patterns on every line
_LONGEST_LINE = 2_000  # characters; some of the patterns take the square of them

_NAMED = re.compile(
    r"(?:final-recipient|original-recipient|x-failed-recipients|failed recipient|failed address"
    r"|recipient address|error-for|rcpt to|recipient|intended for|intended recipient)"
    r"\s{0,4}:\s{0,20}(?:rfc822\s{0,4};\s{0,20})?<?([^\s<>,;]{1,64}@[^\s<>,;]{1,255})",
    re.I,
)
_LINE_OF_ITS_OWN = re.compile(
    r"^[ \t*\-•]*<?([^\s<>,;:()\[\]]{1,64}@[^\s<>,;:()\[\]]{1,255})>?[ \t]*(?:[:(\[].*)?$",
    re.M,
)
_SENT_BY = re.compile(
    r"^[> \t]*(?:message |mail |e-?mail |original )?(?:from|sender|sent by)[ \t]*:(.{1,500})$",
    re.M | re.I,
)
_EAST_ASIAN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+")
_RETURNED_TO = re.compile(r"^[> \t]*To:(.{1,500})$", re.M | re.I)


def find(mail: ParsedMail, told: str) -> Iterator[str]:
    """Addresses that a report may be about, the surest first; never our own or the reporter's."""
    own = {mail.from_address, *mail.recipients, *_senders(mail)}
    for address in _candidates(mail, told):
        address = _unglued(address.lower()).strip("'\"()[]. ")
        if address not in own and ADDRESS.fullmatch(address):
            yield address


def _senders(mail: ParsedMail) -> Iterator[str]:
    """Who wrote what is returned: that was us."""
    yield from addresses(mail.returned.all("from") if mail.returned else [])
    for line in _SENT_BY.findall(mail.text[:_LOOKED_AT]):
        # The first only: where lines were lost, the recipient's field stands on it too.
        if address := ADDRESS.search(line):
            yield address[0].lower()


def _unglued(address: str) -> str:
    """Without words of scripts that set no space before or behind an address."""
    pieces = _EAST_ASIAN.split(address)
    return next((piece for piece in pieces if ADDRESS.fullmatch(piece.strip("'\"()[]. "))), address)


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
    parts = list(bodies.parts(mail.message))
    groups = sum(len(bodies.children(part)) for part in parts if part.is_multipart())
    letters = sum(len(bodies.content(part)) for part in parts if groups < _MOST_GROUPS_DETECTED)
    if letters > _GIVEN_TO_DETECTORS or groups > _MOST_GROUPS_DETECTED:
        return []
    # It logs every detector that it tries, and a failing one with what it stumbled over.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        if max(map(_longest_line, parts), default=0) > _LONGEST_LINE:
            return []
        _, permanent = all_failures(mail.message)
    except Exception:  # they and the standard library meet mail as strange as ours
        return []
    return sorted(address.decode("ascii", "replace") for address in permanent)


def _longest_line(part: bodies.Part) -> int:
    """As the detectors see it: of text that is decoded, of all else as it stands there."""
    is_read = part.is_multipart() or part.get_content_maintype() == "text"
    seen = bodies.content(part) if is_read else str(part.get_payload())
    return max(map(len, seen.splitlines()), default=0)


def are_listed(mail: ParsedMail, told: str) -> bool:
    """Whether an address stands there as in a report, and not in a sentence."""
    return bool(mail.returned or _NAMED.search(told) or _LINE_OF_ITS_OWN.search(told))
