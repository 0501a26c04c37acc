"""A mail as bytes (RFC 2045, 2046), put together by hand: a hundredth of the library's time.

Every body is in seven bits, whatever the server offers: then no server on the way has to rewrite
it, which would break its signature (RFC 6376, 5.3).
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import quote

from outreach.delivery.headers import folded
from outreach.letters.tables import Enclosure

_LINE = 76  # octets of an encoded line
_LONGEST_LINE = 990  # octets of one that is not; RFC 5322 allows 998, and dots may be doubled


def message(
    head: Iterable[tuple[str, str]],
    *,
    text: str,
    html: str,
    enclosures: Sequence[Enclosure] = (),
    boundary: str,
) -> bytes:
    """Lines end with CRLF. ``boundary`` is of letters and digits, and in none of the contents."""
    shown = [each for each in enclosures if each.content_id in html]
    attached = [each for each in enclosures if each.content_id not in html]
    formatted = _text(html, "html")
    # "=_" occurs in neither base64 nor quoted-printable.
    if shown:
        related = 'related; type="text/html"'  # RFC 2387, 3.1
        formatted = _multipart(related, f"=_r{boundary}", [formatted, *map(_inline, shown)])
    body = _multipart("alternative", f"=_a{boundary}", [_text(text, "plain"), formatted])
    if attached:
        body = _multipart("mixed", f"=_m{boundary}", [body, *map(_attachment, attached)])
    lines = "".join(folded(name, value) for name, value in head)
    return f"{lines}MIME-Version: 1.0\r\n".encode() + body


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    delimiter = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    inside = b"".join(b"%b\r\n%b\r\n" % (delimiter, part) for part in parts)
    return b"%b%b%b--\r\n" % (head, inside, delimiter)


def _text(content: str, kind: str) -> bytes:
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    content = content.replace("\n", "\r\n")
    if not content.endswith("\r\n"):
        content += "\r\n"
    data = content.encode()
    how, encoded = _encoded(content, data)
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return head.encode() + encoded


def _encoded(content: str, data: bytes) -> tuple[str, bytes]:
    """Readable where it can be: a mail that a person looks at as it is tells what it says."""
    beyond_ascii = len(data) - len(content)
    lines = content.split("\r\n")
    if not beyond_ascii and max(map(len, lines)) <= _LONGEST_LINE:
        return "7bit", data
    if beyond_ascii * 6 < len(data):  # some accents, and not another script
        return "quoted-printable", b"".join(map(_quoted, lines[:-1]))
    return "base64", _base64(data)


@lru_cache(maxsize=4096)  # most lines are the same in every copy of a letter
def _quoted(line: str) -> bytes:
    """One line with its end: soft line breaks do not reach across it."""
    return b2a_qp(f"{line}\r\n".encode(), istext=True)


def _base64(data: bytes) -> bytes:
    whole = b2a_base64(data, newline=False)
    lines = [whole[start : start + _LINE] for start in range(0, len(whole), _LINE)]
    return b"\r\n".join(lines) + b"\r\n"


def _attachment(enclosure: Enclosure) -> bytes:
    return _file(enclosure.name, enclosure.media_type, enclosure.content, "attachment")


def _inline(enclosure: Enclosure) -> bytes:
    named = f"Content-ID: <{enclosure.content_id}>\r\n".encode()
    return named + _file(enclosure.name, enclosure.media_type, enclosure.content, "inline")


@lru_cache(maxsize=16)
def _file(name: str, media_type: str, content: bytes, disposition: str) -> bytes:
    """The same for every copy, and large: encoded once."""
    head = (
        f"Content-Type: {media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: {disposition};\r\n {_filename(name)}\r\n\r\n"
    )
    return head.encode() + _base64(content)


def _filename(name: str) -> str:
    if name.isascii():
        return 'filename="' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"filename*=utf-8''{quote(name, safe='')}"  # RFC 2231
