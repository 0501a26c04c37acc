"""winmail.dat: its text and its attachments, whole or cut short."""

from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.parsing import parse
from outreach.inbox.tnef import read

START = pack("<IH", 0x223E9F78, 1)


def attribute(number: int, value: bytes) -> bytes:
    return pack("<BII", 1, number, len(value)) + value + pack("<H", sum(value) % 65_536)


def text_property(number: int, text: str) -> bytes:
    held = f"{text}\0".encode("utf-16-le")
    return pack("<HHII", 0x1F, number, 1, len(held)) + held + b"\0" * (-len(held) % 4)


def named_property() -> bytes:
    name = "x\0".encode("utf-16-le")
    return pack("<HH16sII", 3, 0x8001, b"", 1, len(name)) + name + pack("<I", 7)


ATTACHMENT = (
    attribute(0x69002, b"\0" * 14)
    + attribute(0x18010, b"SIGNED~1.PDF\0")
    + attribute(0x6800F, b"%PDF-1.4")
    + attribute(0x69005, pack("<I", 1) + text_property(0x3707, "signed letter.pdf"))
)
WHOLE = (
    START
    + attribute(0x69007, pack("<II", 1251, 0))
    + attribute(0x2800C, "Поддерживаем.\0".encode("cp1251"))
    + attribute(0x69003, pack("<I", 2) + named_property() + text_property(0x37, "subject"))
    + ATTACHMENT
)


def mail(winmail: bytes) -> bytes:
    head = b"From: a@b.example\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    return head + b"Content-Transfer-Encoding: 8bit\n\n" + winmail


def test_text_and_attachments_are_read() -> None:
    found = read(WHOLE)
    assert found.complete
    assert found.text.rstrip("\0") == "Поддерживаем."
    assert [(each.name, each.content) for each in found.attachments] == [
        ("signed letter.pdf", b"%PDF-1.4")
    ]


def test_a_mail_shows_what_winmail_dat_hides() -> None:
    found = parse(mail(START + attribute(0x2800C, b"We agree.") + ATTACHMENT))
    assert found.visible == "We agree."
    assert [(each.name, each.size) for each in found.attachments] == [("signed letter.pdf", 8)]
    assert found.defects == []


def test_one_that_is_cut_short_says_so_and_shows_the_rest() -> None:
    found = parse(mail(WHOLE[:-20]))
    assert found.attachments[0].size == 8
    assert any("cut short" in defect for defect in found.defects)


def test_text_in_rtf_alone_is_told_of() -> None:
    rtf = pack("<IHHII", 1, 0x102, 0x1009, 1, 4) + b"LZFu"
    found = parse(mail(START + attribute(0x69003, rtf)))
    assert any("RTF" in defect for defect in found.defects)


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_no_bytes_make_it_fail(content: bytes, at: int) -> None:
    read(content)
    read(START + content)
    read(WHOLE[:at] + content + WHOLE[at:])
