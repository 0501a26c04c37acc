"""The subject of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.subjects import of_answer


@pytest.mark.parametrize(
    "subject",
    [
        "Offices", "Re: Offices", "RE: Re: Offices", "AW: Offices", "TR : Offices",
        "Rép. : Offices",
        "Antwort: AW: Offices", "Re[2]: Offices", "RE(3): Offices", "回复：Offices", "رد: Offices",
        "Отв: Offices", "RES: ENC: Offices", "R: Offices", "SV: VS: Offices", " re:Offices",
    ],
)  # fmt: skip
def test_one_mark_stands_before_it_whatever_stood_there(subject: str) -> None:
    assert of_answer(subject) == "Re: Offices"


@pytest.mark.parametrize("subject", ["Ref: 12/2026", "Regional meeting: May", "Trade: a note"])
def test_words_of_the_subject_itself_stay(subject: str) -> None:
    assert of_answer(subject) == f"Re: {subject}"


def test_a_mail_without_a_subject_can_be_answered() -> None:
    assert of_answer("") == "Re:"


@given(st.text(max_size=400))
def test_any_subject_gives_one_line_and_is_stable(subject: str) -> None:
    once = of_answer(subject)
    assert once.splitlines() == [once]
    assert of_answer(once) == once
