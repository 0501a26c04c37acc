"""Every page of the desk in French: what is the same as in English is data, or the same word."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select
from sqlmodel import SQLModel

from outreach import texts
from outreach.accounts.tables import Role
from outreach.web import create_app
from outreach.wiring import Outreach
from tests import texts as catalogues
from tests.web.conftest import SignedIn
from tests.web.test_accessibility import every_page, furnished
from tests.web.world import HOSTILE, World

__all__ = ["furnished"]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ADDRESSES = (
    r"\S+@\S+|https?:\S+|\S+\.(?:pdf|toml)\b|/\S+"
    r"|^multipart/.*|\w+, \d\d \w+ \d+ [\d:]+ \+0000"
)
# As a copy leaves: its header lines, and the sender of a letter that no campaign sends.
HEADERS = (
    "Content-Type",
    "List-Unsubscribe-Post",
    "List-Unsubscribe=One-Click",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "The sender",
    "Grüße",
)
READ_ALOUD = {"aria-label", "title", "alt", "placeholder"}
NOT_READ = {"script", "style", "code", "pre", "textarea"}


def test_no_page_says_in_english_what_a_french_reader_should_read(
    app: Flask, outreach: Outreach, furnished: World, signed_in: SignedIn
) -> None:
    admin = signed_in(Role.admin)
    both = {}
    for code, path in dict(every_page(app, admin, furnished, outreach)).values():
        if code == 200 and not path.startswith("/u/"):  # in the recipient's language: wording.py
            french = said(admin.get(path, headers={"Accept-Language": "fr"}).text)
            both[path] = set(said(admin.get(path).text)) & set(french)
    data = "\n".join([*stored(outreach), *HEADERS])
    left = {
        path: [one for one in found if not is_the_same(one, data)] for path, found in both.items()
    }
    assert {path: found for path, found in left.items() if found} == {}


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten", "/enter/nowhere", "/no/such/page"])
def test_the_way_in_is_french_too(outreach: Outreach, path: str) -> None:
    stranger = create_app(outreach).test_client()
    english = set(said(stranger.get(path).text))
    answer = stranger.get(path, headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in answer.text
    both = {text for text in said(answer.text) if text in english}
    assert {text for text in both if not is_the_same(text, "")} == set()


def stored(outreach: Outreach) -> Iterator[str]:
    """All texts of all rows, and what stands in files."""
    with outreach.database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield from (str(value) for value in row)
    for path in outreach.settings.templates_dir.rglob("*.md"):
        yield path.read_text()
    yield from (str(value) for _, value in outreach.settings)


def is_the_same(text: str, data: str) -> bool:
    """What has no words, is data, or is called the same in French."""
    if text.removesuffix(" · Outreach") in alike():
        return True
    text = (
        re.sub(ADDRESSES, "", text.replace(HOSTILE, ""))
        .removesuffix(" · Outreach")
        .strip(" ,·<>()")
    )
    return not re.search(r"[^\W\d_]{3}", text) or text in data


@cache
def alike() -> frozenset[str]:
    """What French says with the same word, alone or in the title of a page."""
    catalogue = catalogues.read("fr")
    return NAMES | {str(each.id) for each in catalogue if each.id and each.id == each.string}


NAMES = frozenset({"Outreach", "CSV", "JSON", "Excel (.xlsx)", *texts.LANGUAGES.values()})


class _Reader(HTMLParser):
    """Collects what a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]
        if tag in NOT_READ:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.said.append(data)


def said(page: str) -> list[str]:
    reader = _Reader()
    reader.feed(page)
    return [" ".join(text.split()) for text in reader.said if text.strip()]
