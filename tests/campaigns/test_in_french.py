"""Why somebody gets nothing is stored in English, and read in the reader's language."""

from typing import Any

import pytest

from outreach import texts
from outreach.campaigns import drafting, eligibility, papers, refusals, stopping, timing, turns
from outreach.campaigns.eligibility import Candidate
from outreach.campaigns.mistakes import Mistake
from outreach.campaigns.schedule import check
from outreach.contacts.states import load_states
from outreach.contacts.tables import Contact, Mission
from outreach.delivery import queue, suppression
from outreach.delivery.tables import Suppression, SuppressionReason
from tests.campaigns.making import MONDAY, a_schedule

FRANCE = load_states()["FR"]


def candidate(address: str = "office@mission.example", **changes: Any) -> Candidate:
    contact = Contact(
        mission_id=1, address=address, created_at=MONDAY, updated_at=MONDAY, **changes
    )
    return Candidate(contact, Mission(state="FR", organization="Mission"), FRANCE, None)


def stopped(reason: SuppressionReason) -> Candidate:
    row = Suppression(address="office@mission.example", reason=reason, suppressed_at=MONDAY)
    whole = candidate()
    return Candidate(whole.contact, whole.mission, FRANCE, row)


WHOM_RULES_HOLD_BACK = [
    candidate(erased_at=MONDAY),
    *map(stopped, SuppressionReason),
    candidate(address="no address"),
    Candidate(candidate().contact, Mission(state="XX", organization="Mission"), None, None),
    candidate(time_zone="Mars/Base"),
]
OTHER_REASONS = [
    drafting._NO_LANGUAGE % {"languages": "de, it"},
    drafting._NO_VALUE % {"name": "contact.title"},
    papers._NOT_ENCLOSED % {"problem": "together they weigh too much"},
    refusals._reason(1, "550 no such user"),
    refusals._reason(12, "550 no such user"),
    *stopping._REASONS.values(),
    *turns.DROPPED.values(),
    *suppression.WORDS.values(),
    timing.NEVER_OPENS,
    queue.TOO_LATE,
]


def test_every_rule_holds_one_of_these_back() -> None:
    found = {rule for each in WHOM_RULES_HOLD_BACK for rule in eligibility.RULES if rule(each)}
    assert found == set(eligibility.RULES)


@pytest.mark.parametrize("held", WHOM_RULES_HOLD_BACK)
def test_the_reason_of_each_rule_is_found_again_in_french(held: Candidate) -> None:
    with texts.speaking("fr"):
        reason = eligibility.reason_against(held)
        assert reason
        assert texts.retold(reason) != reason
    assert texts.retold(reason) == reason


@pytest.mark.parametrize("reason", OTHER_REASONS)
def test_so_is_what_else_holds_a_copy_back(reason: str) -> None:
    with texts.speaking("fr"):
        assert texts.retold(reason) != reason


def test_lists_of_mistakes_are_told_line_by_line_each_behind_its_place() -> None:
    stored = "The letter spring cannot be used:\n  spring/letter.fr.md: this is empty"
    with texts.speaking("fr"):
        first, second = texts.retold(stored).split("\n")
    assert first.startswith("La lettre spring")
    assert second == "  spring/letter.fr.md: c’est vide"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("per_hour = 0", "il faut un nombre supérieur ou égal à 1"),
        ('per_hour = "many"', "il faut un nombre entier"),
        ("per_our = 5", "vouliez-vous dire"),
        ("ramp_up = -1", "supérieur ou égal à 0"),
    ],
)
def test_a_mistake_in_a_schedule_is_said_in_french(wrong: str, told: str) -> None:
    assert told in mistake(a_schedule(("per_hour = 120\n", f"{wrong}\n"))).what


def mistake(text: str) -> Mistake:
    with texts.speaking("fr"):
        return check(text)[1][0]
