"""Reads an HTML copy the way a mail client would: its tags and its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page:
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    styles: str = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, dict(attrs)))
        self._in_style = tag == "style"
        self.page.text += "\n" if tag == "br" else ""

    def handle_endtag(self, tag: str) -> None:
        self.page.tags.append((f"/{tag}", {}))
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.page.styles += data
        else:
            self.page.text += data


def page_of(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
