"""PDFs: whatever a stranger wrote stands in them as it is, and nothing else does."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.typesetting import glyphs, paper
from outreach.typesetting.glyphs import BOX, FONTS, shown
from tests.typesetting.reading import Pdf

DATED = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LEFT_MARGIN = 71  # points, 2.5 cm
COVERED = "".join(map(chr, glyphs._covered()))
LANGUAGES = {
    "en": "Excellency, we thank you for your letter of 1 December 2026.",
    "fr": "Monsieur l’Ambassadeur, « ça va de soi » : cœur, Noël, 1 234,50 €.",
    "es": "¿Podría usted enviarnos más información? ¡Señor Núñez, pingüino!",
    "ru": "Ваше Превосходительство, благодарим Вас за письмо № 15. Ё, щ.",
    "ar": "صاحب السعادة، نشكركم على رسالتكم رقم 2026/15 (WIPO) قبل 15:30.",
    "zh": "阁下：感谢您2026年的来信。“我们会认真研究”，請參閱附件《公開信》。",
}
CODE = (
    '#read("/etc/passwd")',
    '#import "/sheet.typ": paper',
    '#import "@preview/cetz:0.3.0"',
    "#sys.inputs.paper",
    "#panic()",
    "$ x^2 $ `raw` ```rust let``` *strong* _emphasis_",
    "= Heading\n- item\n+ item\n/ Term: text",
    "<label> @reference ~ -- --- ... // comment /* comment */",
    "\"quotes\" 'single' \\ \\u{41} \\#",
    '"}} ]] ))',
    "{{ 7 * 7 }} ${7*7} <script>alert(1)</script> &amp;",
)


def written(text: str, title: str = "A title", language: str = "en") -> bytes:
    mail = {"title": "Reply", "head": [], "remark": "", "text": text, "quoted": ""}
    values = {"facts": [], "letters": [mail], "notes": []}
    return paper.pdf("thread", values, title=title, language=language, dated=DATED)


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


AROUND = letters("A titleReply1 of 1")  # what stands on the page besides the text


@pytest.mark.parametrize("text", CODE)
def test_nothing_that_a_stranger_wrote_is_read_as_typst(text: str) -> None:
    assert Pdf(written(text)).letters == AROUND + letters(text)


def test_neither_is_a_title() -> None:
    data = written("", title='#read("/etc/passwd") $x$')
    assert '#read("/etc/passwd") $x$' in Pdf(data).text
    assert b"/Title(#read\\(" in data or b'/Title(#read("/etc/passwd") $x$)' in data


def test_a_template_reads_no_file_outside_of_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    monkeypatch.setattr(paper, "_TEMPLATES", folder)
    for path in ("/etc/passwd", "../secret", str(tmp_path / "secret")):
        (folder / "thread.typ").write_text(f'#read("{path}")')
        with pytest.raises(InvalidInput):
            written("")
    (folder / "thread.typ").write_text('#read("thread.typ")')
    assert '#read("thread.typ")' in Pdf(written("")).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_six_languages_are_set_from_the_bundled_fonts(language: str) -> None:
    pdf = Pdf(written(LANGUAGES[language], language=language))
    assert pdf.letters == letters(
        "A titleReply1 of 1" if language == "en" else "A titleReply1 / 1"
    ) + letters(LANGUAGES[language])
    assert all(re.match(r"[A-Z]{6}\+Noto", name) for name in pdf.fonts), "embedded, as a subset"
    assert b"/Lang(%s)" % language.encode() in pdf.data


def test_each_paragraph_runs_in_the_direction_of_its_first_letter() -> None:
    pdf = Pdf(written("Thank you.\nشكرا\nThank you.\nתודה\n2026\n\nThank you."))
    at_the_right = [begin > 3 * LEFT_MARGIN for begin in pdf.begins[-7:-1]]
    assert at_the_right == [False, True, False, True, True, False]


def test_a_long_word_is_broken_and_none_of_it_is_lost() -> None:
    pdf = Pdf(written("z" * 30_000 + "\n" + "https://example.org/" + "a/" * 500))
    assert pdf.letters["z"] == 30_000
    assert pdf.letters["/"] == 503
    assert len(pdf.begins) > 300, "one line would run off the page"


def test_what_is_broken_on_paper_is_copied_in_one_piece() -> None:
    address = "https://example.org/?" + "q" * 300
    assert address in Pdf(written(address)).text


def test_what_has_no_glyph_is_a_box() -> None:
    pdf = Pdf(written("a\0b\x07c\ue000d\ud800e\u0e01f"))
    assert pdf.letters == AROUND + letters(f"a{BOX}b{BOX}c{BOX}d{BOX}e{BOX}f")


def test_line_ends_of_all_kinds_end_lines() -> None:
    assert shown("a\r\nb\rc\nd\u2028e\x85f\tg\ufeff") == "a\nb\nc\nd\ne\nf    g"


def test_the_file_keeps_the_promises_of_pdf_ua() -> None:
    data = written("Thank you.")
    for sign in (b"pdfuaid:part", b"/MarkInfo", b"/StructTreeRoot", b"/DisplayDocTitle true"):
        assert sign in data


def test_every_character_that_is_said_to_have_a_glyph_has_one() -> None:
    words = [f"a{one}b {one}" for one in COVERED]
    lines = (" ".join(words[at : at + 50]) for at in range(0, len(words), 50))
    assert b"pdfuaid:part" in written("\n".join(lines))


def test_where_no_font_can_join_characters_the_file_is_made_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paper, "shown", str)
    data = written("A letter that nobody foresaw: \u0e01. And more text.")
    assert b"pdfuaid:part" not in data
    assert b"/StructTreeRoot" in data
    assert "And more text." in Pdf(data).text


@settings(max_examples=60)
@given(st.text(st.characters(codec=None) | st.sampled_from(COVERED), max_size=300))
def test_any_text_can_be_set_and_keeps_its_letters(text: str) -> None:
    there = Pdf(written(text)).letters
    wanted = Counter(one for one in shown(text) if category(one)[0] in "LN")
    assert not wanted - there


def test_the_same_input_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    program = (
        "import sys; from tests.typesetting.test_paper import *; "
        "sys.stdout.buffer.write(written(LANGUAGES['ar']))"
    )
    elsewhere = {**os.environ, "TZ": "Asia/Tokyo", "HOME": str(tmp_path), "LANG": "C"}
    made = subprocess.run([sys.executable, "-c", program], env=elsewhere, capture_output=True)
    assert made.stdout == written(LANGUAGES["ar"])


def test_the_file_names_its_moment_and_neither_author_nor_machine() -> None:
    data = written("Thank you.")
    assert b"D:20261201090000Z" in data
    assert b"/Author" not in data
    assert not re.search(rb"dc:creator>|/home|/work|/root|file:", data)
    assert set(re.findall(rb"20\d\d-\d\d-\d\dT[\d:]+", data)) == {b"2026-12-01T09:00:00"}


def test_the_moment_may_be_of_any_zone_and_any_precision() -> None:
    values = {"facts": [], "letters": [], "notes": []}
    local = DATED.replace(microsecond=1).astimezone(ZoneInfo("Europe/Zurich"))
    data = paper.pdf("thread", values, title="A title", language="en", dated=local)
    assert b"D:20261201090000Z" in data


def test_the_fonts_have_their_licence_beside_them() -> None:
    licence = (FONTS / "OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for family in paper._fonts().families():
        assert f"({family})" in licence
