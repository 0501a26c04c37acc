"""Recorded mails damaged in the ways that strangers' programs know, and what must hold of them all.

A short test in the suite runs it; for long: ``python -m tests.inbox.fuzz 900 7 /tmp/found``
(seconds, seed, and the folder for the mails that broke something).
"""

import hashlib
import io
import json
import random
import re
import sys
import time
import traceback
import zipfile
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from pathlib import Path

from outreach.inbox import describing
from outreach.inbox.reading import Understood, understand
from tests.inbox.oddities import FIELDS, PIECES, VALUES
from tests.inbox.samples import NAMES, sample

Random = random.Random
Damage = Callable[[Random, bytes], bytes]

SECONDS = 2.0  # that a mail below 100 kB may take
LONGEST = 100_000

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_NEXT_FIELD = re.compile(rb"\r?\n(?![ \t])")
_VALUE = re.compile(rb"(?<=[:=;]) ?[^\s;]+")
_NUMBER = re.compile(rb"\d+")


def _head_and_body(content: bytes) -> tuple[list[bytes], bytes]:
    end = _END_OF_HEAD.search(content)
    head, body = (content[: end.start()], content[end.end() :]) if end else (content, b"")
    return _NEXT_FIELD.split(head), body


def _mail(fields: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


def drop_field(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    del fields[chance.randrange(len(fields))]
    return _mail(fields, body)


def double_field(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    return _mail([*fields, *[chance.choice(fields)] * chance.choice((1, 1, 2, 300))], body)


def reorder_fields(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    chance.shuffle(fields)
    return _mail(fields, body)


def add_field(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    odd = chance.choice(FIELDS).encode() + b": " + chance.choice(VALUES)
    fields.insert(chance.randrange(len(fields) + 1), odd)
    return _mail(fields, body)


def change_field(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    at = chance.randrange(len(fields))
    name = fields[at].partition(b":")[0]
    fields[at] = name + b": " + chance.choice(VALUES)
    return _mail(fields, body)


def stretch_field(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    at = chance.randrange(len(fields))
    name, colon, value = fields[at].partition(b":")
    times = min(chance.choice((10, 300, 3_000)), 60_000 // (len(value) + 1) + 1)
    fields[at] = name + colon + chance.choice((b"", b"\r\n ", b",")).join([value] * times)
    return _mail(fields, body)


def change_any_value(chance: Random, content: bytes) -> bytes:
    """Also in the heads of parts and in reports."""
    found = list(_VALUE.finditer(content))
    if not found:
        return content
    start, end = chance.choice(found).span()
    return content[:start] + chance.choice(VALUES) + content[end:]


def change_number(chance: Random, content: bytes) -> bytes:
    found = list(_NUMBER.finditer(content))
    if not found:
        return content
    start, end = chance.choice(found).span()
    odd = chance.choice((b"0", b"99", b"-1", b"9" * 30, b"0" * 4_000, "٣".encode()))
    return content[:start] + odd + content[end:]


def insert_piece(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(PIECES) + content[at:]


def add_piece_to_body(chance: Random, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    piece = chance.choice(PIECES)
    return _mail(fields, piece + body if chance.random() < 0.5 else body + piece)


def truncate(chance: Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def cut_out(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.choice((1, 9, 99, 999)) :]


def repeat_slice(chance: Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    piece = content[at : at + chance.choice((2, 20, 200))]
    return content[:at] + piece * chance.choice((2, 30, 300)) + content[at:]


def flip_bits(chance: Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 5, 50))):
        if flipped:
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def change_line_ends(chance: Random, content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\r", b"\n", b"\r\r\n")))


def join_two(chance: Random, content: bytes) -> bytes:
    fields, _ = _head_and_body(content)
    others, body = _head_and_body(sample(chance.choice(NAMES)))
    typed = [field for field in others if field.lower().startswith(b"content-")]
    return _mail([*typed, *fields] if chance.random() < 0.7 else fields, body)


def nest(chance: Random, content: bytes) -> bytes:
    """In itself or in containers, a few levels or more than anybody reads."""
    kind = chance.choice(("mixed", "alternative", "report", "digest", "signed", "rfc822"))
    for level in range(chance.choice((1, 3, 30, 250))):
        if kind == "rfc822":
            content = b"Subject: x\r\nContent-Type: message/rfc822\r\n\r\n" + content
        else:
            container = f"Content-Type: multipart/{kind}; boundary=b{level}\r\n\r\n--b{level}\r\n"
            content = container.encode() + content
    return b"From: a@b.example\r\n" + content


def with_part(head: bytes, held: bytes, content: bytes) -> bytes:
    fields, body = _head_and_body(content)
    typed = [field for field in fields if field.lower().startswith(b"content-")]
    others = [field for field in fields if field not in typed]
    return _mail(
        [*others, b"Content-Type: multipart/mixed; boundary=outer"],
        b"--outer\r\n" + _mail(typed, body) + b"\r\n--outer\r\n" + head + b"\r\n\r\n" + held,
    )


def attach_bomb(chance: Random, content: bytes) -> bytes:
    head = b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64"
    return with_part(head, b64encode(bomb()), content)


@cache
def bomb() -> bytes:
    """A zip of 20 kB that holds 20 MB."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    return made.getvalue()


def attach_winmail(chance: Random, content: bytes) -> bytes:
    attribute = bytes((2,)) + chance.choice(
        (0x69003, 0x69005, 0x69007, 0x2800C, 0x18010, 0x6800F, 0x69002)
    ).to_bytes(4, "little")
    held = chance.randbytes(chance.choice((0, 4, 40)))
    length = chance.choice((len(held), 0, 2**32 - 1)).to_bytes(4, "little")
    written = (attribute + length + held + b"\0\0") * chance.choice((1, 20, 900))
    head = (
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64"
    )
    return with_part(head, b64encode(b"\x78\x9f\x3e\x22\0\0" + written), content)


def add_many_parts(chance: Random, content: bytes) -> bytes:
    kind = chance.choice(
        (b"text/plain", b"text/html", b"message/rfc822", b"message/delivery-status")
    )
    part = b"--outer\r\nContent-Type: " + kind + b"\r\n\r\nX: a@b.example\r\n\r\n"
    return with_part(b"X: y", part * chance.choice((5, 300, 1_500)), content)


def add_delivery_status(chance: Random, content: bytes) -> bytes:
    group = b"Final-Recipient: " + chance.choice(VALUES) + b"\r\nAction: failed\r\nStatus: "
    group += chance.choice(VALUES) + b"\r\nDiagnostic-Code: " + chance.choice(VALUES) + b"\r\n\r\n"
    groups = group * chance.choice((1, 3, 100))
    return with_part(b"Content-Type: message/delivery-status", groups, content)


DAMAGES: tuple[Damage, ...] = (
    drop_field, double_field, reorder_fields, add_field, add_field, change_field, change_field,
    stretch_field, change_any_value, change_any_value, change_number, insert_piece, insert_piece,
    add_piece_to_body, add_piece_to_body, truncate, cut_out, repeat_slice, flip_bits,
    change_line_ends, join_two, nest, attach_bomb, attach_winmail, add_many_parts,
    add_delivery_status,
)  # fmt: skip


def damaged(chance: Random) -> bytes:
    content = sample(chance.choice(NAMES))
    for _ in range(chance.randrange(1, 7)):
        content = chance.choice(DAMAGES)(chance, content)[:LONGEST]
    return content


def check(content: bytes) -> Understood:
    """What holds of any mail: it is understood, in time, and what was understood can be stored."""
    began = time.process_time()
    mail, verdict = understand(content)
    described = describing.say("x", mail, verdict)
    took = time.process_time() - began
    written = json.dumps(described, ensure_ascii=False)
    written.encode()  # half a character would raise
    assert "\\u0000" not in written, "a NUL, which Postgres does not take"
    assert took < SECONDS, f"it took {took:.1f} seconds"
    return mail, verdict


def _run(seconds: float, seed: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chance, until, done, found = Random(seed), time.monotonic() + seconds, 0, 0
    longest = 0.0
    while time.monotonic() < until:
        content = damaged(chance)
        began = time.process_time()
        try:
            check(content)
        except Exception:
            found += 1
            name = hashlib.sha256(content).hexdigest()[:12]
            (folder / f"{name}.eml").write_bytes(content)
            print(name, traceback.format_exc(limit=-3), flush=True)
        done, longest = done + 1, max(longest, time.process_time() - began)
        if done % 5_000 == 0:
            print(f"{done} mails, {found} found, the longest took {longest:.2f} s", flush=True)
    print(f"{done} mails, {found} found, the longest took {longest:.2f} s", flush=True)


if __name__ == "__main__":
    _run(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
