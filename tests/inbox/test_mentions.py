"""An address is found in any case and spelling, and not within another one."""

import pytest

from outreach.inbox.mentions import Mentions


@pytest.mark.parametrize(
    "text",
    [
        "ana@bücher.example",
        "Write to ANA@Bücher.EXAMPLE.",
        "<mailto:ana@xn--bcher-kva.example>",
        ["x", "ana@xn--bcher-kva.example"],
        "as Ana Laurent said",
    ],
)
def test_an_address_and_a_name_are_found(text: object) -> None:
    assert text in Mentions("ana@xn--bcher-kva.example", ["Ana Laurent"])


@pytest.mark.parametrize(
    "text",
    [
        "mariana@x.example",
        "ana@x.example.org",
        "ana@x.example-b",
        "l.ana@x.example",
        "Ana",
        "Laurents",
    ],
)
def test_what_is_another_address_or_only_one_word_of_a_name_is_not(text: str) -> None:
    assert text not in Mentions("ana@x.example", ["Ana", "Ana Laurent", ""])
