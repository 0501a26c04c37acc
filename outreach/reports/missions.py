"""How a report names a mission, its state and its region."""

from outreach.contacts.states import MemberStates
from outreach.texts import mark

UNKNOWN_REGION = mark("Not known")
# Those of the shipped file: reports are stored in English, and retold to whoever reads them.
REGIONS = (mark("Africa"), mark("Americas"), mark("Asia"), mark("Europe"), mark("Oceania"))


def state_name(states: MemberStates, code: str) -> str:
    """The code itself for a state that is not, or no longer, in the organizers' file."""
    state = states.get(code)
    return state.name if state else code


def region_name(states: MemberStates, code: str) -> str:
    state = states.get(code)
    return state.region if state else UNKNOWN_REGION


def mission_name(organization: str, state: str) -> str:
    """With the state's name, unless the organization's own says it."""
    return organization if state in organization else f"{organization}, {state}"
