"""Attachments: their bytes by number, what they really are, and names that are safe to save."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.attachments import find, listed, look_into, safe_name, warning
from outreach.inbox.parsing import parse
from outreach.inbox.recognizing import picture_type, recognize
from tests.inbox.attaching import (
    JPEG,
    OLD_OFFICE,
    PDF,
    PNG,
    PROGRAM,
    SVG,
    a_mail_with,
    a_zip,
)
from tests.inbox.samples import NAMES, sample
from tests.inbox.test_tnef import ATTACHMENT, START, attribute, mail

OFFICE = a_zip("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PDF, "a PDF"),
        (b"some bytes before\n" + PDF, "a PDF"),
        (PDF + b"/OpenAction << /S /JavaScript >>", "a PDF that holds a program"),
        (PNG, "a PNG picture"),
        (JPEG, "a JPEG picture"),
        (b"GIF89a\1\0\1\0", "a GIF picture"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a WebP picture"),
        (PROGRAM, "a program"),
        (PROGRAM + PDF, "a program"),
        (b"\x7fELF\2\1\1\0", "a program"),
        (b"\xcf\xfa\xed\xfe\7\0\0\1", "a program"),
        (b"L\0\0\0\1\x14\2\0\0\0\0\0", "a shortcut"),
        (b"[InternetShortcut]\r\nURL=https://x.example", "a shortcut"),
        (bytes(0x8001) + b"CD001\1\0", "a disk image"),
        (b"#!/bin/sh\nrm -r /", "a script"),
        (SVG, "an SVG drawing"),
        (b"\xef\xbb\xbf <!DOCTYPE html><title>x</title>", "a web page"),
        (b"<div>Please wait</div><script>go()</script>", "a web page"),
        ("<html><body>".encode("utf-16"), "a web page"),
        (b"{\\rtf1\\ansi Dear", "a text in RTF"),
        (OLD_OFFICE, "an Office document of the old kind, or one with a password"),
        (OFFICE, "an Office document"),
        (a_zip("[Content_Types].xml", "word/vbaProject.bin"), "an Office document with macros"),
        (a_zip("mimetype", "META-INF/manifest.xml"), "an OpenDocument file"),
        (
            a_zip("mimetype", "META-INF/manifest.xml", "Basic/script.xml"),
            "an Office document with macros",
        ),
        (a_zip("META-INF/MANIFEST.MF", "A.class"), "a program"),
        (a_zip("list.csv"), "an archive"),
        (a_zip("letters/invoice.pdf.JS"), "an archive that holds a program or a script"),
        (a_zip("list.csv", locked=True), "an archive with a password"),
        (a_zip("list.csv")[:60], "an archive"),
        (b"PK\3\4" + b"PK\1\2" * 6_000, "an archive"),
        (b"Received: from x.example\r\nFrom: a@b.example\r\n\r\nx", "a mail"),
        ("Уважаемые коллеги".encode("koi8-r"), "plain text"),
        (b"", "an empty file"),
        (bytes(range(256)), "a file of an unknown kind"),
    ],
)
def test_bytes_say_what_a_file_is(content: bytes, words: str) -> None:
    assert recognize(content).words == words


@pytest.mark.parametrize(
    ("name", "declared", "content", "said"),
    [
        ("letter.pdf", "application/pdf", PROGRAM, "calls itself a PDF and is a program; do not"),
        ("letter.PDF ", "text/plain", PROGRAM, "calls itself a PDF and is a program; do not"),
        ("", "application/pdf", PROGRAM, "calls itself a PDF and is a program; do not"),
        ("seal.jpg", "image/jpeg", PNG, "calls itself a JPEG picture and is a PNG picture."),
        ("seal.png", "image/png", SVG, "is an SVG drawing; do not open it"),
        ("note.txt", "text/plain", b"<script>x</script>", "is a web page; do not open it"),
        ("note.pdf", "application/pdf", b"\0\1\2", "calls itself a PDF and is none"),
        ("letter.docx", "", a_zip("[Content_Types].xml", "vbaProject.bin"), "with macros; do not"),
        ("tool.exe", "application/octet-stream", PDF, "calls itself a program and is a PDF; do"),
        ("tool.exe", "application/octet-stream", PROGRAM, "This is a program: it can do anything"),
        ("run.js", "", b"go()", "This is a script"),
        ("page.html", "text/html", b"Dear Sir", "This is a web page"),
        ("drawing.svg", "image/svg+xml", SVG, "This is an SVG drawing"),
        ("letter.doc", "application/msword", OLD_OFFICE, "may hold macros"),
        ("letter.docx", "", OLD_OFFICE, "may hold macros"),
        ("list.zip", "application/zip", a_zip("a", locked=True), "an archive with a password"),
        ("letter.docm", "", OFFICE, "its macros are programs"),
        ("disk.iso", "", b"\0\1", "calls itself a disk image and is none"),
        ("data", "application/octet-stream", PROGRAM, "This is a program"),
        ("letter\u202efdp.dat", "", b"\0\1", "may hide how it ends"),
    ],
)
def test_organizers_are_warned(name: str, declared: str, content: bytes, said: str) -> None:
    assert said in warning(name, declared, recognize(content))


@pytest.mark.parametrize(
    ("name", "declared", "content"),
    [
        ("letter.pdf", "application/pdf", PDF),
        ("letter.pdf", "application/octet-stream", PDF),
        ("scan.jpeg", "image/jpeg", JPEG),
        ("letter.docx", "application/octet-stream", OFFICE),
        ("list.csv", "text/csv", b"a,b\r\n1,2"),
        ("list.zip", "application/zip", a_zip("list.csv")),
        ("forwarded.eml", "message/rfc822", b"From: a@b.example\r\n\r\nx"),
        ("song.mp3", "audio/mpeg", b"ID3\4\0\0\0"),
        ("", "application/octet-stream", b""),
        ("letter.pdf", "application/pdf", b""),
    ],
)
def test_of_plain_files_nobody_is_warned(name: str, declared: str, content: bytes) -> None:
    assert warning(name, declared, recognize(content)) == ""
    assert warning(name, declared) == ""


def test_without_the_bytes_name_and_type_are_judged() -> None:
    stored = [
        {"name": "letter.pdf.exe", "type": "application/pdf", "size": 9, "sha256": "x"},
        {"name": "", "type": "application/pdf", "size": 1, "sha256": "y"},
    ]
    program, unnamed = listed(stored)
    assert (program.at, program.size, program.kind) == (0, 9, "")
    assert program.warning.startswith("This is a program")
    assert (unnamed.name, unnamed.warning) == ("attachment-2", "")


def test_a_file_is_found_by_its_number() -> None:
    mail = parse(a_mail_with(("a.pdf", "application/pdf", PDF), ("b.png", "image/png", PNG)))
    second = find(mail, 1)
    assert second is not None
    assert (second.name, second.content) == ("b.png", PNG)
    assert find(mail, 2) is None


def test_files_in_winmail_dat_are_found() -> None:
    found = find(parse(mail(START + attribute(0x2800C, b"We agree.") + ATTACHMENT)), 0)
    assert found is not None
    assert (found.name, found.content) == ("signed letter.pdf", b"%PDF-1.4")


@pytest.mark.parametrize("name", NAMES)
def test_numbers_sizes_and_names_are_those_that_were_stored(name: str) -> None:
    mail = parse(sample(name))
    seen = look_into(mail)
    stored = listed(map(asdict, mail.attachments))
    assert [(s.at, s.name, s.size) for s in seen] == [(s.at, s.name, s.size) for s in stored]
    assert [len(find(mail, each.at).content) for each in seen] == [each.size for each in seen]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Pétition signée.pdf", "Pétition signée.pdf"),
        ("الرسالة.pdf", "الرسالة.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\run.exe", "C__run.exe"),
        ("letter\u202efdp.exe", "letterfdp.exe"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie_ x"),
        ("a\0b.pdf", "ab.pdf"),
        ("con.pdf", "_con.pdf"),
        (" .. ", "attachment-1"),
        ("\u200b\u202e", "attachment-1"),
        ("x" * 400 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_plain_when_they_are_saved(name: str, plain: str) -> None:
    assert safe_name(name, 0) == plain


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(name: str) -> None:
    made = safe_name(name, 0)
    assert 0 < len(made) <= 140
    assert made.isprintable()
    assert not set(made) & set('/\\:*?"<>|')
    assert made.strip(" .") == made
    assert safe_name(made, 0) == made


@given(st.binary(max_size=300))
def test_nothing_that_is_attached_stops_the_page(content: bytes) -> None:
    for start in (b"", b"PK\3\4", b"%PDF-", b"<svg", b"<!--"):
        assert recognize(start + content).words
        picture_type(start + content)
