"""A PNG (RFC 2083) in a third of its bytes or less: VlConvert compresses for speed."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, chain

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = 4  # red, green, blue and opacity, a byte each: what VlConvert writes
_SUB = 1  # filter of a line: each byte is what it adds to that of the pixel before
_MOST_COLOURS = 256
_BY_PALETTE = (8, 3, 0, 0, 0)  # bits a pixel, kind; compression, filters, no interlacing

Line = tuple[int, ...]  # of pixels, red in the highest byte


def packed(image: bytes) -> bytes:
    """By a palette of its commonest colours, which are all there are in most flat pictures.

    The others are found at edges only, where the nearest will do.
    """
    parts = list(chunks(image))
    head = next(data for kind, data in parts if kind == b"IHDR")
    filtered = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    wide, high = struct.unpack_from(">II", head)
    lines = list(_lines(filtered, wide))
    if len(lines) < high:
        return _png((b"IHDR", head), (b"IDAT", zlib.compress(filtered, 9)))
    found = Counter(chain.from_iterable(lines))
    palette = [colour for colour, _ in found.most_common(_MOST_COLOURS)]
    number = {colour: palette.index(_nearest(colour, palette)) for colour in found}
    pixels = b"".join(b"\0" + bytes(map(number.__getitem__, line)) for line in lines)
    return _png(
        (b"IHDR", struct.pack(">II5B", wide, high, *_BY_PALETTE)),
        (b"PLTE", b"".join(struct.pack(">I", colour)[:3] for colour in palette)),
        (b"IDAT", zlib.compress(pixels, 9)),
    )


def chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each."""
    at = len(_SIGNATURE)
    while at < len(image):
        (length,) = struct.unpack_from(">I", image, at)
        yield image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        at += 12 + length  # the length, the kind and the checksum have four bytes each


def _lines(filtered: bytes, wide: int) -> Iterator[Line]:
    """Those written by the one filter that VlConvert uses."""
    length = 1 + _CHANNELS * wide
    for start in range(0, len(filtered), length):
        if filtered[start] == _SUB:
            yield _line(filtered[start + 1 : start + length], wide)


def _line(added: bytes, wide: int) -> Line:
    channels = bytearray(len(added))
    for channel in range(_CHANNELS):
        sums = accumulate(added[channel::_CHANNELS])
        channels[channel::_CHANNELS] = bytes(each & 0xFF for each in sums)
    return struct.unpack(f">{wide}I", channels)


def _nearest(colour: int, palette: list[int]) -> int:
    red, green, blue, _ = colour.to_bytes(4)

    def distance(other: int) -> int:
        r, g, b, _ = other.to_bytes(4)
        return abs(r - red) + abs(g - green) + abs(b - blue)

    return min(palette, key=distance)


def _png(*parts: tuple[bytes, bytes]) -> bytes:
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
