"""Letters, values and copies made for one test each."""

from typing import Any

from outreach.letters.compiling import Compiler
from outreach.letters.copies import Copy, Links, fill
from outreach.letters.copies import values as values_of
from outreach.letters.source import LetterSource

LINKS = Links("https://letters.example.org/u/token?a=1&b=2")
FOOTING = "\n\n* * *\n\nSent by The organizers.\n"
FOOTER = LetterSource("notices", "footer", "en", subject="", body="Sent by {{ sender.name }}.")

KNOWN = {
    "salutation": (),
    "contact": ("name", "given_name", "family_name", "title", "role", "address", "tags"),
    "state": ("code", "name", "region"),
    "mission": ("organization",),
    "own": (),
    "campaign": ("name",),
    "sender": ("name", "address", "postal"),
    "enclosed": ("pdf", "files"),
}


def a_source(body: str, language: str = "en", **fields: Any) -> LetterSource:
    return LetterSource(
        "whales", "letter", language, **{"subject": "Whales", "body": body} | fields
    )


def values(own: dict[str, str] | None = None, **contact: Any) -> dict[str, Any]:
    known = {name: f"the {name}" for name in KNOWN["contact"]} | {"tags": ["one", "two"]}
    return {
        "salutation": "Excellency,",
        "contact": known | contact,
        "state": {"code": "FR", "name": "France", "region": "Europe"},
        "mission": {"organization": "Permanent Mission of France"},
        "own": own or {},
        "campaign": {"name": "Save the whales"},
        "sender": {"name": "The organizers", "address": "us@example.org", "postal": "1 Quay"},
        "enclosed": {"pdf": False, "files": []},
    }


def a_copy(
    source: LetterSource,
    given: dict[str, Any] | None = None,
    footer: LetterSource = FOOTER,
    links: Links = LINKS,
    compiler: Compiler | None = None,
) -> Copy:
    compiled = (compiler or Compiler()).compile(source, footer, given or values())
    return fill(compiled.skeleton, values_of(compiled.slots, links))


def text_of(body: str, **contact: Any) -> str:
    """What stands between the head and the footer of a copy's plain text."""
    return a_copy(a_source(body), values(**contact)).text.removesuffix(FOOTING)
