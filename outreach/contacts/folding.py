"""How words from outside are compared: headers, and names of states, languages and roles."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\W_]+")
_IGNORED = {"Mn", "Cf"}  # accents and vowel signs; marks of direction and joining
_TATWEEL = "\u0640"  # stretches an Arabic word and means nothing


def fold(text: str) -> str:
    """The text without case, accents and punctuation, its words one space apart."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    if not plain.isascii():
        kept = (c for c in plain if c != _TATWEEL and unicodedata.category(c) not in _IGNORED)
        plain = "".join(kept)
    return _SEPARATORS.sub(" ", plain).strip()
