"""What a letter's Markdown becomes: plain text and HTML that are both good to read."""

import pytest

from tests.letters.factories import FOOTING, a_copy, a_source, text_of, values
from tests.letters.reading import page_of


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("one\ntwo  \nthree\\\nfour", "one two\nthree\nfour"),
        ("**a** *b* ***c*** `d`", "a b c d"),
        ("# Head\n\ntext", "Head\n\ntext"),
        ("- a\n- b\n  c\n\nd", "- a\n- b c\n\nd"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("3. a\n4. b\n   - c\n     - d\n5. e", "3. a\n4. b\n   - c\n     - d\n5. e"),
        ("1) a\n2) b", "1) a\n2) b"),
        ("1. a\n1. b\n1. c", "1. a\n2. b\n3. c"),
        ("1. a\n2. b\n1. c\n2. d", "1. a\n2. b\n1. c\n2. d"),
        ("1. a\n\n   b\n\nc", "1. a\n\n   b\n\nc"),
        ("> a\n>\n> b", "    a\n\n    b"),
        ("a\n\n---\n\nb", "a\n\n* * *\n\nb"),
        ("text\n---", "text\n\n* * *"),
        ("    indented is no code", "indented is no code"),
        ("[a](https://example.org/b)", "a <https://example.org/b>"),
        ("<https://example.org/é?a_b_c=%20>", "https://example.org/é?a_b_c=%20"),
        ("<us@example.org> [us](mailto:us@example.org)", "us@example.org us <us@example.org>"),
        ("a <b>c</b> &amp; 2 < 3 \\* \\_", "a <b>c</b> & 2 < 3 * _"),
        ("a[^x] b[^y] c[^x]\n\n[^y]: Y\n[^x]: X *x*", "a[1] b[2] c[1]\n\n[1] X x\n[2] Y"),
        ("一行\n二行 three\nfour", "一行二行 three four"),
        ("> " * 60 + "deep", "    " * 60 + "deep"),
    ],
)
def test_markdown_becomes_plain_text(body, text):
    assert text_of(body) == text


def test_signatories_come_before_the_notes_and_the_notes_before_the_footer():
    source = a_source("a[^1]\n\n[^1]: note", signatories=("Ana", "Li"))
    assert a_copy(source).text == f"a[1]\n\nAna\n\nLi\n\n[1] note{FOOTING}"


def test_every_footnote_and_its_marks_lead_to_each_other():
    page = page_of(a_copy(a_source("a[^1] b[^2] c[^1]\n\n[^1]: one\n\n    more\n\n[^2]: two")).html)
    links = [link["href"] for link in page.all("a")]
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert links == [
        *("#note-1", "#note-2", "#note-1"),
        *("#mark-1", "#mark-1-2", "#mark-2"),
    ]
    assert sorted(names) == ["mark-1", "mark-1-2", "mark-2", "note-1", "note-2"]


def test_html_stays_text_and_a_list_keeps_its_first_number():
    page = page_of(a_copy(a_source("3. a <script>b</script>\n\n*c* **d** `e<f>`")).html)
    assert "a <script>b</script>" in page.text
    assert "e<f>" in page.text
    assert page.all("script") == []
    assert page.all("li") == [{"value": "3", "style": page.all("li")[0]["style"]}]
    assert len(page.all("em")) == len(page.all("strong")) == len(page.all("code")) == 1


def test_a_page_says_its_language_and_direction_and_needs_nothing_from_elsewhere():
    html = a_copy(a_source("سلام {{ contact.title }} {{ contact.name }}", "ar")).html
    page = page_of(html)
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == ("ar", "rtl")
    assert {"name": "color-scheme", "content": "light dark"} in page.all("meta")
    assert len(page.all("bdi")) == 2  # title and name side by side stay together; the sender
    assert not {"script", "link", "img", "iframe", "table"} & {tag for tag, _ in page.tags}
    assert "url(" not in html
    assert "@import" not in html


def test_styles_are_inlined_and_only_those_for_dark_and_small_screens_are_kept():
    page = page_of(a_copy(a_source("x")).html)
    (letter,) = [div for div in page.all("div") if div.get("class") == "letter"]
    assert "max-width: 640px" in str(letter["style"])
    assert "prefers-color-scheme: dark" in page.styles
    assert "640px" not in page.styles


def test_written_out_addresses_run_from_left_to_right_in_any_letter():
    page = page_of(a_copy(a_source("<https://example.org> [كلمة](https://example.org)", "ar")).html)
    assert [link.get("dir") for link in page.all("a")] == ["ltr", None]


def test_the_title_of_the_page_is_the_subject():
    source = a_source("x", subject="A & <B> for {{ contact.name }}")
    page = page_of(a_copy(source, values(name="<C>")).html)
    assert "A & <B> for <C>" in page.text


def test_lines_of_the_addressee_stay_lines():
    copy = a_copy(a_source("x", addressee="A *b*\nC"))
    assert copy.text.startswith("A *b*\nC\n\nx")
    assert "A *b*<br>C" in copy.html
