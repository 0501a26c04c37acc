"""The reports as a feed (Atom, RFC 4287): summaries that name nobody, with links to the desk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from outreach.reports import headlines
from outreach.reports.figures import Figures
from outreach.reports.rendering import Links

MEDIA_TYPE = "application/atom+xml"
LONGEST = 26  # reports, half a year


def as_atom(reports: Sequence[Figures], links: Links, *, address: str, begun_at: datetime) -> bytes:
    """``address`` is the feed's own; ``begun_at`` is its date while there is no report yet.

    No ``address`` in an id: those are for ever, and a reader's token is not.
    """
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    updated = max((report.made_at for report in reports), default=begun_at)
    _describe(feed, links.reports(), "Outreach: weekly reports", updated)
    SubElement(SubElement(feed, "author"), "name").text = "Outreach"
    SubElement(feed, "link", {"rel": "self", "type": MEDIA_TYPE, "href": address})
    SubElement(feed, "link", _page(links.reports()))
    for report in reports:
        _add(feed, report, links)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add(feed: Element, report: Figures, links: Links) -> None:
    entry, page = SubElement(feed, "entry"), links.report(report.week)
    _describe(entry, page, headlines.subject(report), report.made_at)
    SubElement(entry, "link", _page(page))
    SubElement(entry, "summary").text = " ".join(headlines.headlines(report))


def _describe(part: Element, identity: str, title: str, updated: datetime) -> None:
    SubElement(part, "id").text = identity
    SubElement(part, "title").text = title
    SubElement(part, "updated").text = f"{updated.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _page(address: str) -> dict[str, str]:
    return {"rel": "alternate", "type": "text/html", "href": address}
