"""Sends and answers by day."""

from outreach.reports.pictures.days import sends_and_answers
from tests.reports.pictures import given


def test_large_counts_are_rounded_over_their_bars_and_exact_in_the_table() -> None:
    picture = sends_and_answers(given.days())
    assert picture
    rows = {row["sent"]: row["sent_words"] for row in picture.spec["data"]["values"]}
    assert rows == {0: "", 3: "3", 120: "120", 12_400: "12k"}
    assert ("Thu 19 Nov", 12_400, 3) in picture.rows
