"""The map: every state is there to be seen, told by colour and sign, and can be clicked."""

from collections import Counter
from itertools import combinations
from math import cos, hypot, radians
from xml.etree import ElementTree

import pytest

from outreach.contacts.states import MemberStates
from outreach.reports.pictures import drawing
from outreach.reports.pictures.finishing import clickable
from outreach.reports.pictures.signs import look_of
from outreach.reports.pictures.states import told
from outreach.reports.pictures.tiles import tile_grid
from outreach.reports.pictures.world import places, shapes, world_map
from outreach.reports.standing import Standing, StateStanding
from tests.reports.pictures import given

SVG = "{http://www.w3.org/2000/svg}"
STATES = given.states()
Marks = list[dict[str, str]]


@pytest.fixture(scope="module")
def svg() -> str:
    return drawing.svg(world_map(STATES).spec)


@pytest.fixture(scope="module")
def marks(svg: str) -> dict[str, Marks]:
    """What is drawn, by what it tells: shape, marker or sign."""
    found: dict[str, Marks] = {}
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if (title := path.find(f"{SVG}title")) is not None:
            found.setdefault(title.text or "", []).append(dict(path.attrib))
    return found


def codes() -> set[str]:
    return {shape["id"] for shape in shapes()["objects"]["shapes"]["geometries"] if "id" in shape}


def test_every_member_state_has_a_place_and_a_shape_or_a_marker(states: MemberStates) -> None:
    for state in states:
        place = places()[state.code]
        assert place.marked or state.code in codes()


def test_every_state_is_drawn_in_the_colour_of_its_standing(marks: dict[str, Marks]) -> None:
    assert set(marks) == {told(state) for state in STATES}
    for state in STATES:
        drawn = [mark for mark in marks[told(state)] if mark.get("fill") == look_of(state).paper]
        expected = (state.state in codes()) + places()[state.state].marked
        assert len(drawn) >= max(expected, 1)


def test_every_state_has_the_sign_of_its_standing(marks: dict[str, Marks]) -> None:
    for state in STATES:
        look = look_of(state)
        inks = [mark["stroke"] for mark in marks[told(state)] if mark["stroke-width"] == "1.3"]
        assert inks == ([look.ink] if look.sign else [])


def test_markers_do_not_cover_each_other() -> None:
    marked = {code: place for code, place in places().items() if place.marked}
    for (one, a), (other, b) in combinations(marked.items(), 2):
        across = (a.longitude - b.longitude) * cos(radians((a.latitude + b.latitude) / 2))
        # A marker is some three degrees wide; the map makes the north wider than it is.
        assert hypot(across, a.latitude - b.latitude) > 2.2, (one, other)


def test_land_that_is_no_member_state_is_grey_and_tells_nothing(svg: str) -> None:
    assert svg.count('fill="#ececec"') > 10
    assert "Greenland" not in svg
    alone = drawing.svg(world_map([a_state("FR")]).spec)
    assert alone.count("<title>") == 2  # its shape and its sign


def test_each_state_can_be_clicked_wherever_it_is_drawn(svg: str, marks: dict[str, Marks]) -> None:
    addresses = {told(state): f"/campaigns/x?who={state.state}" for state in STATES}
    root = ElementTree.fromstring(clickable(svg, addresses))
    links = Counter(link.get("href") for link in root.iter(f"{SVG}a"))
    assert links == {addresses[name]: len(them) for name, them in marks.items()}


def test_the_numbers_and_the_words_are_those_of_the_tiles() -> None:
    world, tiles = world_map(STATES), tile_grid(STATES)
    assert (world.columns, world.rows) == (tiles.columns, tiles.rows)
    assert world.says.removeprefix(world.title) == tiles.says.removeprefix(tiles.title)
    assert world.title == "The 193 states on the map"


def test_it_says_whose_borders_these_are(svg: str) -> None:
    assert "Borders as Natural Earth draws them" in svg


def test_a_state_without_a_place_is_in_words_and_numbers_only() -> None:
    picture = world_map([a_state("FR"), a_state("XX")])
    assert picture.rows == (("Sent", 2, "State of FR; State of XX"),)
    assert "State of XX" not in drawing.svg(picture.spec)


def a_state(code: str) -> StateStanding:
    return StateStanding(state=code, name=f"State of {code}", standing=Standing.sent)
