"""The tile grid: every state once, told by colour, by darkness and by sign."""

from collections import Counter
from itertools import combinations
from typing import Any

from outreach.contacts.states import MemberStates
from outreach.inbox.tables import Outcome
from outreach.reports.pictures.signs import LOOKS, Look, look_of
from outreach.reports.pictures.states import grouped
from outreach.reports.pictures.tiles import places, tile_grid
from outreach.reports.standing import Standing, StateStanding
from tests.reports.pictures import given


def brightness(colour: str) -> float:
    """Relative luminance, from 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def tiles_of(states: list[StateStanding]) -> list[dict[str, Any]]:
    grid, _ = tile_grid(states).spec["vconcat"]
    tiles: list[dict[str, Any]] = grid["data"]["values"]
    return tiles


def a_state(code: str = "FR", standing: Standing = Standing.sent) -> StateStanding:
    return StateStanding(state=code, name=f"State of {code}", standing=standing)


def test_every_member_state_has_one_tile_and_no_two_the_same(states: MemberStates) -> None:
    assert {state.code for state in states} <= set(places())
    assert max(Counter(places().values()).values()) == 1


def test_neighbours_stand_about_where_they_are() -> None:
    column, row = (lambda code: places()[code][0]), (lambda code: places()[code][1])
    assert column("PT") < column("DE") < column("UA") < column("KZ") < column("JP")
    assert row("NO") < row("IT") < row("LY") < row("CD") < row("ZA")
    assert column("CL") < column("AR") < column("AO") < column("AU")


def test_every_state_of_a_picture_is_in_it_once() -> None:
    codes = Counter(tile["code"] for tile in tiles_of(given.states()))
    assert codes == Counter(state.state for state in given.states())


def test_a_state_without_a_place_stands_below_the_others() -> None:
    tiles = tiles_of([*given.states(), a_state("XX"), a_state("XY")])
    at = {tile["code"]: (tile["x"], tile["y"]) for tile in tiles}
    assert len(set(at.values())) == len(at)
    assert at["XX"][1] == at["XY"][1] > max(y for code, (_, y) in at.items() if code[0] != "X")


def test_every_look_has_a_sign_of_its_own_so_that_colour_is_not_needed() -> None:
    assert len({(look.sign, look.filled) for look in LOOKS}) == len(LOOKS)
    assert {look_of(state) for state in given.states()} == set(LOOKS)


def test_letters_and_signs_can_be_read_on_their_tile() -> None:
    assert min(contrast(look.paper, look.ink) for look in LOOKS) >= 4.5


def test_the_further_a_state_is_the_darker_its_tile_also_without_colour() -> None:
    way = (Standing.not_written, Standing.sent, Standing.delivered, Standing.loaded)
    papers = [look_of(a_state(standing=one)).paper for one in (*way, Standing.replied)]
    assert all(contrast(one, other) > 1.2 for one, other in combinations(papers, 2))
    assert papers == sorted(papers, key=brightness, reverse=True)


def test_an_answer_with_the_outcome_none_looks_like_one_without() -> None:
    replied = a_state(standing=Standing.replied)
    none = replied.model_copy(update={"outcome": Outcome.none})
    assert look_of(replied) == look_of(none)
    supportive = replied.model_copy(update={"outcome": Outcome.supportive})
    assert look_of(supportive).label == "Replied: supportive"


def test_the_table_and_the_words_say_what_the_picture_shows() -> None:
    states = [a_state("FR"), a_state("DE"), a_state("TD", Standing.replied)]
    picture = tile_grid(states)
    assert picture.rows == (
        ("Sent", 2, "State of FR; State of DE"),
        ("Replied, no outcome", 1, "State of TD"),
    )
    assert picture.says == "Where the 3 states stand. Sent: 2; Replied, no outcome: 1."
    _, legend = picture.spec["vconcat"]
    labels = [line["label"] for line in legend["data"]["values"]]
    assert labels == ["Sent: 2", "Replied, no outcome: 1"]


def test_states_that_look_the_same_stand_together_in_the_order_of_the_way() -> None:
    groups: list[tuple[Look, list[StateStanding]]] = grouped(given.states())
    assert [look for look, _ in groups] == list(LOOKS)
    assert sum(len(them) for _, them in groups) == len(given.states())
