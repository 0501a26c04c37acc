"""SVG and PNG out of a specification: the same each time, and nothing is fetched for it."""

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from outreach.reports.pictures import drawing
from outreach.reports.pictures.drawing import png, svg
from outreach.reports.pictures.picture import Picture
from tests.reports.pictures import given

NAMES = [picture.name for picture in given.pictures()]


@pytest.fixture(params=NAMES)
def picture(request: pytest.FixtureRequest) -> Picture:
    return next(one for one in given.pictures() if one.name == request.param)


def test_a_picture_is_drawn_and_stands_for_itself(picture: Picture) -> None:
    drawn = svg(picture.spec)
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"<script|<style|<image|href|url\(|NaN|undefined", drawn)
    assert len(drawn) < 150_000


def test_the_same_specification_gives_the_same_bytes(picture: Picture) -> None:
    first, small = svg(picture.spec), png(picture.spec, 1.0)
    drawing._drawn.cache_clear()
    assert svg(picture.spec) == first
    assert png(picture.spec, 1.0) == small


def test_every_word_is_in_the_bundled_font_where_it_can_be_had(picture: Picture) -> None:
    families = re.findall(r'font-family="([^"]*)"', svg(picture.spec))
    assert families
    assert {family.split(",")[0] for family in families} == {"Noto Sans"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x.json", "https://data.example/x.json", "x.json", "data:text/csv,a"]
)
def test_data_from_an_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        svg({"data": {"url": url}, "mark": "point"})


def test_nothing_of_the_converter_is_loaded_before_a_picture_is_drawn() -> None:
    program = (
        "import sys; import outreach.cli, outreach.web.app; sys.exit('vl_convert' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


def test_a_specification_is_what_json_can_hold(picture: Picture) -> None:
    assert json.loads(json.dumps(picture.spec)) == picture.spec
