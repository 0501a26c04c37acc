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

_NAMED = re.compile(
    r"(?:final-recipient|original-recipient|x-failed-recipients|failed recipient|failed address"
    r"|recipient address|error-for|rcpt to|recipient)"
    r"\s{0,4}:\s{0,20}(?:rfc822\s{0,4};\s{0,20})?<?([^\s<>,;]{1,64}@[^\s<>,;]{1,255})",
    re.I,
)
_LINE_OF_ITS_OWN = re.compile(
    r"^[ \t*\-•]*<?([^\s<>,;:()\[\]]{1,64}@[^\s<>,;:()\[\]]{1,255})>?[ \t]*(?:[:(\[].*)?$",
    re.M,
)
_RETURNED_TO = re.compile(r"^[> \t]*To:(.{1,500})$", re.M | re.I)


def find(mail: ParsedMail, told: str) -> Iterator[str]:
    """Addresses that a report may be about, the surest first; never our own or the reporter's."""
    own = {mail.from_address, *mail.recipients}
    for address in _candidates(mail, told):
        address = address.lower().strip("'\"()[]. ")
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
    parts = list(bodies.parts(mail.message))
    groups = sum(len(bodies.children(part)) for part in parts if part.is_multipart())
    letters = sum(len(bodies.content(part)) for part in parts if groups < _MOST_GROUPS_DETECTED)
    if letters > _GIVEN_TO_DETECTORS or groups > _MOST_GROUPS_DETECTED:
        return []
    # It logs every detector that it tries, and a failing one with what it stumbled over.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)
    try:
        _, permanent = all_failures(mail.message)
    except Exception:  # its detectors meet mail as strange as ours
        return []
    return sorted(address.decode("ascii", "replace") for address in permanent)


def are_listed(mail: ParsedMail, told: str) -> bool:
    """Whether an address stands there as in a report, and not in a sentence."""
    return bool(mail.returned or _NAMED.search(told) or _LINE_OF_ITS_OWN.search(told))
