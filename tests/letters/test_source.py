from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput, NotFound
from outreach.letters.source import (
    list_letters,
    load_footer,
    load_letter,
    parse_source,
    to_text,
)
from tests.letters.factories import a_source

FILE = """\
+++
subject = "Save the whales"
signatories = ["Ana Ruiz", "Li Wei"]
+++

{{ salutation }}

We write.
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    for name in ("letters/whales/letter.en.md", "letters/whales/letter.fr.md"):
        write(tmp_path / name, FILE)
    write(tmp_path / "letters/whales/reminder.en.md", FILE)
    write(tmp_path / "notices/footer.en.md", "\nPost: {{ sender.postal }}\n")
    return tmp_path


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def parsed(text: str):
    return parse_source(text, "whales", "letter", "en")


def test_a_letter_is_read_with_its_head_and_body():
    source = parsed(FILE)
    assert source.subject == "Save the whales"
    assert source.signatories == ("Ana Ruiz", "Li Wei")
    assert source.body == "{{ salutation }}\n\nWe write."
    assert FILE.split("\n")[source.body_line - 1] == "{{ salutation }}"


def test_line_ends_of_windows_are_as_good():
    assert parsed(FILE.replace("\n", "\r\n")) == parsed(FILE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear Sir,", "begins with a head"),
        ("Hello\n" + FILE, "begins with a head"),
        (FILE.replace('"Save', "Save"), "line 2"),
        (FILE.replace("subject", "subjekt"), "line 2: subjekt is not known; did you mean subject?"),
        (FILE.replace("Save the whales", ""), "a subject is needed"),
        (FILE.replace('["Ana Ruiz", "Li Wei"]', '"Ana"'), "line 3: signatories is a list"),
        (FILE.replace("signatories", "date"), "line 3: date is a text"),
        (FILE.replace('"Save the whales"', '"""a\nb"""'), "line 2: subject is one line"),
        (FILE.replace("We write", "We \x1e write"), "line 8: '\\x1e' may not stand in a letter"),
        (FILE.replace("We write", "zq7slot1qz"), "line 8: 'zq7' may not stand in a letter"),
        (FILE.partition("{{")[0], "no text below the head"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line(text, said):
    with pytest.raises(InvalidInput) as caught:
        parsed(text)
    assert said in str(caught.value)
    assert "whales/letter.en.md" in str(caught.value)


lines = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1).map(str.strip)
words = lines.filter(bool)


@settings(deadline=None)
@given(
    words,
    st.lists(words, max_size=3).map("\n".join),
    words,
    st.lists(words, max_size=3),
    st.lists(words, min_size=1).map("\n\n".join),
)
def test_what_is_written_is_read_back_the_same(subject, addressee, date, signatories, body):
    source = a_source(
        body, subject=subject, addressee=addressee, date=date, signatories=tuple(signatories)
    )
    read = parsed(to_text(source))
    assert replace(read, body_line=1) == source


def test_letters_are_listed_and_loaded_by_step_and_language(templates):
    assert list_letters(templates) == ["whales"]
    letter = load_letter(templates, "whales")
    assert letter.steps == ("letter", "reminder")
    assert letter.languages("letter") == ("en", "fr")
    assert letter.source("letter", "fr").path == templates / "letters/whales/letter.fr.md"


def test_a_step_and_a_footer_that_are_not_there_say_what_is(templates):
    with pytest.raises(NotFound, match=r"letter\.en, letter\.fr, reminder\.en"):
        load_letter(templates, "whales").source("reminder", "fr")
    with pytest.raises(NotFound, match=r"no footer in fr.*there are: en"):
        load_footer(templates, "fr")


def test_no_name_leads_out_of_the_folder_of_letters(templates):
    write(templates / "secret/letter.en.md", FILE)
    for slug in ("../secret", "..", "", str(templates / "secret")):
        assert load_letter(templates, slug).sources == {}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Letter.md", FILE, "is named <step>.<language>.md"),
        ("letter.es.md", FILE.encode("utf-16"), "not UTF-8"),
        ("letter.es.md", FILE.replace("write", "écrivons").encode("cp1252"), "line 8: not UTF-8"),
        ("letter.es.md", FILE + "x" * 200_000, "too large"),
    ],
)
def test_a_file_that_is_no_letter_is_named(templates, name, content, said):
    write(templates / "letters/whales" / name, content)
    with pytest.raises(InvalidInput) as caught:
        load_letter(templates, "whales")
    assert said in str(caught.value)
    assert name in str(caught.value)


def test_a_footer_is_all_body(templates):
    assert load_footer(templates, "en").body == "\nPost: {{ sender.postal }}"
    assert load_footer(templates, "en-GB").language == "en-GB"
