"""A copy's HTML read back: every word of it, each tag for what it means, and no tag unknown."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from outreach.errors import InvalidInput
from outreach.letters.blocks import Block, blocks
from outreach.letters.compiling import Compiler
from outreach.letters.source import LetterSource
from tests.letters.factories import FOOTER, a_copy, a_source, values
from tests.letters.words import LETTERS, MARKDOWN, words_of


def read(body: str, **fields: Any) -> list[Block]:
    return blocks(a_copy(a_source(body, **fields)).html)


def test_the_head_and_the_names_are_told_apart_from_the_text() -> None:
    found = read(
        "Dear Sir,", addressee="WIPO\nGeneva", date="1 May", reference="7", signatories=("A\nB",)
    )
    lines = {one["kind"]: one["body"] for one in found}
    assert lines == {
        "addressee": ["WIPO", {"kind": "break"}, "Geneva"],
        "date": ["1 May"],
        "reference": ["7"],
        "paragraph": ["Dear Sir,"],
        "signatory": ["A", {"kind": "break"}, "B"],
    }


def test_what_belongs_to_the_mail_is_left_out() -> None:
    assert read("Text.[^1]\n\n[^1]: Note.") == [
        {
            "kind": "paragraph",
            "body": ["Text.", {"kind": "note", "number": "1", "body": read("Note.")}],
        }
    ]


def test_a_note_is_told_with_its_first_mark_only() -> None:
    [first, again] = read("One.[^a]\n\nTwo.[^a]\n\n[^a]: Both *mean* this.")
    assert "body" in first["body"][1]
    assert again["body"][1] == {"kind": "note", "number": "1"}


def test_a_note_may_have_notes_and_even_its_own_mark() -> None:
    [[said, note]] = [one["body"] for one in read("One.[^a]\n\n[^a]: See [^b] and [^a].\n[^b]: B.")]
    assert said == "One."
    inner = note["body"][0]["body"]
    assert [one.get("body") is not None for one in inner if isinstance(one, dict)] == [True, False]


def test_lists_keep_the_numbers_that_were_written() -> None:
    [numbered, plain] = read("3. three\n7. seven\n8. eight\n\ntext\n\n- one\n- two")[::2]
    assert [item["number"] for item in numbered["items"]] == [3, 7, 8]
    assert [item["number"] for item in plain["items"]] == [None, None]


def test_a_tight_item_is_a_paragraph_with_what_is_below_it() -> None:
    [item] = read("- *one* more\n  1. inner")[0]["items"]
    paragraph, inner = item["body"]
    assert paragraph["body"] == [{"kind": "emphasis", "body": ["one"]}, " more"]
    assert inner["items"][0]["body"] == [{"kind": "paragraph", "body": ["inner"]}]


def test_the_address_of_a_link_is_written_beside_words_that_do_not_say_it() -> None:
    links = read(
        "[words](https://a.example/ü) <https://b.example> [c@d.example](mailto:c@d.example) "
        "[us](mailto:c@d.example)"
    )[0]["body"][::2]
    assert [link["written"] for link in links] == [
        "https://a.example/%C3%BC",
        "",
        "",
        "c@d.example",
    ]
    assert all(link["address"] for link in links)


def test_a_link_that_leads_nowhere_is_no_link() -> None:
    [paragraph] = blocks('<p>Here: <a href="…">here</a></p>')
    assert paragraph["body"] == ["Here: ", {"kind": "apart", "body": ["here"]}]


def test_levels_of_headings_go_down_one_at_a_time() -> None:
    assert [one["level"] for one in read("## A\n\n#### B\n\n# C\n\n###### D")] == [1, 2, 1, 2]


def test_white_space_is_shown_as_a_browser_shows_it() -> None:
    assert read("one\ntwo \\\n  three\u00a0four")[0]["body"] == [
        "one two",
        {"kind": "break"},
        "three\u00a0four",
    ]


@pytest.mark.parametrize("tag", ["table", "div", "pre", "script", "svg"])
def test_a_block_that_no_letter_holds_is_named(tag: str) -> None:
    with pytest.raises(InvalidInput, match=f"<{tag}>"):
        blocks(f"<html><body><{tag}>x</{tag}></body></html>")


@pytest.mark.parametrize("tag", ["u", "span", "table", "img"])
def test_neither_does_any_line(tag: str) -> None:
    end = "" if tag == "img" else f"</{tag}>"
    with pytest.raises(InvalidInput, match=f"<{tag}>"):
        blocks(f"<p>a <{tag}>{end}</p>")


def test_html_that_is_not_in_order_is_no_letter() -> None:
    for html in ("<p>a</strong></p>", "</p>"):
        with pytest.raises(InvalidInput, match="cannot be read"):
            blocks(html)


def test_a_note_that_only_notes_lead_to_is_not_lost() -> None:
    [text, notes] = read("Text.\n\n[^1]: See [^1].")
    assert text["body"] == ["Text."]
    assert notes["items"] == [{"number": 1, "body": [{"kind": "paragraph", "body": ["See [1]."]}]}]


def test_a_value_stays_text() -> None:
    copy = a_copy(a_source("{{ contact.name }}"), values(name='<script>x</script> &amp; "#read"'))
    assert blocks(copy.html)[0]["body"] == ['<script>x</script> &amp; "#read"']


@pytest.mark.parametrize("load", LETTERS)
def test_no_word_of_a_letter_is_lost(load: Callable[[], LetterSource]) -> None:
    compiler = Compiler()
    for name in ("", "Awa Diop"):
        given = values(title="", name=name)
        given["state"]["coordination_committee"] = bool(name)
        copy = a_copy(load(), given, FOOTER, compiler=compiler)
        wanted = copy.text.rpartition("* * *")[0]
        assert Counter(words_of(blocks(copy.html))) == Counter(words_of(wanted))


@settings(max_examples=150)
@given(MARKDOWN)
def test_whatever_markdown_makes_of_a_text_is_read_back_with_all_it_says(body: str) -> None:
    try:
        copy = a_copy(a_source(f"Dear Sir,\n\n{body}"))
    except InvalidInput:
        return  # nothing that could be sent
    wanted = copy.text.rpartition("* * *")[0]
    assert Counter("".join(words_of(blocks(copy.html)))) == Counter("".join(words_of(wanted)))
