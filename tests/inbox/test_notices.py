"""A text that says only that somebody is away is no answer; one more sentence makes it one."""

import pytest

from outreach.inbox.classifying import classify
from outreach.inbox.parsing import parse

AWAY = "I am on leave until 25 November 2026."


def kind(subject: str, text: str, *fields: str) -> str:
    head = ["From: Ana Person <ana@mission-x.example>", "To: letters@example.org", *fields]
    lines = [*head, "Date: Tue, 17 Nov 2026 09:00:00 +0000", f"Subject: {subject}", "", text]
    return classify(parse("\n".join(lines).encode())).kind.value


@pytest.mark.parametrize(
    "further",
    [
        "Tom Baker stands in for me: t.baker@mission-x.example, +41 22 555 0101.",
        "Thank you for your patience.",
        "Your message will be answered when I am back.",
        "In the meantime, please contact Dr. Ada Miller.",
        "\nKind regards\nAna Person\nSecond Secretary, Permanent Mission\nRue Haute 5",
    ],
)
def test_what_belongs_to_an_absence_is_no_answer(further: str) -> None:
    assert kind("Re: Open letter", f"{AWAY} {further}") == "out_of_office"


@pytest.mark.parametrize(
    "further",
    [
        "Nice work.",
        "Your campaign is long overdue.",
        "We have a seat in that committee.",
        "Is it urgent?",
        "In the meantime the answer is no.",
        "\nKind regards\nAna Person\nPS The second page is missing.",
    ],
)
def test_one_sentence_of_another_kind_makes_it_an_answer(further: str) -> None:
    assert kind("Re: Open letter", f"{AWAY} {further}") == "reply"


def test_what_is_joined_by_and_has_to_tell_of_the_absence_too() -> None:
    assert kind("Re: Open letter", f"{AWAY[:-1]} and will be back on the 26th.") == "out_of_office"
    assert kind("Re: Open letter", f"{AWAY[:-1]} and hope it goes through.") == "reply"


def test_a_greeting_by_name_is_a_person_s() -> None:
    assert (
        kind("Re: Open letter", f"Dear colleague, {AWAY[0].lower()}{AWAY[1:]}") == "out_of_office"
    )
    assert kind("Re: Open letter", f"Dear Maria, {AWAY[0].lower()}{AWAY[1:]}") == "reply"


def test_without_a_day_the_subject_has_to_be_the_absence() -> None:
    assert kind("Maternity leave", "I am on maternity leave.") == "out_of_office"
    assert kind("On leave Re: Open letter", "I am on maternity leave.") == "out_of_office"
    assert kind("Re: Open letter", "I am on maternity leave.") == "reply"


def test_who_writes_of_their_own_accord_about_something_else_tells_more_than_an_absence() -> None:
    assert kind("Friday", AWAY) == "reply"
    assert kind("Friday", AWAY, "In-Reply-To: <1@example.org>") == "out_of_office"


def test_a_receipt_says_in_its_subject_and_its_text_what_it_is() -> None:
    assert kind("Acknowledgement of receipt", "This notice is automatic.") == "auto_reply"
    assert kind("Acknowledgement of receipt", "We shall study it.") == "reply"
    assert kind("Re: Acknowledgement of receipt", "It looks automatic to me.") == "reply"
