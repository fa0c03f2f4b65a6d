"""What a grown picture's file says beside its pixels: whose infotext, which resolution."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.picture_io import infotext_of, read, save
from lib_outpaint.picture_io.tags import EXIF_IFD, MAKER_NOTE, USER_COMMENT

OLD = b"UNICODE\0" + "an old prompt\nSteps: 20, Seed: 77, Size: 8x6".encode("utf-16-be")
MAKE, LENS = 0x010F, 0xA434


@pytest.fixture
def made_before(tmp_path: Path) -> Path:
    """A JPEG as the WebUI saves it: with its infotext as EXIF user comment."""
    exif = Image.Exif()
    exif[MAKE] = "a camera"
    inner = exif.get_ifd(EXIF_IFD)
    inner[USER_COMMENT], inner[LENS] = OLD, "a lens"
    exif[EXIF_IFD] = inner
    path = tmp_path / "before.jpg"
    Image.new("RGB", (8, 6), "teal").save(path, exif=exif.tobytes())
    return path


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_the_sources_own_infotext_gives_way_to_the_new_one(made_before: Path, tmp_path: Path, suffix: str) -> None:
    source = read(made_before)
    path = tmp_path / f"after.{suffix}"
    save(Image.new("RGB", (12, 6)), path, "Seed: 5, Size: 12x6", source)
    assert infotext_of(path) == "Seed: 5, Size: 12x6"
    with Image.open(path) as image:
        inner = image.getexif().get_ifd(EXIF_IFD)
        assert inner[LENS] == "a lens"
        assert image.getexif()[MAKE] == "a camera"
    # The WebUI prefers a user comment to a PNG's text chunk (modules/images.py, read_info_from_image).
    assert b"old prompt" not in bytes(inner.get(USER_COMMENT, b"")).replace(b"\0", b"")


def test_without_an_infotext_a_comment_stays(made_before: Path, tmp_path: Path) -> None:
    save(Image.new("RGB", (12, 6)), tmp_path / "after.png", "", read(made_before))
    with Image.open(tmp_path / "after.png") as image:
        assert image.getexif().get_ifd(EXIF_IFD)[USER_COMMENT] == OLD


def test_an_exif_block_of_nothing_but_an_old_infotext_is_left_out(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = OLD
    exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)
    Image.new("RGB", (8, 6)).save(tmp_path / "before.jpg", exif=exif.tobytes())
    save(Image.new("RGB", (12, 6)), tmp_path / "after.png", "Seed: 5", read(tmp_path / "before.jpg"))
    with Image.open(tmp_path / "after.png") as image:
        assert "exif" not in image.info


@pytest.mark.parametrize(("numbers", "wanted"), [((0, 0), None), ((0, 1), None), ((300, 1), 300)],
                         ids=["no number", "zero", "300"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp", "webp"])
def test_a_resolution_that_is_none_is_not_kept(tmp_path: Path, numbers: tuple[int, int], wanted: int | None,
                                               suffix: str) -> None:
    path = tmp_path / "before.tif"
    Image.fromarray(np.zeros((6, 8, 3), np.uint8)).save(path, dpi=(300, 300))
    data = path.read_bytes()
    assert data.count(struct.pack("<II", 300, 1)) == 2
    path.write_bytes(data.replace(struct.pack("<II", 300, 1), struct.pack("<II", *numbers)))
    source = read(path)
    assert source.dpi == (None if wanted is None else (wanted, wanted))
    save(Image.new("RGB", (12, 6)), tmp_path / f"after.{suffix}", "Seed: 5", source)
    if wanted and suffix != "webp":
        with Image.open(tmp_path / f"after.{suffix}") as image:
            assert image.info["dpi"] == pytest.approx((wanted, wanted), abs=0.1)


@pytest.mark.parametrize(("length", "kept"), [(1000, True), (64_800, False)])
def test_a_maker_note_gives_way_where_it_leaves_the_infotext_no_room(tmp_path: Path, length: int, kept: bool) -> None:
    exif = Image.Exif()
    exif[EXIF_IFD] = {MAKER_NOTE: b"n" * length, LENS: "a lens"}
    Image.new("RGB", (8, 6)).save(tmp_path / "before.jpg", exif=exif.tobytes())
    infotext = "Seed: 5, Outpaint version: 0.1.0, " * 20
    save(Image.new("RGB", (12, 6)), tmp_path / "after.jpg", infotext, read(tmp_path / "before.jpg"))
    assert infotext_of(tmp_path / "after.jpg") == infotext
    with Image.open(tmp_path / "after.jpg") as image:
        inner = image.getexif().get_ifd(EXIF_IFD)
    assert inner[LENS] == "a lens"
    assert (MAKER_NOTE in inner) == kept
