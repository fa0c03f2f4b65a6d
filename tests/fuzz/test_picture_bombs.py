"""Small files that promise or unpack to something huge: refused before memory is taken."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib

import pytest
from picture_bytes import GOOD, PIXELS, check, read
from PIL import Image
from png_files import chunk, png_of

from lib_outpaint import images
from lib_outpaint.errors import PictureError


def bmp_of(width: int, height: int) -> bytes:
    sizes = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + sizes


def gif_of(width: int, height: int) -> bytes:
    data = bytearray(GOOD["GIF"])
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def tiff_of(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "TIFF", tiffinfo={})
    data = buffer.getvalue()
    for tag, value in ((256, width), (257, height)):
        at = (
            data.index(struct.pack("<HH", tag, 4), 8)
            if struct.pack("<HH", tag, 4) in data
            else data.index(struct.pack("<HH", tag, 3), 8)
        )
        data = data[:at] + struct.pack("<HHII", tag, 4, 1, value) + data[at + 12 :]
    return data


@pytest.mark.parametrize(
    "data",
    [
        png_of(60_000, 60_000),
        png_of(2**31 - 1, 2**31 - 1),
        png_of(2**31 - 1, 1),
        png_of(100_000, 1000),
        bmp_of(40_000, 40_000),
        gif_of(65_535, 65_535),
        tiff_of(100_000, 100_000),
        tiff_of(2**32 - 1, 2**32 - 1),
        b"P6 100000 100000 255\n" + bytes(100),
    ],
    ids=["png", "png-max", "png-line", "png-just-over", "bmp", "gif", "tiff", "tiff-max", "ppm"],
)
def test_a_header_that_promises_a_huge_picture_is_refused_before_memory_is_taken(data: bytes) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(PictureError):
            images.read(images.in_memory(data))
        seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seconds < 1
    assert peak < 5_000_000


def test_a_small_file_that_unpacks_to_a_large_text() -> None:
    """zTXt and iCCP chunks are packed too."""
    bomb = zlib.compress(bytes(100_000_000), 9)
    png = GOOD["PNG"]
    for name, body in ((b"zTXt", b"a\0\0" + bomb), (b"iCCP", b"a\0\0" + bomb), (b"iTXt", b"a\0\1\0\0\0" + bomb)):
        tracemalloc.start()
        check(read(png[:33] + chunk(name, body) + png[33:]))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000_000, name
