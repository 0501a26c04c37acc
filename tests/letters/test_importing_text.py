"""A letter from a text file: nothing lost, nothing added, each note with its mark."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.compiling import Compiler, check
from outreach.letters.importing import import_letter, to_text
from outreach.letters.source import parse_source
from tests.letters.factories import FOOTING, KNOWN, a_copy
from tests.letters.reading import page_of

WHALES = Path(__file__).with_name("whales.txt")
OPEN_LETTER = Path(__file__).parents[3] / "shared" / "letter" / "open-letter.txt"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
COMPILER = Compiler()


def imported(text: str, filename: str = "letter.txt"):
    return import_letter(text.encode(), filename)


def text_of(text: str, filename: str = "letter.txt") -> str:
    """What a reader of the imported letter gets, as plain text."""
    return a_copy(imported(text, filename), compiler=COMPILER).text.removesuffix(FOOTING)


def words(text: str) -> Counter[str]:
    """Every word, number and address, without marks of notes and Markdown's emphasis."""
    text = re.sub(rf"\[\d+\]|[{SUPERSCRIPTS}]+", " ", text)
    return Counter(re.findall(r"[\w$&%{}#/:.?=-]*\w", re.sub(r"[*\\<>•]|^- ", " ", text)))


def notes_by_mark(text: str) -> dict[str, str]:
    """For each mark, the word before it and the text of its note."""
    notes = dict(re.findall(r"^\[(\d+)\] (.*)", text, re.MULTILINE))
    return {word: notes[mark] for word, mark in re.findall(r"(\w+)\[(\d+)\]", text)}


@pytest.fixture(params=["our own", "the open letter"])
def letter(request: pytest.FixtureRequest) -> str:
    if request.param == "our own":
        return WHALES.read_text("utf-8")
    if not OPEN_LETTER.exists():
        pytest.skip("the open letter is not at ../shared/letter")
    return OPEN_LETTER.read_text("utf-8")


def test_every_word_of_the_letter_is_in_the_copy_and_no_other(letter):
    copy = a_copy(imported(letter))
    expected = letter.replace("Subject: ", "").replace("\\$", "$")
    assert words(copy.subject + "\n" + copy.text.removesuffix(FOOTING)) == words(expected)


def test_every_word_of_the_letter_is_on_the_page_in_the_same_order(letter):
    def plain(text: str) -> list[str]:
        return re.findall(r"\w+", text)

    copy = a_copy(imported(letter))
    text = re.sub(r"^\s*(\[?\d+[.\]])", "", copy.text, flags=re.MULTILINE).replace("* * *", "")
    page = page_of(copy.html).text.partition(copy.subject)[2]
    assert plain(page) == plain(text)


def test_what_was_imported_is_a_letter_like_any_other(letter):
    source = imported(letter)
    assert parse_source(to_text(source), "letter", "letter", "en") == source
    assert check(source, KNOWN) == []


@pytest.mark.skipif(not OPEN_LETTER.exists(), reason="the open letter is not at ../shared/letter")
def test_the_open_letter_comes_in_with_all_its_parts():
    source = imported(OPEN_LETTER.read_text("utf-8"))
    text = a_copy(source).text
    assert source.addressee.split("\n")[0] == "WIPO Director General Daren Tang"
    assert len(source.addressee.split("\n")) == 3
    assert source.date == "28 February 2022"
    assert source.subject == "Ukraine invasion: closure of WIPO Russia Office"
    assert source.signatories == ("Miranda Brown", "Christopher Mason", "Olivier Steele")
    assert source.body.startswith("Dear Director General,\n\nWe write")
    assert "\n\nYours sincerely,\n\n[^" in source.body
    assert len(re.findall(r"^- \*.*\*$", source.body, re.MULTILINE)) == 6
    assert len(re.findall(r"^\d\. ", source.body, re.MULTILINE)) == 3
    assert "(US$70 billion)" in text
    assert {before: note.split("/")[2] for before, note in notes_by_mark(text).items()} == {
        "Convention": "wipolex.wipo.int",
        "2016": "www.govinfo.gov",
        "countries": "en.wikipedia.org",
        "website": "www.wipo.int",
    }
    assert "reporting in 2016[2]" in text
    assert "[2] https://www.ip-watch.org/" in text


def test_the_parts_of_a_letter_are_found():
    source = imported(WHALES.read_text("utf-8"))
    copy = a_copy(source)
    assert copy.subject == '"Quiet seas": the {{ harbour }} plan & its costs'
    assert source.reference == "Our ref: IOW/7"
    assert source.date == "Geneva, 3 May 2021"
    assert source.addressee.split("\n") == [
        *("OPEN LETTER", "The Secretary", "International Office of Whales"),
        *("5, quai des Exemples", "CH-1200 Geneva"),
    ]
    assert source.signatories == ("Ana Ruiz\nBiologist", "Li Wei")
    assert "{% very loud %} and <b>short</b>" in copy.text
    assert "{% very loud %} and <b>short</b>" in page_of(copy.html).text


