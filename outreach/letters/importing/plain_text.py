"""Reads text files: Markdown as it is, plain text with what Markdown would misread shielded."""

import re
from collections.abc import Callable
from itertools import pairwise

from outreach.letters.importing.footnotes import SUPERSCRIPTS, Manuscript, reattach

_ADDRESS = re.compile(r"https?://[^\s<>]+")
_BARE = re.compile(
    r"(?<!\]\()(?<![<\w/=])https?://[^\s<>\[\]{}|\\^`⁰¹²³⁴⁵⁶⁷⁸⁹，。；：！？、）」』》”’»]+"
)

_BULLET = re.compile(r"^(\s*)[•●▪◦‣·]\s+", re.MULTILINE)
# Addresses in <>, and what is shielded already, stay as they are: the first two alternatives.
_MISREAD = re.compile(
    r"<(?:[a-z]+:|[^<>\s]+@)[^<>\s]*>|\\[^\w\s]"
    r"|`|&(?=#?\w+;)|!(?=\[)|<(?=[/a-zA-Z])|(?<=\])\((?!https?:|mailto:)"
)
# A definition of Markdown's vanishes from the text; only its footnotes have a use for it.
_DEFINITION = re.compile(r"^((?:[ >]|[-*+] |\d{1,9}[.)] )*)(?=\[[^\]\n]+\]:)", re.MULTILINE)
_OWN_LINE = re.compile(r"\s*(?:(?:[-*+>]|#{1,6}|\d{1,9}[.)]|\[\^\S+\]:)\s|[-*_]{3,}\s*$|$)")

_NARROWEST = 45  # characters; no letter is typed in a narrower column

_BRACKET_NOTE = re.compile(r"^\s*\[(\d{1,3})\]:?(?=\s+\S)", re.MULTILINE)
_BRACKET_MARK = re.compile(r"(?<=[^\s\]]) ?\[(\d{1,3})\](?![(:\[])")


def read_markdown(text: str) -> Manuscript:
    return reattach(with_links(text))


def read_text(text: str) -> Manuscript:
    """Plain text as people write it: emphasis and lists are understood, code and HTML are not."""
    text = with_links(_with_raised_brackets(_BULLET.sub(r"\1- ", text)), _shielded)
    return reattach(_DEFINITION.sub(_undefined, text))._replace(wrapped=True)


def with_links(text: str, between: Callable[[str], str] = str) -> str:
    """Bare addresses become links; what stands between them goes through ``between``."""
    pieces: list[str] = []
    place = 0
    for found in _BARE.finditer(text):
        address = _without_punctuation(found[0])
        pieces += [between(text[place : found.start()]), f"<{address}>"]
        place = found.start() + len(address)
    pieces.append(between(text[place:]))
    return _ADDRESS.sub(_without_braces, "".join(pieces))


def with_breaks(text: str) -> str:
    """Keeps the line ends that were meant: where the next word would still have fitted the line."""
    lines = text.split("\n")
    pairs = [pair for pair in pairwise(lines) if all(pair)]
    width = max([len(line) for line, _ in pairs] + [_NARROWEST])
    broken = [
        line + "\\" if _is_meant(line, following, width) else line
        for line, following in pairwise(lines)
    ]
    return "\n".join([*broken, lines[-1]])


def _is_meant(line: str, following: str, width: int) -> bool:
    if not line or _OWN_LINE.match(following) or _OWN_LINE.fullmatch(line):
        return False
    return len(line) + 1 + len(following.split()[0]) <= width


def _shielded(text: str) -> str:
    return _MISREAD.sub(lambda found: ("" if len(found[0]) > 1 else "\\") + found[0], text)


def _undefined(definition: re.Match[str]) -> str:
    is_note = definition.string.startswith("[^", definition.end())
    return definition[1] if is_note and not definition[1].strip() else definition[1] + "\\"


def _without_braces(address: re.Match[str]) -> str:
    return address[0].replace("{", "%7B").replace("}", "%7D")


def _without_punctuation(address: str) -> str:
    """What follows an address in a sentence is no part of it."""
    while address[-1] in ".,;:!?'\"*_" or _closes_nothing(address):
        address = address[:-1]
    return address


def _closes_nothing(address: str) -> bool:
    return any(
        address.endswith(closing) and address.count(closing) > address.count(opening)
        for opening, closing in ("()", "[]")
    )


def _with_raised_brackets(text: str) -> str:
    """[1] becomes ¹ where a line that begins with [1] is a note and the text has its mark."""
    both = set(_BRACKET_NOTE.findall(text)) & set(_BRACKET_MARK.findall(text))

    def raised(found: re.Match[str]) -> str:
        return found[1].translate(SUPERSCRIPTS) if found[1] in both else found[0]

    text = _BRACKET_NOTE.sub(raised, text)
    return _BRACKET_MARK.sub(raised, text)
