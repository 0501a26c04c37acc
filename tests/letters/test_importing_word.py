"""A letter from a Word file: paragraphs, emphasis, lists, links and notes, and no word lost."""

import re
import zipfile
from io import BytesIO

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.compiling import Compiler, check
from outreach.letters.importing import import_letter, to_text
from outreach.letters.source import LetterSource, parse_source
from tests.letters.factories import FOOTING, KNOWN, a_copy
from tests.letters.word_files import WordFile, run

COMPILER = Compiler()


def imported(file: WordFile) -> LetterSource:
    return import_letter(file.content(), "letter.docx")


def text_of(file: WordFile) -> str:
    return a_copy(imported(file), compiler=COMPILER).text.removesuffix(FOOTING)


def body_of(*runs: object) -> str:
    file = WordFile()
    file.paragraph(*runs)
    return imported(file).body


def test_the_parts_of_a_letter_are_found():
    file = WordFile()
    for line in (
        "Ana Ruiz",
        "5, quai des Exemples",
        "Geneva, 3 May 2021",
        "",
        ("Subject: Whales", "b"),
    ):
        file.paragraph(line)
    file.paragraph("Dear Madam,")
    file.paragraph("We write.")
    file.paragraph("Yours sincerely,\nLi Wei")
    file.paragraph("Biologist\nGeneva")
    source = imported(file)
    assert source.addressee == "Ana Ruiz\n5, quai des Exemples"
    assert (source.date, source.subject) == ("Geneva, 3 May 2021", "Whales")
    assert source.body == "Dear Madam,\n\nWe write.\n\nYours sincerely,"
    assert source.signatories == ("Li Wei", "Biologist\nGeneva")
    assert parse_source(to_text(source), "letter", "letter", "en") == source


@pytest.mark.parametrize(
    ("runs", "body"),
    [
        (["We ", ("ask", "b"), " and ", ("beg", "i"), "."], "We **ask** and *beg*."),
        (["We ", ("a", "b"), ("s", "b"), ("k ", "b"), "you"], "We **ask** you"),
        ([("both", "bi")], "***both***"),
        ([("Note:", "b"), "this"], "**Note**:this"),
        ([("请注意：", "b"), "下文"], "**请注意**：下文"),
        (["2*3*4 _a_ [b] `c` <d> &amp; \\e"], r"2\*3\*4 \_a\_ \[b\] \`c\` \<d> \&amp; \\e"),
        (["{{ a }}"], "{{ '{{' }} a }}"),
        (["https://example.org/a_b_c."], "<https://example.org/a_b_c>."),
        (["one\ntwo"], "one\\\ntwo"),
        (["1. a"], "1\\. a"),
        (["- a"], "\\- a"),
        (["# a"], "\\# a"),
        (["km", ("2", "^")], "km²"),
    ],
)
def test_runs_become_markdown_that_says_the_same(runs, body):
    assert body_of(*runs) == body


def test_strong_and_emphasised_styles_are_emphasis_and_off_is_off():
    styled = parse_xml(
        f'<w:p {nsdecls("w")}><w:r><w:rPr><w:rStyle w:val="Strong"/></w:rPr><w:t>a</w:t></w:r>'
        '<w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t xml:space="preserve"> b</w:t></w:r></w:p>'
    )
    assert body_of(*styled) == "**a** b"


def test_tracked_changes_come_as_accepted():
    changed = parse_xml(
        f"<w:p {nsdecls('w')}><w:ins>{run('new ')}</w:ins>"
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('gone')}</w:moveFrom><w:sdt><w:sdtContent>{run('kept')}"
        "</w:sdtContent></w:sdt><w:r><w:noBreakHyphen/><w:tab/><w:br w:type='page'/></w:r></w:p>"
    )
    assert body_of(*changed) == "new kept\u2011"


def test_a_link_keeps_its_words_and_its_address():
    file = WordFile()
    file.paragraph(
        file.link("https://example.org/a_b", "the [plan]"),
        " ",
        file.link("https://example.org/c", "https://example.org/c"),
        " ",
        file.link("mailto:us@example.org", "us@example.org"),
        " ",
        file.link("https://example.org/(d)", "d"),
    )
    assert imported(file).body == (
        r"[the \[plan\]](https://example.org/a_b) <https://example.org/c> <us@example.org> "
        "[d](<https://example.org/(d)>)"
    )


def test_lists_are_lists_with_word_s_numbers():
    file = WordFile()
    for text, style in (
        *(("a", "List Bullet"), ("b", "List Bullet"), ("c", "List Bullet 2")),
        *(("one", "List Number"), ("two\nlines", "List Number"), ("between", None)),
        *(("three", "List Number"), ("Head", "Heading 2"), ("Said", "Quote")),
    ):
        file.paragraph(text, style=style)
    assert text_of(file) == (
        "- a\n- b\n  - c\n\n1. one\n2. two\n   lines\n\nbetween\n\n3. three\n\nHead\n\n    Said"
    )


