"""The marks that hold the place of values in a skeleton, and what a value may look like.

Letters and digits only, so that Markdown, URL normalisation and css-inline leave them as they are.
"""

import re

RESERVED = "zq7"  # no source may contain it
UNSUBSCRIBE = f"{RESERVED}unsubscribeqz"
OPEN_IMAGE = f"{RESERVED}openqz"

SLOT = re.compile(rf"{RESERVED}slot(\d+)qz")
ANY = re.compile(rf"{RESERVED}(?:slot(\d+)|unsubscribe|open)qz")

# Control characters and line ends; the characters that turn the direction of whatever follows.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSAFE = re.compile(r"[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def slot(number: int) -> str:
    return f"{RESERVED}slot{number}qz"


def one_line(value: object) -> str:
    """``value`` as one line of text that can neither break a line nor turn its direction."""
    text = str(value)
    if text.isprintable():
        return text.strip()
    return _UNSAFE.sub("", _BREAKS.sub(" ", text)).strip()
