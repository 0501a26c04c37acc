"""Mail headers as they go over the wire: every value one line, folded at its spaces only.

The standard library folds by itself, but it hides long links in encoded words, and in some
versions it loses the quotes of a name that it encodes. So names and subjects are encoded here
(RFC 2047) and the library is told to leave every header as it was written.
"""

import re
from email.header import Header
from email.policy import SMTPUTF8, EmailPolicy

from outreach.errors import InvalidInput

_LINE = 78  # octets, as RFC 5322 advises
_LONGEST_WORD = 60

_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f-\x9f@<>()\[\],;:\\\"]+@[A-Za-z0-9.-]+")


class AsWritten(str):
    """A header that is sent as its value stands; only lines that are too long are broken."""

    name: str
    max_count = 1
    defects = ()

    def __new__(cls, name: str, value: str) -> "AsWritten":
        header = super().__new__(cls, value)
        header.name = name
        return header

    def __class_getitem__(cls, name: str) -> "type[AsWritten]":
        return cls  # a policy asks its header factory by name how often a header may stand

    def fold(self, *, policy: EmailPolicy) -> str:
        first, *words = self.split(" ")
        # The first word stays beside the name: a line of white space alone is obsolete.
        lines = [f"{self.name}: {first}"]
        for word in words:
            if len(lines[-1]) + 1 + len(word) > _LINE:
                lines.append("")
            lines[-1] += f" {word}"
        return policy.linesep.join(lines) + policy.linesep


# Bodies in seven bits; only an address that needs SMTPUTF8 brings others into a header.
WIRE = SMTPUTF8.clone(cte_type="7bit", header_factory=AsWritten)


def one_line(text: str) -> str:
    """Line ends and control characters folded to single spaces: none can end a header."""
    return _BREAKS.sub(" ", text).strip(" ")


def unstructured(name: str, text: str) -> str:
    """The value of a header of free text, like Subject."""
    text = one_line(text)
    return text if _is_plain(text) else _encoded(name, text)


def mailbox(name: str, display_name: str, address: str) -> str:
    """The value of a header that names one mailbox, like To; an unusable address raises."""
    if not _MAILBOX.fullmatch(address):
        raise InvalidInput(f"The address for {name} cannot stand in a mail.")
    display_name = one_line(display_name)
    if not display_name:
        return address
    if not _is_plain(display_name):
        return f"{_encoded(name, display_name)} <{address}>"
    if not _ATOMS.fullmatch(display_name):
        display_name = '"' + re.sub(r'(["\\])', r"\\\1", display_name) + '"'
    return f"{display_name} <{address}>"


def _is_plain(text: str) -> bool:
    longest = max(map(len, text.split(" ")))
    return text.isascii() and "=?" not in text and longest <= _LONGEST_WORD


def _encoded(name: str, text: str) -> str:
    return " ".join(Header(text, "utf-8", header_name=name, maxlinelen=76).encode().split())
