"""Nothing that a stranger sends makes reading fail, and what was read can always be stored."""

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.inbox.describing import describe
from outreach.inbox.parsing import parse
from tests.inbox.samples import NAMES, a_mail, sample

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


def storable(described: dict[str, object]) -> None:
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


HEAD = b"From: mailer-daemon@b.example\nSubject: Undelivered\nAuto-Submitted: auto-replied\n"


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
    ],
    ids=range(14),
)
def test_reading_takes_no_longer_than_a_mail_is_long(content: bytes) -> None:
    """Generous, since the machine may be busy: what is quadratic takes minutes."""
    start = time.process_time()
    describe("x", content)
    assert time.process_time() - start < 5


def test_thirty_megabytes_are_read() -> None:
    mail = parse(a_mail("some words of a long text\n" * 1_200_000))
    assert mail.visible.startswith("some words")
