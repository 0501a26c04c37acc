"""A copy as a formal letter on paper: what was approved, without what belongs to the mail alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from outreach.letters.blocks import Block, Line, blocks
from outreach.letters.copies import Copy, Links, fill, values
from outreach.letters.dates import comma, written_day
from outreach.letters.enclosures import file_name
from outreach.letters.languages import direction
from outreach.letters.tables import Enclosure, Skeleton
from outreach.typesetting.paper import pdf

# In the place of the link to opt out, which only its reader may have: paper is handed on.
_LINKS = Links(unsubscribe_url="…")
_OF_THE_HEAD = ("addressee", "date", "reference")


@dataclass(frozen=True)
class Letterhead:
    """Who writes: a name, where an answer reaches them, one a line, and the place of writing."""

    name: str
    lines: Sequence[str] = ()
    place: str = ""


def on_paper(
    skeleton: Skeleton, slots: Sequence[str], letterhead: Letterhead, day: date
) -> Enclosure:
    """A PDF named after the subject; the same arguments give the same bytes.

    ``day`` stands on a letter that has no date of its own. InvalidInput says what no paper shows.
    """
    copy = fill(skeleton, values(slots, _LINKS))
    parts = _parts(copy, _place_and_day(letterhead.place, day, copy.language))
    parts["letterhead"] = [letterhead.name, *filter(None, letterhead.lines)]
    parts["way"] = direction(copy.language)
    dated = datetime.combine(day, time(), UTC)
    made = pdf("letter", parts, title=copy.subject, language=copy.language, dated=dated)
    return Enclosure.of(file_name(copy.subject, ".pdf"), "application/pdf", made)


def _place_and_day(place: str, day: date, language: str) -> Line:
    written = written_day(day, language)
    # Apart, or in Arabic a place in Latin letters would take the day's number to its own side.
    return [{"kind": "apart", "body": [place]}, comma(language) + written] if place else [written]


def _parts(copy: Copy, dated: Line) -> dict[str, Any]:
    """Each part of the letter by its name in the template; a line is empty where there is none."""
    found = blocks(copy.html)
    head = {kind: _line(found, kind) for kind in _OF_THE_HEAD}
    return {
        **head,
        "date": head["date"] or dated,
        "body": [one for one in found if one["kind"] not in (*_OF_THE_HEAD, "signatory")],
        "signatories": [one["body"] for one in found if one["kind"] == "signatory"],
    }


def _line(found: Sequence[Block], kind: str) -> Line:
    return next((one["body"] for one in found if one["kind"] == kind), [])
