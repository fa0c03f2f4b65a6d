"""EXIF, colour profile and resolution of a picture: read, applied and written again."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms
from small_pictures import HEIGHT, WIDTH, as_array, grown_from, in_mode, saved
from written_files import infotext_of

from lib_outpaint import images
from lib_outpaint.images.tags import EXIF_IFD
from lib_outpaint.planning.geometry import Extent

ORIENTATION, ARTIST = 0x0112, 0x013B
# How a viewer has to turn what a camera stored (EXIF 2.32, table 4.6.4, tag Orientation).
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_and_its_tag_removed(form: str, orientation: int, tmp_path: Path) -> None:
    image = Image.new("RGB", (48, 32), "white")
    image.paste("red", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = orientation, "me"
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(form, {})
    picture = images.read(saved(image, form, exif=exif, **options))
    wanted = as_array(image if orientation == 1 else image.transpose(TURNS[orientation]))
    assert picture.stored.shape == ((32, 48, 3) if orientation < 5 else (48, 32, 3))
    assert np.abs(picture.stored.astype(int) - wanted).max() <= (8 if form == "JPEG" else 0)
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    assert picture.stored[corner[orientation]].tolist()[1] < 30, "the red corner is elsewhere"
    images.save(Image.fromarray(picture.stored), tmp_path / "turned.png", "", picture)
    with Image.open(tmp_path / "turned.png") as written:
        assert written.getexif().get(ORIENTATION, 1) == 1
        assert written.getexif()[ARTIST] == "me"
        assert np.array_equal(as_array(written), picture.stored)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_icc_resolution_and_exif_are_kept(suffix: str, tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[ARTIST] = "me"
    inner = exif.get_ifd(EXIF_IFD)
    inner[0x920A] = 50.0  # focal length
    inner[0xA002], inner[0xA003] = WIDTH, HEIGHT
    exif[EXIF_IFD] = inner
    picture = images.read(saved(in_mode("RGB"), "JPEG", exif=exif, icc_profile=icc, dpi=(300, 300)))
    path = tmp_path / ("kept" + suffix)
    images.save(images.assembled(picture, grown_from(picture)), path, "Steps: 1", picture)
    with Image.open(path) as written:
        assert written.info["icc_profile"] == icc
        assert written.getexif()[ARTIST] == "me"
        found = written.getexif().get_ifd(EXIF_IFD)
        assert float(found[0x920A]) == 50
        assert (found[0xA002], found[0xA003]) == (WIDTH + 11, HEIGHT + 6), "EXIF tells the old size"
        if suffix != ".webp":
            assert [round(float(value)) for value in written.info["dpi"]] == [300, 300]
    assert infotext_of(path) == "Steps: 1"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16", "P", "1"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate"])
@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_the_layout_of_a_tiff_does_not_travel(mode: str, compression: str, suffix: str, tmp_path: Path) -> None:
    picture = images.read(saved(in_mode(mode), "TIFF", compression=compression))
    path = tmp_path / ("again" + suffix)
    images.save(images.to_image(picture.stored), path, "Steps: 1", picture)
    again = images.read(path)
    assert np.array_equal(again.stored, picture.stored)
    if suffix == ".png":
        with Image.open(path) as written:
            layout = {ExifTags.TAGS.get(tag, tag) for tag in written.getexif()} - {"ExifOffset"}
        assert layout == set()


@pytest.mark.parametrize(
    ("numbers", "wanted"), [((0, 0), None), ((0, 1), None), ((300, 1), 300)], ids=["no number", "zero", "300"]
)
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "bmp", "webp"])
def test_a_resolution_that_is_none_is_not_kept(
    tmp_path: Path, numbers: tuple[int, int], wanted: int | None, suffix: str
) -> None:
    path = tmp_path / "before.tif"
    Image.fromarray(np.zeros((6, 8, 3), np.uint8)).save(path, dpi=(300, 300))
    data = path.read_bytes()
    assert data.count(struct.pack("<II", 300, 1)) == 2
    path.write_bytes(data.replace(struct.pack("<II", 300, 1), struct.pack("<II", *numbers)))
    source = images.read(path)
    assert source.dpi == (None if wanted is None else (wanted, wanted))
    images.save(Image.new("RGB", (12, 6)), tmp_path / f"after.{suffix}", "Seed: 5", source)
    if wanted and suffix != "webp":
        with Image.open(tmp_path / f"after.{suffix}") as image:
            assert image.info["dpi"] == pytest.approx((wanted, wanted), abs=0.1)


@pytest.mark.parametrize(
    ("comment", "told"),
    [(b"plain", "plain"), ("Größe".encode(), "Größe"), (b"Photoshop\xae 4.0\0", "Photoshop® 4.0")],
)
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_comment_in_any_encoding_is_kept(comment: bytes, told: str, suffix: str, tmp_path: Path) -> None:
    picture = images.read(saved(in_mode("RGB"), "JPEG", comment=comment))
    assert images.check_format(tmp_path / f"a.{suffix}", picture, Extent(60, 40)) == ()
    images.save(picture.stored, tmp_path / f"a.{suffix}", "", picture)
    found = images.read(tmp_path / f"a.{suffix}").carried
    if suffix == "jpg":
        assert found.comment == comment
    else:
        assert [text.value for text in found.texts] == [told]
