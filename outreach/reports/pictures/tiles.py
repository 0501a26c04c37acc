"""The states as tiles of one size, each at about its place: the small ones are seen as well.

``tiles.csv`` says where: our own arrangement, which takes no side in any border. It also has
places for members of the United Nations and observers that an organizer's own file may name.
"""

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path

from outreach.reports.pictures.drawing import Spec
from outreach.reports.pictures.picture import Picture, specification
from outreach.reports.pictures.signs import look_of
from outreach.reports.pictures.states import (
    STEP,
    Datum,
    Layer,
    entries,
    given,
    legend,
    paper_layer,
    picture_of_states,
    shown,
    sign_layer,
    told,
)
from outreach.reports.standing import StateStanding
from outreach.texts import ngettext

_DOWN = 7  # the sign below the letters
_LEGEND_WIDTH = 22 * STEP
_LEGEND_COLUMNS = 2

Place = tuple[int, int]  # column and row
Places = dict[str, Place]


def tile_grid(states: Sequence[StateStanding]) -> Picture:
    title = grid_title(states)
    return picture_of_states("states", title, states, _spec(title, states))


def grid_title(states: Sequence[StateStanding]) -> str:
    return ngettext("Where %(num)s state stands", "Where the %(num)s states stand", len(states))


@lru_cache(maxsize=1)
def places() -> Places:
    """Column and row of each state's tile, from the upper left."""
    with (Path(__file__).parent / "tiles.csv").open(encoding="utf-8", newline="") as file:
        return {row["state"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}


def _spec(title: str, states: Sequence[StateStanding]) -> Spec:
    at = _placed(state.state for state in states)
    columns, rows = (max(numbers) + 1 for numbers in zip(*at.values(), strict=True))
    grid = {
        "width": STEP * columns,
        "height": STEP * rows,
        "data": {"values": [_tile(state, at[state.state]) for state in states]},
        "layer": _layers(),
    }
    below = legend(entries(states), columns=_LEGEND_COLUMNS, width=_LEGEND_WIDTH)
    return specification(title, {"vconcat": [grid, below], "spacing": STEP}, title_size=20)


def _placed(codes: Iterable[str]) -> Places:
    """What has no place of its own stands in a row below the others."""
    below = max(row for _, row in places().values()) + 2
    free = count()
    return {code: places().get(code) or (next(free), below) for code in codes}


def _tile(state: StateStanding, place: Place) -> Datum:
    x, y = (STEP * (number + 0.5) for number in place)
    code = {"code": state.state, "told": told(state)}
    return {**shown(look_of(state)), **code, "x": x, "y": y, "down": y + _DOWN}


def _layers() -> list[Layer]:
    place = {"x": given("x"), "y": given("y"), "description": given("told")}
    code = {"type": "text", "dy": -6, "fontSize": 14, "fontWeight": "bold"}
    words = {"text": {"field": "code"}, "color": given("ink")}
    return [
        paper_layer(place),
        {"mark": code, "encoding": {"x": given("x"), "y": given("y"), **words}},
        sign_layer({**place, "y": given("down")}),
    ]
