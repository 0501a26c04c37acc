"""The pictures that go with a report's mail: those whose numbers stand in it as tables as well."""

from typing import NamedTuple

from outreach.letters.tables import Enclosure
from outreach.reports.figures import Figures
from outreach.reports.pictures.drawing import png
from outreach.reports.pictures.gallery import pictures_of
from outreach.reports.pictures.picture import Picture

# The map stays away: on a phone its small states are too small, and the tiles show the same.
# By name, with the scale that makes each some 800 pixels wide: sharp on a phone, and still small.
_SCALES = {"states": 1.0, "flow": 2.0}


class Mailed(NamedTuple):
    picture: Picture
    file: Enclosure


def mailed(figures: Figures) -> list[Mailed]:
    return [
        Mailed(picture, _png(picture, _SCALES[picture.name]))
        for picture in pictures_of(figures)
        if picture.name in _SCALES
    ]


def _png(picture: Picture, scale: float) -> Enclosure:
    return Enclosure.of(f"{picture.name}.png", "image/png", png(picture.spec, scale))
