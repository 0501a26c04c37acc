"""What an SVG gets once Vega has drawn it: fewer bytes, tooltips, and links where they are asked.

Vega writes one element after the other, always with its attributes in the same order, so that
patterns find them; its own links would lead through an address that VlConvert puts before them.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from itertools import pairwise

_DEFAULTS = re.compile(r' (?:opacity="1"|transform="translate\(0,0\)")')
_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_FINER = re.compile(r"(\.\d)\d+")  # than a tenth of a pixel
_LINES = re.compile(r"M([-\d.]+,[-\d.]+(?:L[-\d.]+,[-\d.]+)+)")
_MARK = re.compile(
    r'<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*)/>'
)
_TOLD = re.compile(r"<path[^>]*><title>([^<]*)</title></path>")
_SIZE = re.compile(r' width="\d+" height="\d+"(?= viewBox)')


def finished(drawn: str) -> str:
    """Vega's descriptions as titles, which browsers show to whoever points at a mark."""
    coarse = _PLACES.sub(_coarse, _DEFAULTS.sub("", drawn))
    return _MARK.sub(r"<path\2><title>\1</title></path>", coarse)


def _coarse(places: re.Match[str]) -> str:
    return _FINER.sub(r"\1", _LINES.sub(_steps, places[0]))


def _steps(lines: re.Match[str]) -> str:
    """From point to point: a step takes fewer digits than a place."""
    points = [[round(float(part) * 10) for part in at.split(",")] for at in lines[1].split("L")]
    steps = ((x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(points))
    first, *others = (f"{x / 10:g},{y / 10:g}" for x, y in [points[0], *steps])
    return f"M{first}l{' '.join(others)}"


def clickable(drawn: str, addresses: Mapping[str, str]) -> str:
    """As wide as its frame; a mark leads where the address for its title does.

    It is passed over by the keyboard: beside it stands a table with the same links.
    """

    def linked(mark: re.Match[str]) -> str:
        address = addresses.get(unescape(mark[1]))
        if address is None:
            return mark[0]
        return f'<a href="{escape(address)}" target="_top" tabindex="-1">{mark[0]}</a>'

    return _TOLD.sub(linked, _SIZE.sub("", drawn, count=1))