LEVELS = """
<w:numbering %s><w:abstractNum w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%%1.%%2"/></w:lvl>
</w:abstractNum><w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num></w:numbering>
"""


@pytest.mark.parametrize(
    ("form", "pattern", "text"),
    [
        ("decimal", "%1.", "4. a\n5. b\n5.1 c\n5.2 d\n6. e\n6.1 f"),
        ("decimal", "%1)", "4) a\n5) b\n5.1 c\n5.2 d\n6) e\n6.1 f"),
        ("lowerLetter", "(%1)", "(d) a (e) b e.1 c e.2 d (f) e f.1 f"),
        ("upperRoman", "%1.", "IV. a V. b V.1 c V.2 d VI. e VI.1 f"),
    ],
)
def test_labels_of_any_kind_are_counted_as_word_counts(form, pattern, text):
    file = WordFile()
    numbering = file.document.part.numbering_part.element
    for element in parse_xml(LEVELS % (nsdecls("w"), form, pattern)):
        numbering.append(element)
    for word, depth in zip("abcdef", (0, 0, 1, 1, 0, 1), strict=True):
        properties = file.paragraph(word)._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_numId().val = 90
        properties.get_or_add_ilvl().val = depth
    assert re.sub(r"\s+", " ", text_of(file)) == re.sub(r"\s+", " ", text)


def test_word_s_own_notes_are_notes():
    file = WordFile()
    first = file.note(run(" First, https://example.org/a"))
    second = file.note(run("Second"))
    file.paragraph("We", first, " write", second, ".")
    file.paragraph("Yours sincerely,")
    file.paragraph("Ana")
    assert text_of(file) == (
        "We[1] write[2].\n\nYours sincerely,\n\nAna\n\n[1] First, https://example.org/a\n[2] Second"
    )


def test_notes_that_were_typed_are_notes_too():
    file = WordFile()
    file.paragraph("We", ("1", "^"), " write", ("10", "^"))
    file.paragraph(("10", "^"), " Ten")
    file.paragraph(("1", "^"), " One")
    assert text_of(file) == "We[1] write[2]\n\n[1] One\n[2] Ten"


def test_tables_and_text_boxes_are_read_where_they_stand():
    file = WordFile()
    file.paragraph("before")
    table = file.document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    box = "<w:txbxContent><w:p>{}</w:p></w:txbxContent>"
    alternate = parse_xml(
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:AlternateContent><mc:Choice>{box.format(run('boxed'))}</mc:Choice>"
        f"<mc:Fallback>{box.format(run('boxed'))}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    file.paragraph("after", alternate)
    assert text_of(file) == "before\n\nleft\n\nright\n\nafter\n\nboxed"


forms = st.sampled_from(["", "b", "i", "bi", "^"])
texts = st.text(
    st.sampled_from("ab Z1.,:;!?*_`[](){}<>#-+&\\/'\"¹²€文。\n\xa0"), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.tuples(texts, forms), min_size=1, max_size=5), min_size=1, max_size=4))
def test_no_letter_of_a_word_file_is_ever_lost_or_added(paragraphs):
    file = WordFile()
    file.paragraph("Dear Madam,")
    for runs in paragraphs:
        file.paragraph(*runs)
    written = "Dear Madam," + "".join(text for runs in paragraphs for text, _ in runs)
    source = imported(file)

    def letters(text: str) -> list[str]:
        return sorted(filter(str.isalpha, text))

    assert letters(a_copy(source, compiler=COMPILER).text.removesuffix(FOOTING)) == letters(written)


def test_a_word_file_that_was_imported_has_no_problems():
    file = WordFile()
    file.paragraph("Dear Madam,")
    file.paragraph(("bold:", "b"), "text <b> ** [x](y) [^1] ", ("it", "i"), "alic {{ x }}")
    assert check(imported(file), KNOWN) == []


def zipped(**files: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a Word file"),
        (b"\xd0\xcf\x11\xe0 an old Word file", "not a Word file"),
        (zipped(a=b"b"), "is broken"),
        (zipped(**{"[Content_Types].xml": b"<x"}), "is broken"),
        (WordFile().content()[:-200], "not a Word file"),
        (WordFile().content(), "holds no text"),
        (zipped(bomb=b"0" * (101 * 1024 * 1024)), "unpacks to more than"),
    ],
)
def test_a_file_that_is_no_letter_is_refused_by_name(content, said):
    with pytest.raises(InvalidInput, match=f"letter.docx.*{said}"):
        import_letter(content, "letter.docx")
