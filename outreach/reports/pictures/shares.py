"""Parts of a whole as bars: each row says how many of how many, and its bar how much that is."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from outreach.reports.pictures.drawing import Spec
from outreach.reports.pictures.picture import EMPTY, INK, LINE, STRONG, Picture, specification
from outreach.reports.wording import percent
from outreach.texts import count
from outreach.texts import gettext as _

_WIDTH = 400
_ROW = 46  # pixels: a line of words with its bar below it
_BAR = {"type": "bar", "height": 14, "yOffset": 10, "stroke": LINE, "strokeWidth": 1}
_WORDS = {"type": "text", "align": "left", "baseline": "middle", "dy": -10}


class Share(NamedTuple):
    """``base`` names what it is a part of, with a place for how many that is."""

    label: str
    part: int
    whole: int
    base: str

    @property
    def words(self) -> str:
        of = _(self.base, count=count(self.whole))
        return _("%(label)s: %(part)s of %(of)s", label=self.label, part=count(self.part), of=of)

    @property
    def cells(self) -> tuple[str | int, ...]:
        return self.label, self.part, self.whole, _(self.base, count="").strip()


def picture_of_shares(
    name: str, title: str, columns: tuple[str, str], shares: Sequence[Share]
) -> Picture | None:
    """``columns`` head the labels and the parts in its table. None where there are no shares."""
    if not shares:
        return None
    return Picture(
        name=name,
        title=title,
        says=f"{title}. {_('; ').join(share.words for share in shares)}.",
        columns=(*columns, _("Of how many"), _("Of what")),
        rows=tuple(share.cells for share in shares),
        spec=shares_spec(title, shares),
    )


def shares_spec(title: str, shares: Sequence[Share]) -> Spec:
    rows = [
        {"label": share.label, "share": share.part / share.whole, "whole": 1, "words": share.words}
        for share in shares
    ]
    y = {"field": "label", "type": "nominal", "sort": None, "axis": None}
    nought = {"datum": 0, "type": "quantitative"}
    layers = [
        {"mark": {**_BAR, "fill": EMPTY}, "encoding": {"x": _extent("whole")}},
        {"mark": {**_BAR, "fill": STRONG}, "encoding": {"x": _extent("share")}},
        {"mark": {**_WORDS, "color": INK}, "encoding": {"x": nought, "text": {"field": "words"}}},
    ]
    body = {
        "width": _WIDTH,
        "height": {"step": _ROW},
        "data": {"values": rows},
        "encoding": {"y": y},
        "layer": layers,
    }
    return specification(title, body)


def _extent(field: str) -> dict[str, object]:
    words = json.dumps([percent(share) for share in (0, 0.5, 1)], ensure_ascii=False)
    axis = {
        "values": [0, 0.5, 1],
        "labelExpr": f"{words}[2 * datum.value]",
        "title": None,
        "grid": False,
    }
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
