"""One form for every address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.addresses import canonical, domain
from outreach.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Mission.Geneva@Example.ORG ", "mission.geneva@example.org"),
        ("poste@Bücher.example", "poste@xn--bcher-kva.example"),
        ("poste@XN--bcher-kva.example", "poste@xn--bcher-kva.example"),
        ("ПОЧТА@пример.example", "почта@xn--e1afmkfd.example"),
        ("ambassade+visa@example.org", "ambassade+visa@example.org"),
    ],
)
def test_ways_of_typing_an_address_come_to_one_form(typed: str, stored: str) -> None:
    assert canonical(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mission",
        "a b@example.org",
        "<a@example.org>",
        "A <a@example.org>",
        "a@example.org\nb",
        "a@b@example.org",
        "a@example",
        "a@[127.0.0.1]",
        "x" * 65 + "@example.org",
        "x" * 10**6,
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"\w+ \w+"):
        canonical(typed)


@given(st.text(max_size=30) | st.from_regex(r"[\w.]{1,10}@[\w.]{1,10}\.example", fullmatch=True))
def test_the_stored_form_of_a_stored_form_is_itself(typed: str) -> None:
    try:
        stored = canonical(typed)
    except InvalidInput:
        return
    assert canonical(stored) == stored
    assert domain(stored).isascii()
