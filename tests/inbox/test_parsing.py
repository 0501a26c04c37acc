"""Strange mails are read as far as they can be read."""

import hashlib
from datetime import UTC, datetime

import pytest

from outreach.inbox.parsing import MOST_NESTED, ParsedMail, parse
from tests.inbox.samples import a_mail, sample

PLAIN = "We agree."


def test_the_head_is_read() -> None:
    mail = parse(sample("reply-outlook-fr"))
    assert mail.from_name == "DUBOIS Claire (Mission permanente)"
    assert mail.from_address == "claire.dubois@mission-fr.example"
    assert mail.subject == "RE: Lettre ouverte sur les bureaux extérieurs"
    assert mail.date == datetime(2026, 12, 2, 8, 45, 2, tzinfo=UTC)
    assert mail.message_id == "<PR1FRA01MB1234.frap264.prod.example>"
    assert mail.references == [mail.in_reply_to]
    assert mail.defects == []


def test_attachments_are_listed_with_name_size_and_digest() -> None:
    [attachment] = parse(sample("reply-note-verbale")).attachments
    content = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    assert attachment.name == "Note Verbale № 114.pdf"
    assert attachment.type == "application/pdf"
    assert (attachment.size, attachment.sha256) == (
        len(content),
        hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken-boundary", "We agree with your letter, whatever our mail program does."),
        ("broken-charset", "Délégation permanente: nous sommes d'accord."),
        ("broken-without-body", ""),
        ("reply-outlook-web-pt", "Exmos. Senhores,\n\nA nossa delegação agradece"),
    ],
)
def test_the_text_is_there_whatever_holds_it(name: str, text: str) -> None:
    mail = parse(sample(name))
    assert mail.text.startswith(text)
    assert mail.problem is None


def test_a_broken_head_loses_only_what_is_broken() -> None:
    mail = parse(sample("broken-head"))
    assert mail.from_address == "office@mission-xc.example"
    assert mail.subject.startswith("café")
    assert mail.date is None
    assert "From stands there 2 times" in mail.defects


@pytest.mark.parametrize("content", [b"", b"\0" * 9, b"no head\n\nat all", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_mail_says_so(content: bytes) -> None:
    assert parse(content).problem == "it has no head of a mail"


@pytest.mark.parametrize(
    ("field", "name", "address"),
    [
        ("Ana <ANA@Mission-FR.example>", "Ana", "ana@mission-fr.example"),
        ('"Ferreira, Ana" <a@b.example>', "Ferreira, Ana", "a@b.example"),
        ("=?utf-8?q?Jos=C3=A9?= =?utf-8?q?_Mar?= <j@b.example>", "José Mar", "j@b.example"),
        ("=?utf-8?b?5L2g5Q==?= =?utf-8?b?pb0=?= <n@b.example>", "你好", "n@b.example"),
        ("=?koi8-r?b?!!!?= <x@b.example>", None, "x@b.example"),
        ("a@b.example (Ana)", "Ana", "a@b.example"),
        ("<<a@b.example>>", None, "a@b.example"),
        ("((((" * 500, None, ""),
        ("nobody", "nobody", ""),
        ("=?utf-8?q?a=40b.example?=", None, "a@b.example"),
        (r"\ud800 =?utf-8?q?x?= <a@b.example>", None, "a@b.example"),
    ],
)
def test_the_sender_is_found_in_what_programs_write(
    field: str, name: str | None, address: str
) -> None:
    mail = parse(a_mail(PLAIN, **{"from": field}))
    assert mail.from_address == address
    assert name in (None, mail.from_name)
    mail.from_name.encode()


def nested(levels: int) -> bytes:
    mail = b"Content-Type: text/plain\n\n" + PLAIN.encode()
    for level in range(levels):
        head = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        mail = head + mail + b"\n--b%d--\n" % level
    return b"From: a@b.example\n" + mail


def long_field(name: str, value: str) -> ParsedMail:
    return parse(a_mail(PLAIN, **{name: value * 200_000}))


def test_nesting_is_followed_until_it_is_an_attack() -> None:
    assert parse(nested(30)).text == PLAIN
    endless = parse(nested(MOST_NESTED + 800))
    assert "it has too many parts; they were not read" in endless.defects  # among the parser's own
    assert PLAIN in endless.text


def test_many_parts_are_read_until_they_are_an_attack() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    assert parse(head + b"--b\n\nWe agree.\n" * 50).text.count(PLAIN) == 50
    assert "too many parts" in parse(head + b"--b\n\nx\n" * 9_000).defects[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject", "=?utf-8?q?a?= "),
        ("to", "a@b.example, "),
        ("cc", "(((("),
        ("references", "<a@b> "),
        ("date", "1 "),
        ("x_long", "word "),
        ("content_disposition", 'attachment; filename*0="a'),
        ("received", "for <"),
    ],
)
def test_endless_fields_do_no_harm(name: str, value: str) -> None:
    assert long_field(name, value).from_address == "ana@mission-fr.example"


def test_bare_returns_and_nul_bytes_are_read_as_lines_and_nothing() -> None:
    mail = parse(b"From: a@b.example\rSubject: x\r\rOne\0\rTwo")
    assert (mail.subject, mail.text) == ("x", "One\nTwo")


def test_of_alternatives_the_first_that_says_something_is_read() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n"
    empty = b"--b\nContent-Type: text/plain\n\n \n"
    html = b"--b\nContent-Type: text/html\n\n<p>We <b>agree</b>.</p>\n--b--\n"
    assert parse(head + empty + html).text == PLAIN


def test_a_winmail_dat_that_is_none_is_told_of() -> None:
    head = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nWe agree.\n"
    tnef = b"--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n--b--\n"
    assert any("winmail.dat is cut short" in each for each in parse(head + tnef).defects)


def test_a_hundred_recipients_are_all_there() -> None:
    many = ", ".join(f"Person {number} <p{number}@b.example>" for number in range(300))
    assert len(parse(a_mail(PLAIN, to=many)).recipients) == 300
