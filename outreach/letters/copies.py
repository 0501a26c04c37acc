"""The copy that one person reads: a skeleton with that person's values in their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from outreach.errors import InvalidInput
from outreach.letters.markers import ANY, OPEN_IMAGE, UNSUBSCRIBE, one_line
from outreach.letters.tables import Skeleton


@dataclass(frozen=True)
class Links:
    unsubscribe_url: str
    open_url: str | None = None  # None: the copy holds no image


@dataclass(frozen=True)
class Copy:
    subject: str
    text: str
    html: str
    language: str


def fill(skeleton: Skeleton, slots: Sequence[str], links: Links) -> Copy:
    """Each place is filled in one pass: what a value says is never looked at again."""
    image = _image(links.open_url) if links.open_url else ""
    plain = {UNSUBSCRIBE: links.unsubscribe_url, OPEN_IMAGE: ""}
    marked = {UNSUBSCRIBE: escape(links.unsubscribe_url), OPEN_IMAGE: image}
    escaped = [escape(value) for value in slots]
    return Copy(
        subject=one_line(_filled(skeleton.subject, slots, plain)),
        text=_filled(skeleton.text, slots, plain),
        html=_filled(skeleton.html, escaped, marked),
        language=skeleton.language,
    )


def _filled(text: str, slots: Sequence[str], system: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return slots[int(match[1])] if match[1] else system[match[0]]

    try:
        return ANY.sub(value, text)
    except IndexError:
        raise InvalidInput("A skeleton has more places than its copy has values.") from None


def _image(url: str) -> str:
    return f'<img src="{escape(url)}" width="1" height="1" alt="">'
