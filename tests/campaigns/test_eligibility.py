from typing import Any

import pytest

from outreach.campaigns.eligibility import Candidate, reason_against
from outreach.contacts.tables import Contact, Mission
from outreach.delivery.tables import Suppression, SuppressionReason
from tests.campaigns.making import MONDAY, states


def a_candidate(
    state: str = "CH", suppression: Suppression | None = None, **contact: Any
) -> Candidate:
    given = {"address": "mission@ch.example", "created_at": MONDAY, "updated_at": MONDAY, **contact}
    mission = Mission(state=state, organization="Permanent Mission")
    return Candidate(Contact(mission_id=1, **given), mission, states().get(state), suppression)


def test_nothing_speaks_against_an_ordinary_contact() -> None:
    assert reason_against(a_candidate()) is None


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (a_candidate(erased_at=MONDAY), "the contact was erased"),
        (a_candidate(address="nobody"), "the address is not valid"),
        (a_candidate(address="a@b\n.example"), "the address is not valid"),
        (a_candidate(state="XX"), "XX is not among the member states"),
        (a_candidate(time_zone="Mars/Phobos"), 'the time zone "Mars/Phobos" is not known'),
    ],
)
def test_a_contact_is_held_back_with_the_reason(candidate: Candidate, reason: str) -> None:
    assert reason_against(candidate) == reason


@pytest.mark.parametrize(
    ("why", "said"),
    [(SuppressionReason.unsubscribed, "unsubscribed"), (SuppressionReason.by_hand, "by hand")],
)
def test_a_suppressed_address_is_held_back_with_the_reason_why(
    why: SuppressionReason, said: str
) -> None:
    row = Suppression(address="mission@ch.example", reason=why, suppressed_at=MONDAY)
    assert reason_against(a_candidate(suppression=row)) == f"the address is suppressed: {said}"


def test_the_contacts_own_time_zone_goes_before_its_states() -> None:
    assert a_candidate().time_zone == "Europe/Zurich"
    assert a_candidate(time_zone="Asia/Tokyo").time_zone == "Asia/Tokyo"


def test_who_says_what_they_read_is_taken_at_their_word() -> None:
    assert a_candidate(languages=["pt", "es"]).reads("en") == ("pt", "es")


def test_who_does_not_say_reads_what_is_official_in_their_state_or_else_the_fallback() -> None:
    assert a_candidate(state="FR").reads("en") == ("fr", "en")
    assert a_candidate(state="FR").reads("") == ("fr",)
