"""A Vega-Lite specification as SVG or PNG, without a browser: the one module that knows VlConvert.

Nothing is fetched, and letters are measured and drawn by the bundled fonts.
"""

import json
from functools import lru_cache
from types import ModuleType
from typing import Any

from outreach.reports.pictures.finishing import finished
from outreach.reports.pictures.packing import packed
from outreach.typesetting.glyphs import FONTS

Spec = dict[str, Any]

_VEGA_LITE = "6.4"


def svg(spec: Spec) -> str:
    """The same specification gives the same bytes; a picture looked at again is not drawn again."""
    return _drawn(json.dumps(spec))


def png(spec: Spec, scale: float) -> bytes:
    """``scale`` is pixels of the image for one of the specification."""
    return packed(_converter().svg_to_png(svg(spec), scale=scale))


@lru_cache(maxsize=32)
def _drawn(spec: str) -> str:
    converter = _converter()
    drawn: str = converter.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[])
    return finished(drawn)


@lru_cache(maxsize=1)
def _converter() -> ModuleType:
    # Loaded where the first picture is drawn: it is 88 MB large, and most commands draw none.
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
