"""Mail addresses in the one form in which they are stored and compared."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.texts import mark, retold

_PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*", re.ASCII)  # local parts beyond doubt
_LONGEST_PLAIN = 254
_LONGEST_LOCAL = 64
_IN_TEXT = re.compile(r"[^\s<>'\"(]+@[^\s<>'\")]+")
_ERASED = "erased:"  # no address can hold a colon here
_LONGEST = 320  # 64 octets, an at sign and 255 octets; what is longer need not be looked at


def canonical(address: str) -> str:
    """The address in lower case with its domain in A-labels; raises InvalidInput with the reason.

    RFC 5321 lets a local part depend on case, but no receiver in use does, and people type one
    mailbox in many ways. A local part outside ASCII is kept (RFC 6531).
    """
    address = address.strip()
    local, __, host = address.lower().rpartition("@")
    if len(address) <= _LONGEST_PLAIN and len(local) <= _LONGEST_LOCAL and _PLAIN.fullmatch(local):
        return f"{local}@{_checked_domain(host)}"
    return _checked(address)


def _checked(address: str) -> str:
    if len(address) > _LONGEST:
        raise InvalidInput(_("The email address is too long."))
    try:
        checked = validate_email(address, strict=True, check_deliverability=False)
    except EmailNotValidError as problem:
        raise InvalidInput(retold(str(problem))) from None
    local = unicodedata.normalize("NFC", checked.local_part.lower())
    return f"{local}@{(checked.ascii_domain or checked.domain).lower()}"


@lru_cache(maxsize=4096)
def _checked_domain(host: str) -> str:
    """Most of a check goes into the domain, and a list has few domains beside its addresses."""
    return _checked(f"a@{host}").removeprefix("a@")


# As email-validator says them, of what people get wrong.
_THEIRS = (
    mark("An email address must have an @-sign."),
    mark("There must be something before the @-sign."),
    mark("There must be something after the @-sign."),
    mark("The part after the @-sign is not valid. It should have a period."),
    mark("The part after the @-sign is not valid. It is not within a valid top-level domain."),
    mark("The part after the @-sign contains invalid characters: %(letters)s."),
    mark("The email address contains invalid characters before the @-sign: %(letters)s."),
    mark("An email address cannot have a period immediately after the @-sign."),
    mark("An email address cannot have a period immediately before the @-sign."),
    mark("An email address cannot start with a period."),
    mark("An email address cannot end with a period."),
    mark("An email address cannot have two periods in a row."),
)


def erased(key: str) -> str:
    """What stands in an address's place once its owner was erased."""
    return f"{_ERASED}{key}"


def is_erased(address: str) -> bool:
    return address.startswith(_ERASED)


def domain(address: str) -> str:
    return address.rpartition("@")[2]


def without_addresses(text: str) -> str:
    """A server's answer without the people in it."""
    return _IN_TEXT.sub("[address]", text)
