"""From the bytes of a text file to its text, whatever it was saved as."""

import re

from outreach.errors import InvalidInput
from outreach.texts import gettext as _

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufeff]")


def decode(content: bytes, name: str) -> str:
    """Tidied text. InvalidInput if the file is no text at all."""
    encodings = ("utf-16",) if content.startswith(_UTF_16_MARKS) else ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            text = tidy(content.decode(encoding))
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput(
        _("%(file)s is not a text file in a known encoding; save it as UTF-8.", file=name)
    )


def tidy(text: str) -> str:
    """Plain line ends, empty lines really empty, no tabs, no control characters but NUL."""
    text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text)).expandtabs(4)
    return "\n".join(line if line.strip() else "" for line in text.split("\n"))
