"""What a picture is: drawn for who sees it, and the same in words and numbers for who does not."""

from dataclasses import dataclass
from typing import Any

from outreach.reports.pictures.drawing import Spec

Row = tuple[str | int, ...]

INK = "#1c1c1c"
STRONG = "#0b3d66"  # dark enough to be told from white paper without its colour
EMPTY = "#ffffff"
LINE = "#767676"


@dataclass(frozen=True)
class Picture:
    """``name`` stands in addresses; ``says`` replaces the picture where it is not seen.

    ``rows`` hold its numbers, each with as many cells as there are ``columns``.
    """

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    spec: Spec


def specification(
    title: str, body: dict[str, Any], *, title_size: int = 15, subtitle: str = ""
) -> Spec:
    """The whole of a specification: on white also where the page is dark, in the bundled fonts."""
    font = "Noto Sans, Arial, sans-serif"  # a browser that draws the SVG may have others
    head = {"text": title, "anchor": "start", "fontSize": title_size, "color": INK}
    below = {"subtitle": subtitle, "subtitleFontSize": 14, "subtitleColor": INK} if subtitle else {}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": EMPTY,
        "padding": 12,
        "title": {**head, **below},
        "config": {
            "font": font,
            "aria": False,  # what it says stands beside it, and not at every mark
            "view": {"stroke": None},
            "axis": {"labelColor": INK, "labelFontSize": 12, "domainColor": LINE},
            "text": {"color": INK, "fontSize": 13},
        },
        **body,
    }
