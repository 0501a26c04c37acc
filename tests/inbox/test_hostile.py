"""Nothing that a stranger sends makes reading fail, and what was read can always be stored."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.db import Database
from outreach.inbox import describing
from outreach.inbox.parsing import parse
from outreach.inbox.processing import process_new
from outreach.inbox.reading import understand
from outreach.inbox.receiving import store
from outreach.inbox.tables import RawMail, RawState
from tests.inbox.fuzz import check
from tests.inbox.samples import FOLDER, NAMES, a_mail, sample
from tests.tracking.making import NOW, TOKENS

PIECES = [
    b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: text/html; charset=\r\n",
    b"Content-Type: text/plain; charset=utf-16\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%e4; filename*1=x\r\n",
    b"From: mailer-daemon@b.example\r\n",
    b"Subject: =?utf-8?b?4pyT?= \xff\xfe\r\n",
    b"Auto-Submitted: auto-replied\r\n",
    b"Date: Tue, 99 Foo 99999 99:99:99 +9999\r\n",
    b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n",
    b"--x\r\n",
    b"--x--\r\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"begin 644 x\n#86)C\n`\nend\n",
    b"back on 31.12.9999 until 1/1/1\r\n",
    b"550 5.1.1 <a@b.example> user unknown\r\n",
]


def describe(path: str, content: bytes) -> dict[str, Any]:
    return describing.describe(path, content, understand)


def storable(described: dict[str, Any]) -> None:
    """And read without an error that was caught only at the door."""
    assert not any(str(each).startswith("reading it failed") for each in described["evidence"])
    written = json.dumps(described, ensure_ascii=False)
    written.encode()  # half a character would raise
    assert "\\u0000" not in json.dumps(described)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_described(content: bytes) -> None:
    storable(describe("x", content))


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=30))
def test_pieces_of_mail_in_any_order_are_described(pieces: list[bytes]) -> None:
    storable(describe("x", b"".join(pieces)))


@settings(max_examples=200)
@given(st.sampled_from(NAMES), st.integers(0, 2**32))
def test_damaged_mails_are_described(name: str, seed: int) -> None:
    content, chance = bytearray(sample(name)), random.Random(seed)
    for _ in range(chance.randrange(1, 30)):
        at = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(40)]
            case _:
                content[at:at] = chance.choice(PIECES)
        content = content or bytearray(b"x")
    storable(describe("x", bytes(content)))


FIELDS = [
    "From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "Return-Path",
    "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "X-Failed-Recipients",
]  # fmt: skip
TYPES = [
    "text/plain; charset={}", "text/html; charset={}", "message/rfc822", "message/delivery-status",
    "message/global-delivery-status", "message/feedback-report", "application/ms-tnef",
    "message/disposition-notification", "text/rfc822-headers", 'application/pdf; name="{}"',
]  # fmt: skip
ENCODINGS = ["", "7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "none of them"]
written_oddly = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40)
values = st.one_of(st.sampled_from(["", "<>", "a@b.example", "=?utf-8?b?/w==?="]), written_oddly)
heads = st.lists(st.tuples(st.sampled_from(FIELDS), values), max_size=8)


@st.composite
def parts(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(TYPES)).format(draw(values))
    encoding = draw(st.sampled_from(ENCODINGS))
    body = draw(st.one_of(st.sampled_from([each.decode("latin-1") for each in PIECES]), st.text()))
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"


def held(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    kinds = st.sampled_from(["mixed", "alternative", "report", "related", "digest", "signed"])
    return st.builds(in_container, kinds, st.lists(inner, max_size=4), st.sampled_from("xyz"))


def in_container(kind: str, inner: list[str], boundary: str) -> str:
    held = "".join(f"--{boundary}\r\n{each}" for each in inner)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n{held}--{boundary}--\r\n"


@settings(max_examples=300)
@given(heads, st.recursive(parts(), held, max_leaves=8))
def test_mails_of_any_structure_are_described(head: list[tuple[str, str]], body: str) -> None:
    above = "".join(f"{name}: {value}\r\n" for name, value in head)
    storable(describe("x", (above + body).encode("utf-8", "replace")))


HEAD = b"From: mailer-daemon@b.example\nSubject: Undelivered\nAuto-Submitted: auto-replied\n"


MULTIPART = b"Content-Type: multipart/mixed; boundary=x\n\n"
STATUS = b"Content-Type: message/delivery-status\n\n"
WINMAIL = b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0"


def nested(depth: int) -> bytes:
    level = "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"
    return "".join(level.format(at) for at in range(depth)).encode() + b"\n"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"\n" + b"recipient:" + b" " * 400_000,
        HEAD + b"\n" + b"\n" * 400_000,
        HEAD + b"\n" + b"a@" * 200_000,
        HEAD + b"\n" + b">" * 2_000_000,
        HEAD + b"\n" + b"550 user unknown a@b.example\n" * 20_000,
        HEAD + b"\nout of office until " + b"1.2.2027 back " * 20_000,
        HEAD + b"\n" + b"On 1 Dec 2026 at 9:00 a wrote:\n" * 20_000,
        HEAD + b"\n" + b"From: x\n" * 50_000,
        HEAD + b"Content-Type: text/html\n\n" + b"<div><!--" * 100_000,
        HEAD + b"Content-Type: text/html\n\n" + b"&" * 400_000,
        HEAD + b"Content-Type: text/plain; charset=idna\n\n" + b"xn--a." * 50_000,
        HEAD + b'Content-Type: text/plain; a="' + b';"a="' * 100_000 + b"\n\nx",
        HEAD + b"X: y\n" * 20_000 + b"\nx",
        HEAD + b"Subject: " + b" " * 400_000 + b"x\n\nx",
        HEAD + b"\n" + b"\n" * 20_000_000,
        HEAD + b"X: y\n" * 4_000_000 + b"\nx",
        HEAD + b"X: " + b"y" * 20_000_000 + b"\n\nx",
        HEAD + b"To: a@b.example\n" * 500_000 + b"\nx",
        HEAD + MULTIPART + b"--x\n" * 5_000_000,
        HEAD + MULTIPART + b"--x\n" + b"X: y\n" * 590_000 + b"\nx",
        HEAD + MULTIPART + (b"--x\nContent-Type: a/b" + b"; a=b" * 700 + b"\n\nx\n") * 990,
        HEAD + MULTIPART + b"--x\n" + STATUS + (b"X: a@b.example\r\n\r\n") * 400_000,
        HEAD + MULTIPART + b"--x\n" + WINMAIL + (b"\1\2\x90\6" + b"\0" * 7) * 1_000_000,
        HEAD + b"Content-Type: message/rfc822\n\n" * 1_000 + b"x",
        HEAD + nested(190) + b"x\n" * 60_000,
        HEAD + b"\n" + "\u0316\u0301".encode() * 5_000_000,
        HEAD + b"\n" + random.Random(1).randbytes(20_000_000),
    ],
    ids=range(27),
)
def test_reading_takes_no_longer_than_a_mail_is_long(content: bytes) -> None:
    """Generous, since the machine may be busy: what is quadratic takes minutes."""
    start = time.process_time()
    describe("x", content)
    assert time.process_time() - start < 5


FOUND = sorted((FOLDER / "hostile").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=[path.stem for path in FOUND])
def test_what_once_broke_something_is_understood(path: Path) -> None:
    check(path.read_bytes())


@pytest.mark.parametrize(
    "content",
    [
        a_mail(" ".join(map(str, range(60_000)))),
        a_mail(" ".join(chr(at) * 3 for at in range(0x4E00, 0x9FFF))),
        a_mail("a" * 200_000),
        a_mail("\U0001f600" * 200_000),
        a_mail(subject="\U0001f600 word" * 10_000, message_id="<" + "i" * 60_000 + "@b.example>"),
        a_mail(message_id="<" + "i" * 890 + ">", references="<0123456789abcdef@b.example>" * 2_200),
        a_mail(cc=", ".join(f"n{at}@b.example" for at in range(3_000)), from_="\u0301" * 30_000),
        HEAD + MULTIPART + b"--x\nContent-Type: a/b; name=" + b"n" * 900 + b"\n\nx\n" * 990,
    ],
    ids=range(8),
)
def test_what_was_understood_is_stored_in_time(database: Database, content: bytes) -> None:
    with database.transaction() as session:
        number = store(session, content, door="file", now=NOW).id
    began = time.process_time()
    process_new(database, tokens=TOKENS, clock=lambda: NOW, understand=understand)
    assert time.process_time() - began < 5
    with database.reading() as session:
        assert session.get_one(RawMail, number).state is RawState.done


def test_thirty_megabytes_are_read() -> None:
    mail = parse(a_mail("some words of a long text, and more of them in each line\n" * 520_000))
    assert mail.visible.startswith("some words")
    assert mail.defects == []


def test_of_an_endless_mail_the_beginning_is_read_and_that_is_said() -> None:
    mail = parse(a_mail("x\n" * 2_000_000))
    assert mail.visible.startswith("x\nx")
    assert mail.defects == ["it has too many lines; only its beginning was read"]


def test_a_thousand_addresses_and_a_field_of_a_megabyte_leave_the_rest_readable() -> None:
    many = ", ".join(f"n{at}@b.example" for at in range(1_000))
    mail = parse(a_mail("We agree.", x_filler="y" * 1_500_000, cc=many, subject="Yes"))
    assert (len(mail.recipients), mail.subject, mail.visible) == (1_001, "Yes", "We agree.")
