"""The fields of a contact, each read from the text of one cell."""

import re
import unicodedata
from collections.abc import Mapping

from outreach.contacts.columns import OWN
from outreach.delivery.addresses import canonical
from outreach.errors import InvalidInput
from outreach.texts import count
from outreach.texts import gettext as _

DEFAULT_ORGANIZATION = "Permanent Mission"

_LIMITS: Mapping[str, int] = {
    "organization": 300,
    "role": 200,
    "title": 100,
    "salutation": 300,
    "given_name": 200,
    "family_name": 200,
    "name": 200,
}
_OWN_LIMIT = 2_000
_LIMIT = 1_000
_TAG_LIMIT = 60
_MOST_TAGS = 50
_BETWEEN_TAGS = re.compile(r"[;,|،؛、，]")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SLUG_LIMIT = 80
_SPREADSHEET_ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")  # left over from copying
_FORBIDDEN = {"Cc", "Cs"}  # control characters and halves of characters


def limit_of(field: str) -> int:
    return _OWN_LIMIT if field.startswith(OWN) else _LIMITS.get(field, _LIMIT)


def one_line(text: str, limit: int) -> str:
    """The text as one line: line breaks and runs of spaces become one space.

    Raises InvalidInput for what no cell should hold.
    """
    if len(text) > limit:
        raise InvalidInput(_("is longer than %(most)s characters", most=count(limit)))
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    line = " ".join(text.split())
    if not line.isprintable() and any(unicodedata.category(c) in _FORBIDDEN for c in line):
        raise InvalidInput(_("holds control characters"))
    if line in _SPREADSHEET_ERRORS:
        raise InvalidInput(_("holds a spreadsheet's error instead of a value"))
    return line


def read_address(text: str) -> str:
    """The canonical address; the reason of a refusal does not repeat any part of it."""
    if not text:
        raise InvalidInput(_("is empty"))
    try:
        return canonical(text)
    except InvalidInput as refused:
        reason = str(refused).partition(" (")[0]  # what stands in brackets quotes the domain
        raise InvalidInput(reason) from None


def read_organization(text: str) -> str:
    return text or DEFAULT_ORGANIZATION


def read_tags(text: str) -> list[str]:
    tags = list(dict.fromkeys(" ".join(part.split()) for part in _BETWEEN_TAGS.split(text)))
    tags = [tag for tag in tags if tag]
    if len(tags) > _MOST_TAGS or any(len(tag) > _TAG_LIMIT for tag in tags):
        most = {"most": _MOST_TAGS, "letters": _TAG_LIMIT}
        raise InvalidInput(
            _("holds more than %(most)s tags, or one over %(letters)s letters", **most)
        )
    return tags


def read_lists(text: str) -> list[str]:
    return [read_slug(name) for name in read_tags(text)]


def read_slug(text: str) -> str:
    """The name of a contact list, as schedules and commands write it."""
    if not _SLUG.fullmatch(text) or len(text) > _SLUG_LIMIT:
        raise InvalidInput(
            _(
                "is no name of a list: it takes small letters, digits, - and _, "
                "such as geneva-missions, %(most)s at most",
                most=_SLUG_LIMIT,
            )
        )
    return text
