"""What stands in a PDF of ours, read without a library; it knows no more of PDF than Typst writes.

Typst writes every object by itself and not into compressed streams of objects.
"""

import re
import zlib
from collections import Counter
from functools import cached_property

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_REFERENCE = rb"/%s (\d+) 0 R"
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_INSIDE = rb"(?:\\.|[^\\()])*"
for _depth in range(4):  # parentheses in pairs stand in a string as they are
    _INSIDE = rb"(?:\\.|[^\\()]|\(%s\))*" % _INSIDE
_TOKEN = re.compile(
    rb"/ActualText\((?P<actual>%s)\)|(?P<end>EMC)|/(?P<font>f\d+) [\d.]+ Tf|\((?P<text>%s)\)|"
    rb"<(?P<hex>(?:[0-9A-F]{4})+)>" % (_INSIDE, _INSIDE),
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BFCHAR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")


class Pdf:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.objects = {int(n): body for n, body in _OBJECT.findall(data)}

    @cached_property
    def pages(self) -> list[str]:
        """The text of each, in the order in which it is drawn."""
        return [self._text(page) for page in self._pages]

    @property
    def _pages(self) -> list[bytes]:
        return [body for body in self.objects.values() if b"/Type/Page/" in body]

    @property
    def contents(self) -> list[int]:
        """The numbers of the streams that draw the pages."""
        return [_number(page, b"Contents") for page in self._pages]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    @property
    def letters(self) -> Counter[str]:
        """How often each character stands there, white space apart."""
        return Counter("".join(self.text.split()))

    @property
    def begins(self) -> list[float]:
        """Where each piece of a line begins: points from the left edge, in the order drawn."""
        contents = b"".join(map(self.stream, self.contents))
        return [float(x) for x in re.findall(rb"q 1 0 0 -1 ([\d.]+) [\d.]+ cm[^\n]*\nBT", contents)]

    @property
    def fonts(self) -> set[str]:
        return {name.decode() for name in re.findall(rb"/BaseFont/([^/<>\s]+)", self.data)}

    def stream(self, number: int) -> bytes:
        body = self.objects[number]
        content = _STREAM.search(body)
        assert content
        return zlib.decompress(content[1]) if b"/FlateDecode" in body else content[1]

    def _text(self, page: bytes) -> str:
        resources = self.objects[_number(page, b"Resources")]
        fonts = {name: self._characters(int(n)) for name, n in _FONT.findall(resources)}
        written, font, replaced = "", {}, False
        for token in _TOKEN.finditer(self.stream(_number(page, b"Contents"))):
            match token.lastgroup:
                case "font":
                    font = fonts[token["font"]]
                case "actual":
                    written, replaced = written + _actual(token["actual"]), True
                case "end":
                    replaced = False
                case "text" if not replaced:
                    written += "".join(font.get(code, "") for code in _codes(token["text"]))
                case "hex" if not replaced:
                    written += "".join(font.get(code, "") for code in _pairs(token["hex"]))
        return written

    def _characters(self, font: int) -> dict[int, str]:
        table = self.stream(_number(self.objects[font], b"ToUnicode"))
        return {
            int(code, 16): bytes.fromhex(value.decode()).decode("utf-16-be")
            for code, value in _BFCHAR.findall(table)
        }


def _number(body: bytes, name: bytes) -> int:
    found = re.search(_REFERENCE % name, body)
    assert found
    return int(found[1])


def _actual(string: bytes) -> str:
    data = _unescaped(string)
    return data.decode("utf-16" if data.startswith(b"\xfe\xff") else "ascii")


def _codes(string: bytes) -> list[int]:
    return _pairs(_unescaped(string).hex().encode())


def _pairs(digits: bytes) -> list[int]:
    return [int(digits[at : at + 4], 16) for at in range(0, len(digits), 4)]


def _unescaped(string: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _character(found[1]), string)


def _character(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8)]) if escaped.isdigit() else _ESCAPED.get(escaped, escaped)
