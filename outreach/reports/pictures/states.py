"""What the pictures of the states share: words and numbers, marks, and what each look means."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from outreach.reports.pictures.drawing import Spec
from outreach.reports.pictures.picture import LINE, Picture
from outreach.reports.pictures.signs import LOOKS, Look, look_of
from outreach.reports.standing import StateStanding
from outreach.texts import count
from outreach.texts import gettext as _

Datum = dict[str, Any]
Layer = dict[str, Any]

# A point as it is: solid, whole at the edge of the picture, and with what it tells.
SEEN = {"opacity": 1, "clip": False, "aria": True}
TILE = 28  # pixels
STEP = 32  # from one tile to the next


class Entry(NamedTuple):
    """One line of a legend."""

    look: Look
    label: str


def grouped(states: Sequence[StateStanding]) -> list[tuple[Look, list[StateStanding]]]:
    """The states that look the same together; what no state looks like is left out."""
    groups: defaultdict[Look, list[StateStanding]] = defaultdict(list)
    for state in states:
        groups[look_of(state)].append(state)
    return [(look, groups[look]) for look in LOOKS if look in groups]


def entries(states: Sequence[StateStanding]) -> list[Entry]:
    return [
        Entry(look, _("%(standing)s: %(states)s", standing=_(look.label), states=count(len(them))))
        for look, them in grouped(states)
    ]


def picture_of_states(
    name: str, title: str, states: Sequence[StateStanding], spec: Spec
) -> Picture:
    return Picture(
        name=name,
        title=title,
        says=says(title, states),
        columns=(_("Standing"), _("States"), _("Which")),
        rows=tuple(
            (_(look.label), len(them), _("; ").join(state.name for state in them))
            for look, them in grouped(states)
        ),
        spec=spec,
    )


def says(title: str, states: Sequence[StateStanding]) -> str:
    """What stands in the picture's place where it is not seen."""
    return f"{title}. {_('; ').join(entry.label for entry in entries(states))}."


def told(state: StateStanding) -> str:
    """What a mark tells whoever points at it."""
    return _("%(state)s: %(standing)s", state=state.name, standing=_(look_of(state).label))


def shown(look: Look) -> Datum:
    filling = look.ink if look.filled else "transparent"
    return {"paper": look.paper, "ink": look.ink, "sign": look.sign, "filling": filling}


def given(field: str) -> Layer:
    """A value that is a number of pixels, a colour or a shape already."""
    kind = "quantitative" if field in ("x", "y", "down", "size") else "nominal"
    return {"field": field, "type": kind, "scale": None, "axis": None, "legend": None}


def paper_layer(place: Layer) -> Layer:
    mark = {"type": "point", "shape": "square", "size": TILE**2, "stroke": LINE, **SEEN}
    return {"mark": mark, "encoding": {**place, "fill": given("paper")}}


def sign_layer(place: Layer, stroke_width: float = 2) -> Layer:
    mark = {"type": "point", "size": 90, "strokeWidth": stroke_width, **SEEN}
    looks = {"shape": given("sign"), "fill": given("filling"), "stroke": given("ink")}
    return {
        "transform": [{"filter": "datum.sign"}],
        "mark": mark,
        "encoding": {**place, **looks},
    }


def legend(listed: Sequence[Entry], *, columns: int, width: int) -> Layer:
    """Read down the columns."""
    rows = -(-len(listed) // columns)  # rounded up
    lines = [
        {
            **shown(entry.look),
            "label": entry.label,
            "x": width / columns * (number // rows) + STEP / 2,
            "y": STEP * (number % rows + 0.5),
        }
        for number, entry in enumerate(listed)
    ]
    place = {"x": given("x"), "y": given("y")}
    label = {"type": "text", "align": "left", "dx": 22, "fontSize": 17}
    words = {"mark": label, "encoding": {**place, "text": {"field": "label"}}}
    return {
        "width": width,
        "height": STEP * rows,
        "data": {"values": lines},
        "layer": [paper_layer(place), sign_layer(place), words],
    }
