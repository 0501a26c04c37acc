"""Mail headers as they go over the wire: every value one line, folded at its spaces only.

Written here and not by the standard library: that hides long links in encoded words, loses the
quotes of a name that it encodes in some versions, and takes most of the time a mail takes.
"""

import re
from binascii import b2a_base64
from functools import lru_cache

from outreach.errors import InvalidInput

_LINE = 76  # octets, where an encoded word is in it (RFC 2047); RFC 5322 advises 78
_LONGEST_WORD = 60
_WORD = "=?utf-8?b?{}?="
_WORD_BYTES = 45  # of text in an encoded word, which may be 75 long

_BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f-\x9f@<>()\[\],;:\\\"]+@[A-Za-z0-9.-]+")


def folded(name: str, value: str) -> str:
    """The header with its lines ended by CRLF; a value that is one long word stays one line."""
    line = f"{name}: {value}"
    if len(line) <= _LINE:
        return f"{line}\r\n"
    first, *words = value.split(" ")
    # The first word stays beside the name: a line of white space alone is obsolete.
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def one_line(text: str) -> str:
    """Line ends and control characters folded to single spaces: none can end a header."""
    return _BREAKS.sub(" ", text).strip(" ")


def unstructured(name: str, text: str) -> str:
    """The value of a header of free text, like Subject."""
    text = one_line(text)
    return text if _is_plain(text) else _encoded(name, text)


@lru_cache(maxsize=2048)  # one sender for all, and each recipient is looked at twice
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
    """Encoded words (RFC 2047), each of whole characters; the first has the name beside it."""
    data, words, begin = text.encode(), [], 0
    room = _WORD_BYTES - 3 * -(-(len(name) + 1) // 4)
    while begin < len(data):
        end = begin + room
        while end < len(data) and data[end] & 0xC0 == 0x80:  # amid a character
            end -= 1
        words.append(_WORD.format(b2a_base64(data[begin:end], newline=False).decode()))
        begin, room = end, _WORD_BYTES
    return " ".join(words)