def test_notes_are_attached_wherever_they_stood():
    text = text_of(WHALES.read_text("utf-8"))
    assert notes_by_mark(text) == {
        "million": "https://example.org/costs_of_the_plan",
        "2016": "The Sea Paper, 5 June 2016, https://example.org/paper?a=1&copy=2 (in French).",
        "office": "https://example.org/about/",
        "whales": "https://example.org/count",
        "us": "In writing.",
    }


def test_what_is_no_mark_and_what_is_no_note_stays_where_it_was():
    text = text_of(WHALES.read_text("utf-8"))
    assert "12 km² and" in text
    assert "See also note ¹ below" in text
    assert "⁷ Nobody refers to this one." in text


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(1, 13)), st.lists(st.integers(0, 24), min_size=12, max_size=12))
def test_notes_in_any_order_and_place_find_their_marks(order, places):
    def raised(number: int) -> str:
        return "".join(SUPERSCRIPTS[int(digit)] for digit in str(number))

    blocks = [f"Point w{number}w{raised(number)}, and so on." for number in order]
    blocks = ["Dear Sir,", *blocks, "Yours sincerely,", "Ana Ruiz"]
    for number, place in zip(range(1, 13), places, strict=True):
        blocks.insert(place, f"{raised(number)} <https://example.org/{number}>")
    source = imported("\n\n".join(blocks))
    text = a_copy(source, compiler=COMPILER).text
    assert source.signatories == ("Ana Ruiz",)
    assert notes_by_mark(text) == {f"w{n}w": f"https://example.org/{n}" for n in order}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a¹²\n\n¹ one\n\n² two", "a[1][2]\n\n[1] one\n[2] two"),
        ("a¹ b¹\n\n¹ one", "a[1] b[1]\n\n[1] one"),
        ("page¹\n\n¹ one\n\nnext¹\n\n¹ two", "page[1]\n\nnext[2]\n\n[1] one\n[2] two"),
        ("a¹ (see)\n\n¹\nhttps://example.org", "a[1] (see)\n\n[1] https://example.org"),
        ("a¹(https://example.org)\n\n¹ b", "a[1](https://example.org)\n\n[1] b"),
        ("a [1] b.\n\n[1] one", "a[1] b.\n\n[1] one"),
        ("[1] first point\n\n[2] second", "[1] first point\n\n[2] second"),
        ("a [1].\n\n[1]: https://example.org", "a[1].\n\n[1] https://example.org"),
        ("a[^x]\n\n[^x]: own\n\n[^y]: lost", "a[1]\n\n[^y]: lost\n\n[1] own"),
        ("a[^1] b¹\n\n[^1]: own\n\n¹ raised", "a[1] b[2]\n\n[1] own\n[2] raised"),
        ("10³ and m² and x⁴", "10³ and m² and x⁴"),
    ],
)
def test_marks_and_notes(text, expected):
    assert text_of(text) == expected


def test_a_mark_in_the_heading_keeps_its_note_as_a_paragraph():
    text = "Ana Ruiz¹\nSubject: Whales\n\nDear Sir,\n\nText.\n\n¹ Chair"
    assert text_of(text) == "Ana Ruiz¹\n\nDear Sir,\n\nText.\n\n¹ Chair"


def test_signatories_with_notes_stay_in_the_text_where_notes_are():
    text = "Dear Sir,\n\nYours sincerely,\n\nAna Ruiz¹\nLi Wei²\n\n¹ Chair\n² Deputy"
    assert text_of(text) == (
        "Dear Sir,\n\nYours sincerely,\n\nAna Ruiz[1]\nLi Wei[2]\n\n[1] Chair\n[2] Deputy"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&copy; AT&T `x` ![a](b)", "&copy; AT&T `x` ![a](b)"),
        ("[draft]: do not quote", "[draft]: do not quote"),
        ("1. [draft]: do not quote", "1. [draft]: do not quote"),
        ("    indented\n\n\tand tabbed", "indented\n\nand tabbed"),
        ("Name <name@example.org>", "Name name@example.org"),
        ("see https://example.org/a_b_(c), https://example.org/d*e*.", None),
        ("(https://example.org/a) [https://example.org/b]", None),
        ("{{ x }} {% if %} {# y #} {{{ z }}} https://example.org/{{id}}", None),
        ("• a\n• b", "- a\n- b"),
        ("2014. A good year", "2014. A good year"),
    ],
)
def test_what_markdown_would_misread_stays_as_it_was(text, expected):
    assert text_of(text) == (expected or text)
    assert check(imported(text), KNOWN) == []


def test_line_ends_that_were_meant_are_kept_and_those_of_a_typewriter_are_not():
    text = """\
Dear Sir,

We write to you today about a matter that takes more than one line and so
goes on here, on the next line, and ends.

Office of Whales
5, quai des Exemples
Geneva
"""
    assert text_of(text) == (
        "Dear Sir,\n\nWe write to you today about a matter that takes more than one line and so "
        "goes on here, on the next line, and ends.\n\n"
        "Office of Whales\n5, quai des Exemples\nGeneva"
    )


