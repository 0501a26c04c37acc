"""Values for the pictures, made up: every look, and numbers of every size."""

from datetime import date, timedelta
from itertools import cycle

from outreach.contacts.states import load_states
from outreach.inbox.tables import Outcome
from outreach.reports.daily import DAYS, Day
from outreach.reports.pictures.days import sends_and_answers
from outreach.reports.pictures.picture import Picture
from outreach.reports.pictures.shares import Share, shares_spec
from outreach.reports.pictures.tiles import tile_grid
from outreach.reports.pictures.world import world_map
from outreach.reports.standing import Standing, StateStanding

LOOKS = [(standing, None) for standing in Standing] + [
    (Standing.replied, outcome) for outcome in Outcome
]


def states() -> list[StateStanding]:
    looks = cycle(LOOKS)
    return [
        StateStanding(state=state.code, name=state.name, standing=standing, outcome=outcome)
        for state, (standing, outcome) in zip(load_states(), looks, strict=False)
    ]


def days() -> list[Day]:
    first = date(2026, 11, 16)
    return [
        Day(day=first + timedelta(days=n), sent=[0, 3, 120, 12_400][n % 4], replies=n % 5)
        for n in range(DAYS)
    ]


def shares() -> list[Share]:
    return [
        Share("Planned", 190, 200, "%(count)s in all plans"),
        Share("Image loaded by people", 0, 150, "%(count)s with image"),
        Share("Missions that answered", 1_200, 1_200, "%(count)s written to"),
    ]


def pictures() -> list[Picture]:
    drawn = sends_and_answers(days())
    assert drawn
    bars = Picture("bars", "Bars", "Bars.", (), (), shares_spec("Bars", shares()))
    return [world_map(states()), tile_grid(states()), drawn, bars]
