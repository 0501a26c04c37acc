"""What of a report's page a test asks for."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Its rows of cells, its links, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._cell = self._cell or tag in ("td", "th")
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag in ("img", "link", "script", "iframe", "source") or "src" in given:
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data
