"""How each standing looks: by colour, by how dark it is, and by a sign, so that either will do."""

from typing import NamedTuple

from outreach.inbox.tables import Outcome
from outreach.reports.pictures.picture import EMPTY, INK
from outreach.reports.standing import Standing, StateStanding
from outreach.texts import mark

# Vega draws shapes from paths between -1 and 1.
_CROSS = "M-1,-1L1,1M-1,1L1,-1"
_RING = "M-1,0A1,1,0,1,1,1,0A1,1,0,1,1,-1,0Z"
_STRUCK = f"{_RING}M-0.7,0.7L0.7,-0.7"
_PLUS = "M-1,0L1,0M0,-1L0,1"
_MINUS = "M-1,0L1,0"
_TICK = "M-1,0L-0.3,0.8L1,-0.9"
_ARROW = "M-1,0L1,0M0.3,-0.7L1,0L0.3,0.7"
_QUESTION = "M-0.6,-0.5A0.6,0.5,0,1,1,0.1,0L0,0.3M0,0.8L0,1"
_SQUARE = "M-0.8,-0.8L0.8,-0.8L0.8,0.8L-0.8,0.8Z"
_DIAMOND = "M0,-1.1L1.1,0L0,1.1L-1.1,0Z"


class Look(NamedTuple):
    """``label`` is English, to be translated where it is shown.

    ``paper`` is the tile's colour, ``ink`` that of its letters and its sign.
    """

    label: str
    paper: str
    ink: str
    sign: str
    filled: bool = False


_LIGHT, _MEDIUM, _STRONGER, _DARK = "#d9e8f5", "#a6cbe6", "#5ea1d0", "#0b3d66"
_REPLIED = Look(mark("Replied, no outcome"), _DARK, EMPTY, _SQUARE, filled=True)

_STANDINGS = {
    Standing.not_written: Look(mark("Not written to"), EMPTY, INK, ""),
    Standing.bounced: Look(mark("Came back or was refused"), "#f2b84b", INK, _CROSS),
    Standing.sent: Look(mark("Sent"), _LIGHT, INK, _RING),
    Standing.delivered: Look(mark("Delivered"), _MEDIUM, INK, _RING, filled=True),
    Standing.loaded: Look(mark("Image loaded by people"), _STRONGER, INK, _DIAMOND, filled=True),
    Standing.opted_out: Look(mark("Opted out"), "#4d4d4d", EMPTY, _STRUCK),
    Standing.replied: _REPLIED,
}

_OUTCOMES = {
    Outcome.supportive: Look(mark("Replied: supportive"), _DARK, EMPTY, _PLUS),
    Outcome.committed: Look(mark("Replied: committed"), _DARK, EMPTY, _TICK),
    Outcome.declined: Look(mark("Replied: declined"), _DARK, EMPTY, _MINUS),
    Outcome.wants_information: Look(mark("Replied: wants information"), _DARK, EMPTY, _QUESTION),
    Outcome.referred: Look(mark("Replied: referred"), _DARK, EMPTY, _ARROW),
}

LOOKS = (*_STANDINGS.values(), *_OUTCOMES.values())


def look_of(state: StateStanding) -> Look:
    """An answer without an outcome, or with "none", is only an answer."""
    if state.standing is not Standing.replied or state.outcome not in _OUTCOMES:
        return _STANDINGS[state.standing]
    return _OUTCOMES[state.outcome]
