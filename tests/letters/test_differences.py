"""What changed between two versions."""

from hypothesis import given
from hypothesis import strategies as st

from outreach.letters.differences import Difference, differences
from tests.letters.factories import a_source


def body(old: str, new: str) -> Difference:
    (change,) = differences(a_source(old), a_source(new))
    return change


def shown(change: Difference) -> list[str]:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return [
        "".join(marks[piece.kind].format(piece.text) for piece in line.pieces)
        if line.number
        else "..."
        for line in change.lines
    ]


def test_words_that_changed_are_shown_within_their_line() -> None:
    change = body("Save the seals of the sea.", "Save the whales of the sea.")
    assert shown(change) == ["Save the [-seals-][+whales+] of the sea."]


def test_chinese_is_compared_sign_by_sign() -> None:
    assert shown(body("我们写信给您", "我们寄信给您")) == ["我们[-写-][+寄+]信给您"]


def test_a_new_paragraph_is_new_and_what_is_far_from_it_is_left_out() -> None:
    change = body("One.\n\nTwo.\n\nFour.", "One.\n\nTwo.\n\nThree.\n\nFour.")
    assert [each for each in shown(change) if each] == ["...", "[+Three.+]", "[++]", "Four."]


def test_lines_that_are_not_alike_are_not_compared_word_by_word() -> None:
    assert shown(body("Dear Sir or Madam,", "We thank you.")) == [
        "[-Dear Sir or Madam,-]",
        "[+We thank you.+]",
    ]


def test_fields_are_named_and_the_review_is_one_of_them() -> None:
    old, new = a_source("Text."), a_source("Text.", subject="Seals", reviewed_by="Zoé")
    assert [change.field for change in differences(old, new)] == ["subject", "reviewed by"]
    assert differences(new, new) == []
    assert [change.field for change in differences(None, old)] == ["subject", "body"]


TEXTS = st.lists(st.sampled_from(["", "a b c", "a b d", "x", "我们写信", "e f g h"]), max_size=9)


@given(TEXTS, TEXTS)
def test_every_line_that_changed_stands_in_both_texts_as_shown(
    old: list[str], new: list[str]
) -> None:
    for change in differences(a_source("\n".join(old)), a_source("\n".join(new))):
        for line in change.lines:
            before = "".join(piece.text for piece in line.pieces if piece.kind != "new")
            after = "".join(piece.text for piece in line.pieces if piece.kind != "gone")
            assert not before or before in old
            assert not after or after in new
            if any(piece.kind != "gone" for piece in line.pieces):
                assert new[line.number - 1] == after
        gone = [p.text for line in change.lines for p in line.pieces if len(line.pieces) == 1]
        assert all(text in old + new for text in gone)


def test_a_very_long_letter_is_compared_at_once() -> None:
    words = " ".join(str(number) for number in range(30_000))
    assert len(body(words, words + " x").lines) == 2
