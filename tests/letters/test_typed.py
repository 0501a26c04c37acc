"""Loading a file and filling in the form are the same thing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.source import parse_source, to_text
from outreach.letters.typed import as_typed, from_typed, read_typed
from tests.letters.factories import a_source

WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1).map(str.strip)
LINES = st.lists(WORDS.filter(bool), min_size=1, max_size=3).map("\n".join)


@given(LINES, LINES, st.lists(LINES, max_size=3))
def test_a_page_comes_back_from_the_form_as_it_went_in(
    body: str, addressee: str, signatories: list[str]
) -> None:
    source = a_source(body, addressee=addressee, signatories=tuple(signatories))
    read = from_typed(read_typed(as_typed(source)), source.page)
    assert to_text(read) == to_text(from_typed(as_typed(read), source.page))
    assert replace(parse_source(to_text(read), *source.page), body_line=1) == read
    assert read.signatories == tuple(signatories)


def test_what_a_browser_sends_is_tidied() -> None:
    typed = read_typed({"subject": "Whales", "body": "One\r\n\r\nTwo\x0bThree\u2028Four\x00"})
    assert typed["body"].split("\n") == ["One", "", "Two", "Three", "Four\x00"]
    with pytest.raises(InvalidInput, match="may not stand in a letter"):
        from_typed(typed, a_source("").page)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"subject": " ", "body": "Text."}, "no subject yet"),
        ({"subject": "Whales", "body": "\n"}, "no text yet"),
        ({"subject": "Whales", "body": "Text.", "addressee": "A\n+++"}, r"may not be \+\+\+"),
    ],
)
def test_what_cannot_be_stored_is_told(typed: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        from_typed(typed, a_source("").page)


def test_far_too_much_is_refused() -> None:
    with pytest.raises(InvalidInput, match="larger than"):
        read_typed({"body": "x" * 200_001})
