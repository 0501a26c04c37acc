"""What an SVG gets after it was drawn."""

import re
from html import escape
from itertools import accumulate
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from outreach.reports.pictures.finishing import clickable, finished

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.integers(-1_200_000, 1_200_000).map(lambda thousandths: thousandths / 1000)
places = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30)


def mark(told: str, d: str = "M0,0h1") -> str:
    return (
        f'<path aria-label="{told}" role="graphics-symbol" aria-roledescription="shape mark" '
        f'transform="translate(0,0)" d="{d}" fill="#ffffff" opacity="1"/>'
    )


def drawn(*marks: str) -> str:
    inner = "".join(marks)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20">'
        f'<text width="1">3.14159</text>{inner}</svg>'
    )


@given(places)
def test_steps_lead_to_the_same_places_within_a_tenth_of_a_pixel(
    points: list[tuple[float, float]],
) -> None:
    path = "M" + "L".join(f"{x},{y}" for x, y in points) + "Z"
    (shape,) = re.findall(r' d="M([^"]*)Z"', finished(drawn(mark("Chad: Sent", path))))
    first, steps = shape.split("l")
    pairs = [tuple(map(float, pair.split(","))) for pair in [first, *steps.split(" ")]]
    reached = accumulate(pairs, lambda at, step: (at[0] + step[0], at[1] + step[1]))
    for (x, y), (near_x, near_y) in zip(points, reached, strict=True):
        assert abs(x - near_x) < 0.051
        assert abs(y - near_y) < 0.051


def test_other_numbers_than_places_stay() -> None:
    assert "3.14159" in finished(drawn(mark("Chad: Sent", "M0.1234,0A5.6789,1,0,1,1,1,0")))
    assert 'd="M0.1,0A5.6,1,0,1,1,1,0"' in finished(
        drawn(mark("x", "M0.1234,0A5.6789,1,0,1,1,1,0"))
    )


def test_what_a_mark_tells_is_its_title() -> None:
    root = ElementTree.fromstring(finished(drawn(mark("Bosnia &amp; Herzegovina: Sent"))))
    assert [title.text for title in root.iter(f"{SVG}title")] == ["Bosnia & Herzegovina: Sent"]
    assert "aria-label" not in finished(drawn(mark("Chad: Sent")))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1), st.text("a&\"'<")
)
def test_a_mark_with_an_address_leads_there_and_another_nowhere(name: str, rest: str) -> None:
    svg = finished(drawn(mark(escape(name)), mark("no address")))
    root = ElementTree.fromstring(clickable(svg, {name: f"/campaigns/x?who={rest}"}))
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == f"/campaigns/x?who={rest}"
    assert link.get("target") == "_top"
    assert [title.text for title in link.iter(f"{SVG}title")] == [name]


def test_what_can_be_clicked_is_as_wide_as_its_frame() -> None:
    root = ElementTree.fromstring(clickable(drawn(), {}))
    assert root.get("width") is None
    assert root.get("height") is None
    assert root.get("viewBox") == "0 0 10 20"
