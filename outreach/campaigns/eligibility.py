"""Who may be written to: rules asked in turn, each with a reason against a contact or nothing."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from outreach.campaigns.timing import time_zone
from outreach.contacts.states import MemberState
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.addresses import canonical
from outreach.delivery.tables import Suppression
from outreach.errors import InvalidInput
from outreach.texts import mark


@dataclass(frozen=True)
class Candidate:
    """A contact and what is known of it outside its own row."""

    contact: Contact
    mission: Mission
    state: MemberState | None
    suppression: Suppression | None

    @cached_property
    def time_zone(self) -> str:
        return zone_name(self.contact.time_zone, self.state)

    def reads(self, fallback: str) -> tuple[str, ...]:
        """Languages to write in, the first one first.

        Who has said what they read is taken at their word. Of the others we only know what is
        official in their state, which is often none of a letter's languages: for them there is
        the fallback.
        """
        if self.contact.languages:
            return tuple(self.contact.languages)
        official = self.state.official_languages if self.state else ()
        return (*official, fallback) if fallback else official


Rule = Callable[[Candidate], str | None]

# Beyond doubt. Addresses were checked when they were stored, and to look into a domain once more
# takes longer than to fill in its letter.
_PLAIN = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII)


def zone_name(own: str, state: MemberState | None) -> str:
    """The contact's own time zone, else that of the state's capital."""
    return own or (state.time_zones[0] if state and state.time_zones else "")


def clock_of(own: str, state: MemberState | None) -> ZoneInfo | None:
    """By the zone that is known best, if any: contacts and states may change after a plan."""
    for name in filter(None, (own, zone_name("", state))):
        with suppress(InvalidInput):
            return time_zone(name)
    return None


def erased(candidate: Candidate) -> str | None:
    return mark("the contact was erased") if candidate.contact.erased_at else None


def has_invalid_address(candidate: Candidate) -> str | None:
    if _PLAIN.fullmatch(candidate.contact.address):
        return None
    try:
        canonical(candidate.contact.address)
    except InvalidInput:
        return mark("the address is not valid")
    return None


def suppressed(candidate: Candidate) -> str | None:
    if candidate.suppression is None:
        return None
    why = candidate.suppression.reason.replace("_", " ")
    return mark("the address is suppressed: %(why)s") % {"why": why}


def of_unknown_state(candidate: Candidate) -> str | None:
    if candidate.state:
        return None
    return mark("%(code)s is not among the member states") % {"code": candidate.mission.state}


def in_unknown_time_zone(candidate: Candidate) -> str | None:
    try:
        time_zone(candidate.time_zone)
    except InvalidInput:
        return mark('the time zone "%(zone)s" is not known') % {"zone": candidate.time_zone}
    return None


RULES: tuple[Rule, ...] = (
    erased,
    suppressed,
    has_invalid_address,
    of_unknown_state,
    in_unknown_time_zone,
)


def reason_against(candidate: Candidate) -> str | None:
    """Why nothing may be sent to the contact, by the first rule that has something against it."""
    return next((reason for rule in RULES if (reason := rule(candidate))), None)
