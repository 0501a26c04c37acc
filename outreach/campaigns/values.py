"""What a letter may name, and the values that it finds there for one contact."""

from collections.abc import Mapping
from typing import Any

from outreach.campaigns.eligibility import Candidate
from outreach.campaigns.schedule import CampaignTable
from outreach.contacts.fields import DEFAULT_ORGANIZATION
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import Mission
from outreach.letters.address import Forms, salutation

# As `letters.check` takes it; under `own` are the organizer's own columns.
NAMES: Mapping[str, tuple[str, ...]] = {
    "salutation": (),
    "own": (),
    "contact": ("name", "given_name", "family_name", "title", "role", "address", "tags"),
    "state": ("code", "name", "region", "coordination_committee"),
    "mission": ("organization",),
    "campaign": ("name",),
    "sender": ("name", "address", "postal"),
    "enclosed": ("pdf", "files"),
}


class Values:
    """Those of one campaign's letters. What many contacts share is worked out once."""

    def __init__(self, campaign: CampaignTable, forms: Forms, states: MemberStates) -> None:
        self._forms, self._member_states = forms, states
        self._states: dict[tuple[str, str], dict[str, Any]] = {}
        self._shared = {
            "campaign": {"name": campaign.name},
            "sender": {name: getattr(campaign.sender, name) for name in NAMES["sender"]},
        }

    def of(self, candidate: Candidate, language: str) -> dict[str, Any]:
        """For a letter in ``language``, whatever they read; what is enclosed is not among them."""
        contact, mission = candidate.contact, candidate.mission
        values = {name: getattr(contact, name) for name in NAMES["contact"]}
        return {
            "salutation": salutation(
                self._forms,
                language,
                values["role"],
                own=contact.salutation,
                title=values["title"],
                name=values["name"],
                family_name=values["family_name"],
                organization=mission.organization,
            ),
            "contact": values,
            "state": self._state(mission.state, language),
            "mission": {"organization": self._organization(mission, language)},
            "own": contact.extra,
            **self._shared,
        }

    def _organization(self, mission: Mission, language: str) -> str:
        if mission.organization != DEFAULT_ORGANIZATION:
            return mission.organization
        return self._forms.mission(language)

    def _state(self, code: str, language: str) -> dict[str, Any]:
        key = (code, language)
        if key not in self._states:
            state = self._member_states[code]
            values = {name: getattr(state, name) for name in NAMES["state"]}
            self._states[key] = {**values, "name": self._member_states.name(*key)}
        return self._states[key]
