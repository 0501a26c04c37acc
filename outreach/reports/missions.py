"""How a report names a mission, its state and its region."""

from outreach.contacts.states import MemberStates

UNKNOWN_REGION = "Not known"


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
