"""The stand-in for SendGrid is as strict as SendGrid says that it is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.delivery.sendgrid_rules import arrivals, problems

NOW = 1_800_000_000
A_PDF = {"content": "QQ==", "filename": "a.pdf", "type": "application/pdf"}


def a_request(**changes: Any) -> dict[str, Any]:
    return {
        "personalizations": [one("a"), one("b")],
        "from": {"email": "letters@example.org", "name": "The organizers"},
        "reply_to": {"email": "inbox+-t-@in.example.org"},
        "content": [
            {"type": "text/plain", "value": "-t- and -u-"},
            {"type": "text/html", "value": "<p>-t-</p>"},
        ],
        "attachments": [A_PDF],
        **changes,
    }


def one(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "to": [{"email": f"{name}@mission.example", "name": name}],
        "subject": "To -t-",
        "substitutions": {"-t-": f"{name}1", "-u-": f"{name}2"},
        "custom_args": {"delivery": name},
        **changes,
    }


def faults(mail: dict[str, Any]) -> list[str]:
    return [field for field, _ in problems(mail, NOW)]


def test_what_is_as_documented_is_taken() -> None:
    assert faults(a_request()) == []


def test_tags_are_replaced_wherever_they_may_stand() -> None:
    first, second = arrivals(a_request())
    assert (first.text, first.html) == ("a1 and a2", "<p>a1</p>")
    assert (second.subject, second.reply_to) == ("To b1", "inbox+b1@in.example.org")
    assert first.enclosures == [("a.pdf", "application/pdf", b"A")]


def test_a_value_that_holds_a_tag_is_replaced_in_its_turn() -> None:
    mail = a_request(personalizations=[one("a", substitutions={"-t-": "-u-", "-u-": "x"})])
    assert [arrival.text for arrival in arrivals(mail)] == ["x and x"]
    assert [arrival.text for arrival in arrivals(mail, backwards=True)] == ["-u- and x"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, ""),
        ({"from": {"email": "letters@example.org", "name": "Comité"}}, "from"),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"reply_to": {"email": "in box@in.example.org"}}, "reply_to.email"),
        ({"reply_to_list": [{"email": "a@in.example.org"}]}, "reply_to"),
        ({"content": []}, "content"),
        ({"content": a_request()["content"][::-1]}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"headers": {"Reply-To": "a@b.example"}}, "headers"),
        ({"categories": ["a"] * 2}, "categories"),
        ({"categories": list("abcdefghijk")}, "categories"),
        ({"categories": ["a" * 256]}, "categories"),
        ({"send_at": NOW + 72 * 3600 + 1}, "send_at"),
        ({"send_at": "soon"}, "send_at"),
        ({"attachments": [{"content": "QQ", "filename": "a"}]}, "attachments.0.content"),
        ({"attachments": [{"content": "QQ=="}]}, "attachments.0.filename"),
        ({"attachments": [{**A_PDF, "type": "a;b"}]}, "attachments.0.type"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [one(f"a{n}") for n in range(1001)]}, "personalizations"),
        ({"personalizations": [one("a"), one("A")]}, "personalizations"),
    ],
)  # fmt: skip
def test_what_all_copies_share_is_held_to_the_rules(change: dict[str, Any], field: str) -> None:
    assert field in faults(a_request(**change))


def tags(number: int) -> dict[str, str]:
    return {f"-{n}-": "" for n in range(number)}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content": "mine"}, ""),
        ({"reply_to": {"email": "a@b.example"}}, ""),
        ({"to": []}, ".to"),
        ({"to": [{"email": "é@mission.example"}]}, ".to.0.email"),
        ({"to": [{"email": "b@mission.example", "name": "Dupont, Jean"}]}, ".to.0.name"),
        ({"to": [{"email": f"{n}@mission.example"} for n in range(1001)]}, None),
        ({"subject": ""}, ".subject"),
        ({"headers": {"X-SG-ID": "1"}}, ".headers"),
        ({"headers": {"X-A": "1", "x-a": "2"}}, ".headers"),
        ({"headers": {"A name": "1"}}, ".headers"),
        ({"headers": {"X-A": "é"}}, ".headers.X-A"),
        ({"substitutions": {"-t-": 1}}, ".substitutions"),
        ({"substitutions": {"-t-": "x" * 9_991}}, ".substitutions"),
        ({"substitutions": tags(101)}, ".substitutions"),
        ({"custom_args": {}}, ".custom_args"),
        ({"custom_args": {"delivery": "x" * 10_000}}, ".custom_args"),
        ({"send_at": NOW + 72 * 3600 + 1}, ".send_at"),
    ],
)
def test_each_copy_is_held_to_the_rules(change: dict[str, Any], field: str | None) -> None:
    expected = "personalizations" if field is None else f"personalizations.1{field}"
    assert expected in faults(a_request(personalizations=[one("a"), one("b", **change)]))


@pytest.mark.parametrize(
    "change",
    [
        {"categories": ["a" * 255, *"bcdefghij"]},
        {"send_at": NOW + 72 * 3600},
        {"personalizations": [one(f"a{number}") for number in range(1000)]},
        {"personalizations": [one("a", substitutions={"-t-": "x" * 9_990})]},
        {"personalizations": [one(f"a{n}", substitutions=tags(100)) for n in range(100)]},
        {"custom_args": {"a": "x" * 9_000}},
    ],
)
def test_what_just_fits_is_taken(change: dict[str, Any]) -> None:
    assert faults(a_request(**change)) == []


@pytest.mark.parametrize(
    "personalizations",
    [
        lambda: [one(f"a{number}", substitutions=tags(100)) for number in range(101)],
        lambda: [one(f"a{number}", substitutions=tags(11)) for number in range(910)],
    ],
)
def test_substitutions_are_counted_over_the_whole_request(
    personalizations: Callable[[], list[dict[str, Any]]],
) -> None:
    assert "personalizations.substitutions" in faults(
        a_request(personalizations=personalizations())
    )
