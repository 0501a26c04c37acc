"""A packed PNG: small, and for the eye the same."""

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from outreach.reports.pictures import drawing
from outreach.reports.pictures.packing import chunks, packed
from outreach.reports.pictures.shares import shares_spec
from tests.reports.pictures import given as made

RGBA, BY_PALETTE = 6, 3
Pixel = tuple[int, ...]

channel = st.integers(0, 255)
colours = st.tuples(channel, channel, channel)
images = st.integers(1, 9).flatmap(
    lambda wide: st.lists(st.lists(colours, min_size=wide, max_size=wide), min_size=1, max_size=40)
)


def written(lines: list[list[Pixel]], filtering: int) -> bytes:
    """As VlConvert does, by differences to the pixel before (1), or without (0)."""
    raw = b"".join(bytes([filtering]) + bytes(_line([*line], filtering)) for line in lines)
    head = struct.pack(">II5B", len(lines[0]), len(lines), 8, RGBA, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _line(line: list[Pixel], filtering: int) -> list[int]:
    whole = [(*pixel, 255) for pixel in line]
    before = [(0, 0, 0, 0), *whole] if filtering else [(0, 0, 0, 0)] * len(whole)
    pairs = zip(whole, before, strict=False)
    return [
        (now - then) % 256 for one, other in pairs for now, then in zip(one, other, strict=True)
    ]


def pixels(image: bytes) -> list[list[Pixel]]:
    """Read without the code that is tested; by palette, or by differences."""
    parts = dict(chunks(image))
    wide, _, _, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    data = zlib.decompress(parts[b"IDAT"])
    if kind == BY_PALETTE:
        palette = [tuple(parts[b"PLTE"][at : at + 3]) for at in range(0, len(parts[b"PLTE"]), 3)]
        lines = (data[at + 1 : at + 1 + wide] for at in range(0, len(data), wide + 1))
        return [[palette[number] for number in line] for line in lines]
    return [_summed(data[at : at + 1 + 4 * wide]) for at in range(0, len(data), 4 * wide + 1)]


def _summed(line: bytes) -> list[Pixel]:
    filtering, *values = line
    for at in range(4, len(values)):
        values[at] = (values[at] + filtering * values[at - 4]) % 256
    return [tuple(values[at : at + 3]) for at in range(0, len(values), 4)]


@given(images)
def test_with_few_colours_every_pixel_is_the_same(lines: list[list[Pixel]]) -> None:
    lines = [[tuple(part & 0xC0 for part in pixel) for pixel in line] for line in lines]
    small = packed(written(lines, filtering=1))
    assert pixels(small) == lines
    assert dict(chunks(small))[b"IHDR"][9] == BY_PALETTE


@given(images)
def test_another_filter_than_the_one_it_knows_is_left_as_it_is(lines: list[list[Pixel]]) -> None:
    assert pixels(packed(written(lines, filtering=0))) == lines


def test_of_many_colours_the_commonest_are_the_same_and_the_others_near() -> None:
    many = [[(at, at, 0) for at in range(256)], [(at, at, 9) for at in range(256)]]
    flat = [[(255, 0, 0)] * 256] * 2
    shown = pixels(packed(written([*many, *flat], filtering=1)))
    assert shown[2:] == flat
    for line, seen in zip(many, shown[:2], strict=True):
        for pixel, instead in zip(line, seen, strict=True):
            assert max(abs(a - b) for a, b in zip(pixel, instead, strict=True)) <= 9


def test_a_drawn_picture_is_a_third_as_large_and_looks_the_same() -> None:
    spec = shares_spec("Bars", made.shares())
    as_drawn = drawing._converter().svg_to_png(drawing.svg(spec), scale=2.0)
    small = drawing.png(spec, 2.0)
    assert len(small) < len(as_drawn) / 3
    assert pixels(small) == pixels(as_drawn)
