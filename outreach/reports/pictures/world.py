"""The states on a map of the world: those too small to be seen have a disc as a marker.

``world.json`` has the shapes and ``world.csv`` the places of signs and discs; ``world.md`` says
where they come from, and whose borders these are.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from outreach.reports.pictures.drawing import Spec
from outreach.reports.pictures.picture import INK, LINE, Picture, specification
from outreach.reports.pictures.signs import Look, look_of
from outreach.reports.pictures.states import (
    SEEN,
    STEP,
    Datum,
    Entry,
    Layer,
    entries,
    given,
    legend,
    picture_of_states,
    shown,
    sign_layer,
    told,
)
from outreach.reports.standing import StateStanding
from outreach.texts import gettext as _
from outreach.texts import mark, ngettext

_HERE = Path(__file__).parent
_WIDTH, _HEIGHT = 1000, 432
# Cut in the Bering Strait, where no state is cut in two; moved up by the Antarctic left out.
_PROJECTION = {"type": "naturalEarth1", "rotate": [-11, 0], "scale": 182.8, "translate": [500, 252]}
_ROOM = 2.85  # pixels around its middle that a state needs to show its sign by itself
_SIGNS = (2.4, 6.0)  # pixels from the middle of the smallest and of the largest
_DISC = 92  # square pixels
_LAND = Look(mark("Not a member state"), "#ececec", INK, "")
_LEGEND_COLUMNS = 3
_BORDERS = mark("Borders as Natural Earth draws them; they take no side in any dispute.")


class Place(NamedTuple):
    """Of a state's sign; ``room`` is how far its border is from there, in pixels of the map."""

    longitude: float
    latitude: float
    room: float

    @property
    def marked(self) -> bool:
        return self.room < _ROOM

    @property
    def sign_size(self) -> float:
        """Square pixels; some of the state's colour is to be seen around it."""
        smallest, largest = _SIGNS
        return (2 * min(max(0.8 * self.room, smallest), largest)) ** 2


def world_map(states: Sequence[StateStanding]) -> Picture:
    """What has no place on the map is in its words and numbers only."""
    title = map_title(states)
    return picture_of_states("world", title, states, _spec(title, states))


def map_title(states: Sequence[StateStanding]) -> str:
    return ngettext("%(num)s state on the map", "The %(num)s states on the map", len(states))


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    with (_HERE / "world.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["state"]: Place(*(float(row[name]) for name in Place._fields))
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=1)
def shapes() -> dict[str, Any]:
    """TopoJSON; a shape's id is its ISO 3166-1 alpha-2 code."""
    topology: dict[str, Any] = json.loads((_HERE / "world.json").read_text(encoding="utf-8"))
    return topology


def _spec(title: str, states: Sequence[StateStanding]) -> Spec:
    land = {
        "width": _WIDTH,
        "height": _HEIGHT,
        "projection": _PROJECTION,
        "layer": [*_shape_layers(states), *_point_layers(list(_points(states)))],
    }
    listed = [*entries(states), Entry(_LAND, _(_LAND.label))]
    below = legend(listed, columns=_LEGEND_COLUMNS, width=_WIDTH)
    body = {"vconcat": [land, below], "spacing": STEP / 2}
    return specification(title, body, title_size=20, subtitle=_(_BORDERS))


def _shape_layers(states: Sequence[StateStanding]) -> list[Layer]:
    rows = [
        {"state": state.state, "paper": look_of(state).paper, "told": told(state)}
        for state in states
    ]
    found = {"data": {"values": rows}, "key": "state", "fields": ["paper", "told"]}
    shape = {"type": "geoshape", "stroke": LINE, "strokeWidth": 0.6}
    looks = {"fill": given("paper"), "description": given("told")}
    return [
        {
            "data": {"values": shapes(), "format": {"type": "topojson", "feature": "shapes"}},
            "transform": [{"lookup": "id", "from": found}],
            "layer": [
                {
                    "transform": [{"filter": "!datum.paper"}],
                    "mark": {**shape, "fill": _LAND.paper, "clip": False},
                },
                {
                    "transform": [{"filter": "datum.paper"}],
                    "mark": {**shape, **SEEN},
                    "encoding": looks,
                },
            ],
        }
    ]


def _points(states: Sequence[StateStanding]) -> Iterator[Datum]:
    for state in states:
        if place := places().get(state.state):
            where = {"longitude": place.longitude, "latitude": place.latitude}
            marks = {"marked": place.marked, "size": place.sign_size, "told": told(state)}
            yield {**shown(look_of(state)), **where, **marks}


def _point_layers(points: list[Datum]) -> list[Layer]:
    place = {
        "longitude": {"field": "longitude", "type": "quantitative"},
        "latitude": {"field": "latitude", "type": "quantitative"},
        "description": given("told"),
    }
    disc = {"type": "point", "shape": "circle", "size": _DISC, "stroke": INK, "strokeWidth": 0.8}
    marker = {
        "transform": [{"filter": "datum.marked"}],
        "mark": {**disc, **SEEN},
        "encoding": {**place, "fill": given("paper")},
    }
    signs = sign_layer({**place, "size": given("size")}, stroke_width=1.3)
    return [{"data": {"values": points}, "layer": [marker, signs]}]
