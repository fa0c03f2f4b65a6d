"""Picture files of any bytes: the right picture or one line, never a wrong picture, a traceback or a frozen machine."""

from __future__ import annotations

import io
import struct
import subprocess
import time
import tracemalloc
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from lib_outpaint import picture_io
from lib_outpaint.errors import PictureError

PIXELS = np.random.default_rng(3).integers(0, 256, (23, 31, 3), dtype=np.uint8)


def encoded(form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, form, **options)
    return buffer.getvalue()


GOOD = {form: encoded(form) for form in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")}
GOOD["TIFF, compressed"] = encoded("TIFF", compression="tiff_lzw")
GOOD["PNG with everything"] = encoded("PNG", icc_profile=b"profile" * 9, exif=Image.Exif().tobytes(), dpi=(72, 72))
if features.check("avif"):
    GOOD["AVIF"] = encoded("AVIF")
if features.check("jpg_2000"):
    GOOD["JPEG2000"] = encoded("JPEG2000")


def one_line(error: Exception) -> None:
    """What a user is told."""
    assert str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400


def read(data: bytes) -> picture_io.Picture | None:
    """The picture; None when it was refused in one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, on damaged metadata
        try:
            return picture_io.read(picture_io.in_memory(data))
        except PictureError as error:
            one_line(error)
            return None


def check(picture: picture_io.Picture | None) -> None:
    if picture is None:
        return
    assert picture.mode in ("L", "LA", "RGB", "RGBA", "I;16")
    channels = {"L": (), "I;16": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}[picture.mode]
    assert picture.stored.shape[2:] == channels
    assert picture.stored.size > 0
    pixels = picture.pixels
    assert pixels.shape == (3, *picture.stored.shape[:2])
    assert 0 <= float(pixels.min()) <= float(pixels.max()) <= 1


@settings(max_examples=200)
@given(
    st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"RIFF\x10\0\0\0WEBP",
            b"II*\0",
            b"MM\0*",
            b"BM",
            b"GIF89a",
            b"P6 9 9 255\n",
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            b"\0\0\0\x0cjP  \r\n\x87\n",
        ]
    ),
    st.binary(max_size=200),
)
def test_random_bytes(start: bytes, rest: bytes) -> None:
    check(read(start + rest))


@pytest.mark.parametrize("form", GOOD)
def test_a_file_cut_anywhere_is_refused_or_whole(form: str) -> None:
    """A picture whose end is missing must not come back with a grey half."""
    data = GOOD[form]
    expected = read(data)
    assert expected is not None
    ends = sorted({*range(0, min(len(data), 60)), *np.linspace(60, len(data) - 1, 60).astype(int).tolist()})
    for end in ends:
        found = read(data[:end])
        if found is not None:
            np.testing.assert_array_equal(found.stored, expected.stored)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=3),
)
def test_a_file_with_some_bytes_changed(form: str, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(GOOD[form])
    for where, new in changes:
        at = int(where * len(data))
        data[at : at + len(new)] = new
    check(read(bytes(data)))


def png_of(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


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
            picture_io.read(picture_io.in_memory(data))
        seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seconds < 1
    assert peak < 5_000_000


def test_a_small_file_that_unpacks_to_a_large_text() -> None:
    """zTXt and iCCP chunks are packed too."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    bomb = zlib.compress(bytes(100_000_000), 9)
    png = GOOD["PNG"]
    for name, body in ((b"zTXt", b"a\0\0" + bomb), (b"iCCP", b"a\0\0" + bomb), (b"iTXt", b"a\0\1\0\0\0" + bomb)):
        tracemalloc.start()
        check(read(png[:33] + chunk(name, body) + png[33:]))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000_000, name


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 20 20
%%EndComments
(/tmp/x) (w) file closefile
showpage
%%EOF
"""


def test_no_picture_starts_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow draws EPS with Ghostscript; such files are not read at all."""

    def started(*args: Any, **more: Any) -> None:
        raise AssertionError("a program was started")

    for name in ("Popen", "check_call", "run"):
        monkeypatch.setattr(subprocess, name, started)
    with pytest.raises(PictureError, match="is no picture of a format that can be read"):
        picture_io.read(picture_io.in_memory(EPS))


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
        b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x63\0\0\0\0\0\0\0",
        b"\0" * 600,
        b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0",
    ],
    ids=["empty", "no-header", "far-away", "many-tags", "orientation-99", "zeros", "points-at-itself"],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_costs_no_picture(form: str, exif: bytes) -> None:
    plain = read(GOOD[form] if form != "WEBP" else encoded("WEBP"))
    try:
        data = encoded(form, exif=exif)
    except Exception as error:  # noqa: BLE001 - Pillow itself refuses to write it
        pytest.skip(f"Pillow does not write it: {error}")
    found = read(data)
    check(found)
    if found is not None and found.stored.shape == PIXELS.shape:
        assert plain is not None
        np.testing.assert_array_equal(found.stored, plain.stored)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("icc", [b"x", b"\0" * 200, bytes(range(256)) * 40])
def test_a_damaged_colour_profile_travels_as_it_is_or_not_at_all(form: str, icc: bytes, tmp_path: Any) -> None:
    found = read(encoded(form, icc_profile=icc))
    assert found is not None
    path = tmp_path / "out.png"
    picture_io.save(picture_io.to_image(found.stored, found.mode), path, "", found)
    with Image.open(path) as image:
        assert image.info.get("icc_profile") in (icc, None)
        np.testing.assert_array_equal(np.asarray(image), found.stored)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        [
            "1",
            "L",
            "LA",
            "P",
            "PA",
            "RGB",
            "RGBA",
            "RGBX",
            "CMYK",
            "YCbCr",
            "HSV",
            "LAB",
            "I",
            "F",
            "I;16",
            "La",
            "RGBa",
        ]
    ),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 10**6),
)
def test_pictures_in_memory_in_any_mode(mode: str, width: int, height: int, seed: int) -> None:
    """As a WebUI hands them over: kept, or refused in a line; what is kept is the colour it was."""
    try:
        image = Image.new(mode, (width, height))
        noise = np.random.default_rng(seed).integers(0, 256, len(image.tobytes()), dtype=np.uint8).tobytes()
        if mode not in ("F", "I"):
            image.frombytes(noise)
    except (ValueError, TypeError, SystemError):
        return
    try:
        picture = picture_io.taken_over(image)
    except PictureError as error:
        one_line(error)
        refused = mode
    else:
        refused = ""
    if refused:
        assert refused in ("HSV", "LAB", "F")
        return
    check(picture)
    again = picture_io.to_image(picture.stored, picture.mode)
    assert again.size == image.size
    if mode in ("L", "LA", "RGB", "RGBA"):
        assert again.tobytes() == image.tobytes()
    elif mode in ("1", "CMYK", "YCbCr"):
        assert again.tobytes() == image.convert(again.mode).tobytes()
