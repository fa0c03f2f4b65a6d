"""Modes of pictures, from file to file: grey, alpha, palettes, 16 bits, CMYK, and which are refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from png_files import png_of
from small_pictures import BYTES, HEIGHT, WIDTH, as_array, grown_from, in_mode, saved

from lib_outpaint import images
from lib_outpaint.errors import PictureError

MODES = {"L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "I;16": "I;16", "P": "RGB", "P+transparency": "RGBA", "1": "L"}
CAN_HOLD = {
    "PNG": tuple(MODES),
    "TIFF": tuple(MODES),
    "WEBP": ("RGB", "RGBA", "P", "P+transparency", "L", "LA", "1"),
    "BMP": ("L", "RGB", "P", "1"),
}


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in CAN_HOLD.items() for mode in modes])
def test_bytes_beyond_the_band_survive_the_file(form: str, mode: str, tmp_path: Path) -> None:
    original = in_mode(mode)
    picture = images.read(saved(original))
    assert picture.mode == MODES[mode]
    path = tmp_path / f"grown.{form.lower()}"
    images.save(images.assembled(picture, grown_from(picture)), path, "Steps: 1", picture)
    with Image.open(path) as written:
        assert written.format == form
        assert written.size == (WIDTH + 11, HEIGHT + 6)
        wanted = MODES[mode] if form != "WEBP" else ("RGBA" if "A" in MODES[mode] else "RGB")
        assert written.mode == wanted or (mode == "I;16" and written.mode == "I")  # Pillow before 10.2
        found = as_array(written)[: HEIGHT - 4, 15:]
    source = original if mode == "I;16" else original.convert(MODES[mode])
    kept = as_array(source if mode == "I;16" else source.convert(wanted))[: HEIGHT - 4, 4:]
    assert np.array_equal(found, kept), "the original's bytes have changed"


def test_colours_under_full_transparency_survive_webp(tmp_path: Path) -> None:
    clear = Image.frombytes(
        "RGBA", (WIDTH, HEIGHT), np.concatenate([BYTES[:, :, :3], np.zeros((HEIGHT, WIDTH, 1), np.uint8)], 2).tobytes()
    )
    path = tmp_path / "clear.webp"
    images.save(clear, path)
    with Image.open(path) as written:
        assert np.array_equal(as_array(written), as_array(clear))


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb_with_a_note(form: str) -> None:
    image = Image.new("CMYK", (WIDTH, HEIGHT), (200, 30, 90, 0))
    picture = images.read(saved(image, form, icc_profile=b"a CMYK profile"))
    assert picture.mode == "RGB"
    assert [note.code for note in picture.notes] == ["cmyk-converted"]
    assert picture.icc is None
    assert np.abs(picture.stored[0, 0].astype(int) - np.array([55, 225, 165])).max() <= 3


def test_grey_with_a_transparent_level_becomes_grey_and_alpha() -> None:
    picture = images.read(saved(in_mode("L"), transparency=int(BYTES[0, 0, 0])))
    assert picture.mode == "LA"
    assert picture.stored[0, 0].tolist()[1] == 0
    assert set(np.unique(picture.stored[:, :, 1])) == {0, 255}


@pytest.mark.parametrize("mode", ["F", "HSV", "LAB"])
def test_modes_that_cannot_be_kept_are_refused(mode: str) -> None:
    with pytest.raises(PictureError, match=mode) as caught:
        images.taken_over(Image.new(mode, (4, 4)))
    assert caught.value.code == "colour-mode"


def test_pictures_in_memory_are_taken_over_as_they_are() -> None:
    picture = images.taken_over(in_mode("RGBA"))
    assert np.array_equal(picture.stored, BYTES)
    colours = torch.from_numpy(BYTES[:, :, :3].copy()).permute(2, 0, 1).float() / 255
    seen = torch.from_numpy(BYTES[:, :, 3] >= 32)
    assert torch.equal(picture.pixels[:, seen], colours[:, seen])
    assert torch.equal(images.taken_over(in_mode("RGB")).pixels, colours)


@pytest.mark.parametrize("form", ["BMP", "TIFF", "PPM", "PNG", "WEBP"])
@pytest.mark.parametrize("width", [16, 53, 160, 216])
def test_eight_bits_are_not_taken_for_sixteen(form: str, width: int) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    assert images.read(saved(Image.new("RGB", (width, 16), (1, 2, 3)), form, **options)).mode == "RGB"


def png(colour: int, channels: int, depth: int = 16) -> io.BytesIO:
    """A PNG of 4x3 px."""
    rows = b"".join(b"\0" + bytes(range(4 * channels * depth // 8)) for _ in range(3))
    return io.BytesIO(png_of(4, 3, rows, depth, colour))


@pytest.mark.parametrize(
    ("file", "refused"),
    [
        (png(2, 3), False),
        (png(6, 4), False),
        (png(4, 2), False),
        (png(0, 1), False),
        (png(2, 3, 8), False),
        (io.BytesIO(b"P6 2 1 65535\n" + bytes(12)), True),
        (io.BytesIO(b"P6 2 1 255\n" + bytes(6)), False),
    ],
    ids=["png-rgb16", "png-rgba16", "png-la16", "png-grey16", "png-rgb8", "ppm-rgb16", "ppm-rgb8"],
)
def test_sixteen_bits_a_colour_that_cannot_be_read_are_refused_in_a_line(file: io.BytesIO, refused: bool) -> None:
    file.seek(0)
    if refused:
        with pytest.raises(PictureError, match=r"^the image: [^\n]+$") as caught:
            images.read(file)
        assert caught.value.code == "deep-colour"
    else:
        assert images.read(file).stored.shape[:2] in ((3, 4), (1, 2))


def test_16_bit_grey_keeps_all_its_levels() -> None:
    picture = images.read(saved(in_mode("I;16")))
    assert picture.stored.dtype == np.uint16
    assert np.array_equal(picture.stored, as_array(in_mode("I;16")))
    assert float((picture.pixels[0] * 65535 - torch.from_numpy(picture.stored.astype(np.float32))).abs().max()) < 0.1
    with pytest.raises(PictureError) as caught:
        images.taken_over(Image.fromarray(np.full((4, 4), 70000, np.int32)))
    assert caught.value.code == "deep-grey"


def test_the_writer_rounds_once() -> None:
    levels = torch.tensor([0.0, 0.4, 0.5, 0.6, 1.0, 254.49, 254.51, 255.0]) / 255
    pixels = levels.expand(3, 1, 8)
    shown = images.float_image(pixels)
    assert as_array(shown)[0, :, 0].tolist() == [0, 0, 0, 1, 1, 254, 255, 255]
    assert images.float_image(pixels[0]).mode == "L"
