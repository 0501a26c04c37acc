"""A template and its values to a PDF: the one module that knows Typst.

The values reach the template as JSON, so nothing in them is ever read as Typst. A template can
read the files of its own folder and no others.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from outreach.errors import InvalidInput
from outreach.texts import gettext as _
from outreach.typesetting.glyphs import FONTS, shown

_TEMPLATES = Path(__file__).parent / "templates"


def pdf(
    template: str, values: Mapping[str, Any], *, title: str, language: str, dated: datetime
) -> bytes:
    """The same input gives the same bytes on every machine.

    ``values`` are what JSON can hold; the template finds them in ``sheet.typ``. ``language`` is
    a BCP 47 tag, ``dated`` the only moment that the file names.

    InvalidInput where it cannot be set.
    """
    paper = {"title": title, "language": language.partition("-")[0], "values": values}
    written = json.dumps(_shown(paper))
    try:
        return _compiled(template, written, dated, "ua-1")
    except typst.TypstError:
        # PDF/UA-1 wants a glyph for everything, and what strangers put together may yet have none.
        # Without its promise the file is the same, tags included.
        return _unpromised(template, written, dated)


def _unpromised(template: str, written: str, dated: datetime) -> bytes:
    try:
        return _compiled(template, written, dated, None)
    except typst.TypstError:  # which may quote what was to be set
        raise InvalidInput(_("This cannot be set as PDF.")) from None


def _compiled(
    template: str, written: str, dated: datetime, standard: Literal["ua-1"] | None
) -> bytes:
    return typst.compile(
        _TEMPLATES / f"{template}.typ",
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": written},
        pdf_standards=standard,
        timestamp=dated.astimezone(UTC).replace(microsecond=0),  # Typst takes no other
    )


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The bundled ones alone: what is installed on a machine must not change a letter."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _shown(value: Any) -> Any:
    """The value with every text in it as it can be set."""
    match value:
        case str():
            return shown(value)
        case Mapping():
            return {name: _shown(each) for name, each in value.items()}
        case list() | tuple():
            return [_shown(each) for each in value]
    return value
