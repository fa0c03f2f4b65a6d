"""Picture files of any bytes: the right picture or one line, never a wrong picture, a traceback or a program started."""

from __future__ import annotations

import subprocess
from typing import Any

import numpy as np
import pytest
from error_lines import one_line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from picture_bytes import GOOD, check, encoded, read
from PIL import Image

from lib_outpaint import images
from lib_outpaint.errors import PictureError


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
    with pytest.raises(PictureError) as caught:
        images.read(images.in_memory(EPS))
    assert caught.value.code == "not-an-image"


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
    plain = read(GOOD[form])
    try:
        data = encoded(form, exif=exif)
    except Exception as error:  # noqa: BLE001 - Pillow itself refuses to write it
        pytest.skip(f"Pillow does not write it: {error}")
    found = read(data)
    assert found is not None
    assert plain is not None
    check(found)
    np.testing.assert_array_equal(found.stored, plain.stored)
    assert [note.code for note in found.notes] in ([], ["exif-dropped"])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("icc", [b"x", b"\0" * 200, bytes(range(256)) * 40])
def test_a_damaged_colour_profile_travels_as_it_is_or_not_at_all(form: str, icc: bytes, tmp_path: Any) -> None:
    found = read(encoded(form, icc_profile=icc))
    assert found is not None
    path = tmp_path / "out.png"
    images.save(images.to_image(found.stored), path, "", found)
    with Image.open(path) as image:
        assert image.info.get("icc_profile") in (icc, None)
        np.testing.assert_array_equal(np.asarray(image), found.stored)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(
        ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16", "La", "RGBa"]
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
        picture = images.taken_over(image)
    except PictureError as error:
        one_line(error)
        refused = mode
    else:
        refused = ""
    if refused:
        assert refused in ("HSV", "LAB", "F")
        return
    check(picture)
    again = images.to_image(picture.stored)
    assert again.size == image.size
    if mode in ("L", "LA", "RGB", "RGBA"):
        assert again.tobytes() == image.tobytes()
    elif mode in ("1", "CMYK", "YCbCr"):
        assert again.tobytes() == image.convert(again.mode).tobytes()
