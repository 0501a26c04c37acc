"""All letters there are, those shipped and the open letter, and the words that stand in one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from outreach.letters.importing import import_letter
from outreach.letters.source import LetterSource, list_letters, load_letter

ROOT = Path(__file__).parents[2]
OPEN_LETTER = ROOT.parent / "shared" / "letter" / "open-letter.txt"


def _letters() -> Iterator[Any]:
    for slug in list_letters(ROOT / "templates"):
        for source in load_letter(ROOT / "templates", slug).sources.values():
            yield pytest.param(lambda source=source: source, id=f"{source.step}.{source.language}")
    absent = pytest.mark.skipif(
        not OPEN_LETTER.exists(), reason="the open letter is not at ../shared/letter"
    )
    yield pytest.param(open_letter, marks=absent, id="the open letter")


def open_letter() -> LetterSource:
    content = OPEN_LETTER.read_bytes()
    return import_letter(content, OPEN_LETTER.name, language="en", slug="open")


LETTERS = list(_letters())

# Pieces of Markdown, whole and torn, in any order.
PIECES = (
    "*", "**", "_", "`", "[^1]", "[^2]", "\n\n[^1]: ", "\n\n[^2]: ",
    "[word](https://a.example)", "<https://b.example/c>", "[", "](mailto:d@e.example)",
    "# ", "### ", "> ", "- ", "  - ", "3. ", "7) ", "***",
    "\n", "\n\n", "    ", "  \n", "\\\n", " ", "word", "another", "&amp;", "字",
)  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def words_of(value: Any) -> list[str]:
    """Of a text, or of blocks with the numbers of their items and notes, as plain text has them.

    In Chinese each character is one.
    """
    match value:
        case str():
            return re.findall(r"[一-鿿]|[^\W一-鿿]+", value)
        case int():
            return [str(value)]
        case list():
            return _of_all(value)
        case {"kind": "note"}:
            return [
                value["number"],
                *([value["number"]] if "body" in value else []),
                *words_of(value.get("body", [])),
            ]
        case {"kind": "link"}:
            return [*words_of(value["body"]), *words_of(value["written"])]
        case {"items": items}:
            return _of_all([[item["number"], item["body"]] for item in items])
        case {"body": body}:
            return words_of(body)
    return []


def _of_all(values: list[Any]) -> list[str]:
    return [word for value in values for word in words_of(value)]
