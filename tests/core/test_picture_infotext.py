"""The infotext in a picture's file: it comes back from every format, and the source's own gives way to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from small_pictures import in_mode
from written_files import infotext_of

from lib_outpaint import images
from lib_outpaint.errors import PictureError, SaveError
from lib_outpaint.images.tags import EXIF_IFD, MAKER_NOTE, USER_COMMENT

TEXTS = {
    "plain": "a lake\nSteps: 20, Seed: 5",
    "latin": "café, Größe: 5",
    "emoji": "🏰 a castle",
    "chinese": "湖边的城堡\nNegative prompt: 模糊\nSteps: 20",
    "long": "word, " * 5000,
}
OLD = b"UNICODE\0" + "an old prompt\nSteps: 20, Seed: 77, Size: 8x6".encode("utf-16-be")
MAKE, LENS = 0x010F, 0xA434


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_infotext_comes_back(suffix: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / ("told" + suffix)
    images.save(in_mode("RGB"), path, TEXTS[text])
    assert infotext_of(path) == TEXTS[text]
    with Image.open(path) as written:
        if suffix == ".png":
            assert written.info["parameters"] == TEXTS[text]
        else:  # as piexif.helper.UserComment, which the WebUI uses, reads it
            comment = written.getexif().get_ifd(EXIF_IFD)[USER_COMMENT]
            assert comment[:8] == b"UNICODE\0"
            assert comment[8:].decode("utf-16-be") == TEXTS[text]


def test_an_infotext_too_long_for_the_format_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError) as caught:
        images.save(in_mode("RGB"), tmp_path / "long.jpg", "x" * 70000)
    assert caught.value.code == "not-written"
    assert not isinstance(caught.value, SaveError), "the next image may do"
    assert os.listdir(tmp_path) == []


def test_no_infotext(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".webp", ".tif", ".bmp"):
        images.save(in_mode("RGB"), tmp_path / ("silent" + suffix))
        assert infotext_of(tmp_path / ("silent" + suffix)) == ""


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
    source = images.read(made_before)
    path = tmp_path / f"after.{suffix}"
    images.save(Image.new("RGB", (12, 6)), path, "Seed: 5, Size: 12x6", source)
    assert infotext_of(path) == "Seed: 5, Size: 12x6"
    with Image.open(path) as image:
        inner = image.getexif().get_ifd(EXIF_IFD)
        assert inner[LENS] == "a lens"
        assert image.getexif()[MAKE] == "a camera"
    # The WebUI prefers a user comment to a PNG's text chunk (modules/images.py, read_info_from_image).
    assert b"old prompt" not in bytes(inner.get(USER_COMMENT, b"")).replace(b"\0", b"")


def test_without_an_infotext_a_comment_stays(made_before: Path, tmp_path: Path) -> None:
    images.save(Image.new("RGB", (12, 6)), tmp_path / "after.png", "", images.read(made_before))
    with Image.open(tmp_path / "after.png") as image:
        assert image.getexif().get_ifd(EXIF_IFD)[USER_COMMENT] == OLD


def test_an_exif_block_of_nothing_but_an_old_infotext_is_left_out(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = OLD
    exif[EXIF_IFD] = exif.get_ifd(EXIF_IFD)
    Image.new("RGB", (8, 6)).save(tmp_path / "before.jpg", exif=exif.tobytes())
    images.save(Image.new("RGB", (12, 6)), tmp_path / "after.png", "Seed: 5", images.read(tmp_path / "before.jpg"))
    with Image.open(tmp_path / "after.png") as image:
        assert "exif" not in image.info


@pytest.mark.parametrize(("length", "kept"), [(1000, True), (64_800, False)])
def test_a_maker_note_gives_way_where_it_leaves_the_infotext_no_room(tmp_path: Path, length: int, kept: bool) -> None:
    exif = Image.Exif()
    exif[EXIF_IFD] = {MAKER_NOTE: b"n" * length, LENS: "a lens"}
    Image.new("RGB", (8, 6)).save(tmp_path / "before.jpg", exif=exif.tobytes())
    infotext = "Seed: 5, Outpaint version: 0.1.0, " * 20
    images.save(Image.new("RGB", (12, 6)), tmp_path / "after.jpg", infotext, images.read(tmp_path / "before.jpg"))
    assert infotext_of(tmp_path / "after.jpg") == infotext
    with Image.open(tmp_path / "after.jpg") as image:
        inner = image.getexif().get_ifd(EXIF_IFD)
    assert inner[LENS] == "a lens"
    assert (MAKER_NOTE in inner) == kept
