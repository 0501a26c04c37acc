"""How values look on a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.delivery.tables import State
from outreach.inbox.kinds import MailKind
from outreach.letters.languages import UN_LANGUAGES
from outreach.tracking.tables import Agent
from outreach.web import presentation
from outreach.web.public.wording import WORDINGS


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "0 of 0"),
        (0, 7, "0 of 7 (0%)"),
        (1, 7, "1 of 7 (14%)"),
        (7, 7, "7 of 7 (100%)"),
        (1, 1000, "1 of 1,000 (under 1%)"),
        (999, 1000, "999 of 1,000 (over 99%)"),
    ],
)
def test_a_share_says_of_how_many(part: int, whole: int, shown: str) -> None:
    assert presentation.share(part, whole) == shown


@given(st.integers(1, 10**6), st.data())
def test_only_all_is_shown_as_all_and_only_none_as_none(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    shown = presentation.share(part, whole)
    assert ("(100%)" in shown) == (part == whole)
    assert ("(0%)" in shown) == (part == 0)


def test_sizes_languages_and_kinds_are_said_in_words() -> None:
    sizes = {1: "1 byte", 5: "5 bytes", 1500: "2 kB", 2_500_000: "2.5 MB"}
    assert {octets: presentation.size(octets) for octets in sizes} == sizes
    assert presentation.language_name("ar") == "Arabic"
    assert presentation.language_name("xx-unknown") == "xx-unknown"
    assert presentation.words(MailKind.out_of_office) == "out of office"
    assert presentation.words(State.unknown) == "in doubt"
    assert presentation.words(Agent.unknown) == "unknown"


def test_every_wording_names_the_address_where_it_must() -> None:
    assert set(WORDINGS) == set(UN_LANGUAGES)
    for wording in WORDINGS.values():
        assert wording.question.count("{address}") == wording.answer.count("{address}") == 1
        assert all(vars(wording).values())
