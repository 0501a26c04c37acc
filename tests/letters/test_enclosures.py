"""Enclosures: what may go with a letter, and what is said of what may not."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.enclosures import (
    LARGEST,
    LARGEST_TOGETHER,
    check_enclosures,
    checked_name,
    load_enclosures,
)
from outreach.letters.file_kinds import KINDS, kind_of

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<</Size 1>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0 picture \xff\xd9 notes of a camera"


def packed(files: Mapping[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def a_word_document() -> bytes:
    target = BytesIO()
    document = Document()
    document.add_paragraph("The open letter")
    document.save(target)
    return target.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<text/>"}
GOOD = {
    "letter.pdf": PDF,
    "letter.docx": a_word_document(),
    "letter.odt": packed(ODT),
    "seal.png": PNG,
    "seal.jpg": JPEG,
    "Seal 2.JPEG": JPEG,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "letters" / "whales" / "enclosures"
    made.mkdir(parents=True)
    return made


def refusal(templates: Path, *names: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        load_enclosures(templates, "whales", names)
    return str(caught.value)


def test_files_are_taken_in_the_order_in_which_they_are_named(tmp_path: Path, folder: Path) -> None:
    for name, content in GOOD.items():
        (folder / name).write_bytes(content)
    names = list(reversed(GOOD))
    loaded = load_enclosures(tmp_path, "whales", names)
    assert [enclosure.name for enclosure in loaded] == names
    assert [enclosure.content for enclosure in loaded] == [GOOD[name] for name in names]
    assert loaded[-1].media_type == "application/pdf"
    assert list(check_enclosures(tmp_path, "whales")) == []


def test_a_letter_without_enclosures_needs_no_folder_for_them(tmp_path: Path) -> None:
    assert load_enclosures(tmp_path, "whales", []) == []
    assert list(check_enclosures(tmp_path, "whales")) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"", "it is empty"),
        ("a.pdf", b"<html>%%EOF", "no PDF, or not all of it"),
        ("a.pdf", PDF[:-6], "no PDF, or not all of it"),
        ("a.pdf", PDF.replace(b"/Size 1", b"/Encrypt 7 0 R"), "encrypted"),
        ("a.pdf", PDF.replace(b"/Size 1", b"/S /JavaScript"), "holds a program"),
        ("a.pdf", PDF.ljust(LARGEST + 1) + b"%%EOF", "over 5.0 MB"),
        ("a.docx", PDF, "no Word document"),
        ("a.docx", packed(ODT), "no Word document"),
        ("a.docx", packed({**WORD, "word/vbaProject.bin": b"x"}), "holds macros"),
        ("a.odt", packed(WORD), "no OpenDocument text"),
        ("a.odt", packed({**ODT, "Basic/Standard/Module1.xml": b"x"}), "holds macros"),
        ("a.png", JPEG, "no PNG picture"),
        ("a.png", PNG[:-1], "no PNG picture"),
        ("a.jpg", PNG, "no JPEG picture"),
        ("a.exe", b"MZ", '"a.exe" is of a kind that is not enclosed; save it as .pdf, .docx'),
        ("a.docm", packed(WORD), "of a kind that is not enclosed"),
        ("a.html", b"<html>", "of a kind that is not enclosed"),
        ("a", b"x", "of a kind that is not enclosed"),
    ],
)
def test_what_cannot_be_sent_is_named_with_what_is_wrong(
    tmp_path: Path, folder: Path, name: str, content: bytes, says: str
) -> None:
    (folder / name).write_bytes(content)
    told = refusal(tmp_path, name)
    assert says in told
    assert name in told
    assert says in next(check_enclosures(tmp_path, "whales"))


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, folder: Path) -> None:
    (folder / "good.pdf").write_bytes(PDF)
    (folder / "bad.pdf").write_bytes(b"no")
    told = refusal(tmp_path, "missing.pdf", "good.pdf", "bad.pdf")
    assert told.startswith("The enclosures of whales cannot be sent:")
    assert "missing.pdf: there is no such file; there are: bad.pdf, good.pdf" in told
    assert "bad.pdf: this is no PDF" in told


def test_files_that_are_too_much_together_are_refused(tmp_path: Path, folder: Path) -> None:
    each = PDF + b" " * (LARGEST_TOGETHER // 2 - len(PDF) - 10) + b"%%EOF"
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (folder / name).write_bytes(each)
    assert len(load_enclosures(tmp_path, "whales", ["a.pdf", "b.pdf"])) == 2
    told = refusal(tmp_path, "a.pdf", "b.pdf", "c.pdf")
    assert "together they have 10.5 MB, and a mail takes 7.0 MB" in told


@pytest.mark.parametrize(
    "name",
    [
        "../letter.pdf",
        "/etc/letter.pdf",
        "..\\letter.pdf",
        "sub/letter.pdf",
        ".letter.pdf",
        "C:letter.pdf",
        " letter.pdf",
        "let\nter.pdf",
        "letter\u202efdp.pdf",
        'a"b.pdf',
        "",
        "x" * 77 + ".pdf",
    ],
)
def test_a_name_leads_nowhere_and_shows_as_it_is(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "letters" / "whales" / "letter.pdf"
    outside.parent.mkdir(parents=True)
    outside.write_bytes(PDF)
    with pytest.raises(InvalidInput):
        checked_name(name)
    refusal(tmp_path, name)


def test_a_link_out_of_the_folder_is_no_enclosure(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (folder / "letter.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / "folder.pdf").mkdir()
    for name in ("letter.pdf", "folder.pdf"):
        assert "put the file itself there" in refusal(tmp_path, name)


def test_a_name_is_found_however_its_accents_are_written(tmp_path: Path, folder: Path) -> None:
    (folder / "Pe\u0301tition.pdf").write_bytes(PDF)
    (loaded,) = load_enclosures(tmp_path, "whales", ["Pétition.pdf"])
    assert loaded.name == "P\u00e9tition.pdf"


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_damaged_file_is_an_answer_and_no_crash(name: str, data: st.DataObject) -> None:
    content = bytearray(GOOD[name])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    assert kind_of(name).fault(bytes(content[:cut])) != ""


def test_no_kind_takes_a_file_of_another() -> None:
    samples = {".pdf": PDF, ".docx": a_word_document(), ".odt": packed(ODT), ".png": PNG}
    samples |= {".jpg": JPEG, ".jpeg": JPEG}
    assert samples.keys() == KINDS.keys()
    for ending, kind in KINDS.items():
        taken = {other for other, content in samples.items() if kind.fault(content) is None}
        assert taken == {other for other in KINDS if samples[other] == samples[ending]}
