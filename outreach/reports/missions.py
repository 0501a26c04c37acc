"""How a report names a mission and its state."""

from outreach.contacts.states import MemberStates


def state_name(states: MemberStates, code: str) -> str:
    """The code itself for a state that is not, or no longer, in the organizers' file."""
    state = states.get(code)
    return state.name if state else code


def mission_name(organization: str, state: str) -> str:
    """With the state's name, unless the organization's own says it."""
    return organization if state in organization else f"{organization}, {state}"
