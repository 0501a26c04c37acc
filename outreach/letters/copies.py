"""The copy that one person reads: a skeleton with that person's values in their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from outreach.errors import InvalidInput
from outreach.letters.markers import ANY, OPEN_IMAGE, UNSUBSCRIBE, one_line
from outreach.letters.tables import Skeleton
from outreach.texts import gettext as _

# Where `values` puts what goes into each mark; the slots follow.
_PLACES = {UNSUBSCRIBE: 0, OPEN_IMAGE: 1}


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


@dataclass(frozen=True)
class Values:
    """What goes into a skeleton's places: as plain text, and as HTML. Both have the same order."""

    plain: Sequence[str]
    marked: Sequence[str]


def values(slots: Sequence[str], links: Links) -> Values:
    image = _image(links.open_url) if links.open_url else ""
    return Values(
        plain=[links.unsubscribe_url, "", *slots],
        marked=[escape(links.unsubscribe_url), image, *map(escape, slots)],
    )


def fill(skeleton: Skeleton, values: Values) -> Copy:
    """Each place is filled in one pass: what a value says is never looked at again."""
    subject, text, html = _parts(skeleton.subject, skeleton.text, skeleton.html)
    try:
        return Copy(
            subject=one_line(_joined(subject, values.plain)),
            text=_joined(text, values.plain),
            html=_joined(html, values.marked),
            language=skeleton.language,
        )
    except IndexError:
        raise InvalidInput(_("A skeleton has more places than its copy has values.")) from None


def _image(url: str) -> str:
    return f'<img src="{escape(url)}" width="1" height="1" alt="">'


_Parts = tuple[tuple[str, ...], tuple[int, ...]]  # the text between the places, and what goes there


@lru_cache(maxsize=256)
def _parts(*texts: str) -> list[_Parts]:
    """Each text cut at its marks, once for all the copies that share it."""
    return [_cut(text) for text in texts]


def _cut(text: str) -> _Parts:
    between, places, end = [], [], 0
    for match in ANY.finditer(text):
        between.append(text[end : match.start()])
        places.append(int(match[1]) + len(_PLACES) if match[1] else _PLACES[match[0]])
        end = match.end()
    return (*between, text[end:]), tuple(places)


def _joined(parts: _Parts, values: Sequence[str]) -> str:
    between, places = parts
    filled = [*between, *between[1:]]
    filled[::2] = between
    filled[1::2] = [values[place] for place in places]
    return "".join(filled)