PIECES = """\
Dear Sir,|word|two words|**bold**|*it*|- |1. |2. |> |# |[x](y)|[1]|[1]: |[^a]|[^a]: |¹|¹ |²|
|`c`|{{ a }}|{% b %}|<b>|<|&amp;|https://example.org/a_b*c_|_u_|**|*|\\|\\$|!|---|    |~~|12|===|
|Yours sincerely,|28 February 2022|m²|a@example.org|<https://example.org/q>|。中文| |\n\n"""
pieces = st.sampled_from(PIECES.split("|"))


@settings(deadline=None)
@given(st.lists(pieces, min_size=1, max_size=30).map("".join))
@example("\\[^a]: x\n\n[^a]: y")
def test_no_letter_of_a_text_is_ever_lost(text):
    def letters(said: str) -> Counter[str]:
        return Counter(filter(str.isalpha, said.replace("[^a]", "")))

    text = f"Dear Madam,\n\n{text}"
    assert letters(text) <= letters(text_of(text))


SIX = {
    "en": ("3 May 2021", "Subject: Whales", "Dear Madam,", "Yours faithfully,"),
    "fr": ("Genève, le 3 mai 2021", "Objet : Baleines", "Madame,", "Veuillez agréer, Madame, x."),
    "es": ("3 de mayo de 2021", "Asunto: Ballenas", "Estimada señora:", "Atentamente,"),
    "ru": ("3 мая 2021 г.", "Тема: Киты", "Уважаемая госпожа!", "С уважением,"),
    "ar": ("3 مايو 2021", "الموضوع: الحيتان", "سعادة السيدة،", "وتفضلوا بقبول فائق الاحترام،"),
    "zh": ("2021年5月3日", "主题：鲸鱼", "尊敬的女士：", "此致\n敬礼"),
}


@pytest.mark.parametrize("language", SIX)
def test_the_parts_are_found_in_all_six_languages(language):
    date, subject, greeting, closing = SIX[language]
    text = f"Office\nGeneva\n{date}\n\n{subject}\n\n{greeting}\n\nText.\n\n{closing}\n\nAna Ruiz"
    source = import_letter(text.encode(), "letter.txt", language=language)
    assert (source.addressee, source.date) == ("Office\nGeneva", date)
    assert source.subject in subject
    assert len(source.subject) < len(subject)
    assert source.body.startswith(f"{greeting}\n\nText.")
    assert source.signatories == ("Ana Ruiz",)


@pytest.mark.parametrize(
    "tail",
    [
        "P.S. We also wrote to the press.",
        "Yours would be the decision, and " + "so on and on " * 20,
        "1. an afterthought",
        "",
    ],
)
def test_what_follows_the_closing_and_is_no_name_stays_in_the_text(tail):
    source = imported(f"Dear Sir,\n\nYours sincerely,\n\nAna\n\n{tail}".strip())
    assert source.signatories == (() if tail else ("Ana",))
    assert tail.strip() in source.body


def test_a_text_without_any_of_it_is_all_body_and_named_after_its_file():
    source = imported("Only words.", "my-letter.txt")
    assert (source.subject, source.body) == ("my-letter", "Only words.")


def test_markdown_is_taken_as_it_is():
    text = "Dear **Sir**,\n\na[^1] `code` [b](https://example.org/c)\nd\n\n[^1]: e\n\n    f\n\nEnd."
    assert text_of(text, "letter.md") == (
        "Dear Sir,\n\na[1] code b <https://example.org/c> d\n\nEnd.\n\n[1] e\n\n    f"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding):
    text = "Chère Madame,\r\n\r\nUn café coûte 3 €…"
    source = import_letter(text.encode(encoding), "lettre.txt", language="fr")
    assert source.body == "Chère Madame,\n\nUn café coûte 3 €…"


@pytest.mark.parametrize(
    ("content", "filename", "said"),
    [
        (b"", "a.txt", "holds no text"),
        (b" \r\n\t", "a.md", "holds no text"),
        (b"a\x00b", "a.txt", "not a text file"),
        (b"caf\xe9 \x81\x8d", "a.txt", "not a text file in a known encoding"),
        (b"\xff\xfea", "a.txt", "not a text file in a known encoding"),
        (b"%PDF", "a.pdf", "are brought in from .txt, .md or .docx"),
        (b"x" * (20 * 1024 * 1024 + 1), "a.txt", "larger than 20 MB"),
        (b"zq7slot0qz", "a.txt", "may not stand in a letter"),
    ],
)
def test_a_file_that_is_no_letter_is_refused_by_name(content, filename, said):
    with pytest.raises(InvalidInput, match=said):
        import_letter(content, filename)
