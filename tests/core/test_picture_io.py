"""Pictures in and out: modes, EXIF, ICC, alpha, metadata, atomic saving."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hosts import WholeWindowHost
from PIL import ExifTags, Image, ImageCms

from lib_outpaint import picture_io
from lib_outpaint.engine import outpaint
from lib_outpaint.errors import PictureError
from lib_outpaint.params import Params
from lib_outpaint.request import Request, numbered_shots
from lib_outpaint.result import Grown

WIDTH, HEIGHT = 53, 37  # odd, and a BMP row of 53 px takes 160 bytes: no "16" in it may be taken for 16 bits
ORIENTATION, ARTIST, EXIF_IFD, COMMENT = 0x0112, 0x013B, 0x8769, 0x9286
BYTES = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


def in_mode(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(BYTES[:, :, 0].astype(np.uint16) * 257 + BYTES[:, :, 1])
    if mode == "P":
        return Image.fromarray(BYTES[:, :, :3]).quantize(64)
    if mode == "P+transparency":
        image = in_mode("P")
        image.info["transparency"] = 5
        return image
    if mode == "1":
        return Image.fromarray(BYTES[:, :, 0] > 127)
    if mode == "L":
        return Image.fromarray(BYTES[:, :, 0])
    if mode == "RGB":
        return Image.fromarray(BYTES[:, :, :3])
    if mode == "LA":
        return Image.merge("LA", [Image.fromarray(BYTES[:, :, 0]), Image.fromarray(BYTES[:, :, 3])])
    return Image.frombytes(mode, (WIDTH, HEIGHT), BYTES.tobytes())


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return file


def grown_from(picture: picture_io.Picture, overlap: int = 4) -> Grown:
    """Grown by 11 to the left and 6 downwards by a host that inverts all it sees."""
    params = Params(left=11, down=6, overlap=overlap, fill="edge", color_match="off")
    return outpaint(Request((picture.pixels,), params, numbered_shots(1, 0)), WholeWindowHost()).pictures[0]


def as_array(image: Image.Image) -> np.ndarray:
    return np.asarray(image)


# Modes, from file to file

MODES = {"L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "I;16": "I;16", "P": "RGB", "P+transparency": "RGBA",
         "1": "L"}
CAN_HOLD = {"PNG": tuple(MODES), "TIFF": tuple(MODES), "WEBP": ("RGB", "RGBA", "P", "P+transparency", "L", "LA", "1"),
            "BMP": ("L", "RGB", "P", "1")}


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in CAN_HOLD.items() for mode in modes])
def test_bytes_beyond_the_band_survive_the_file(form: str, mode: str, tmp_path: Path) -> None:
    original = in_mode(mode)
    picture = picture_io.read(saved(original))
    assert picture.mode == MODES[mode]
    path = tmp_path / f"grown.{form.lower()}"
    picture_io.save(picture_io.assembled(picture, grown_from(picture)), path, "Steps: 1", picture)
    with Image.open(path) as written:
        assert written.format == form
        assert written.size == (WIDTH + 11, HEIGHT + 6)
        wanted = MODES[mode] if form != "WEBP" else ("RGBA" if "A" in MODES[mode] else "RGB")
        assert written.mode == wanted or (mode == "I;16" and written.mode == "I")  # Pillow before 10.2
        found = as_array(written)[:HEIGHT - 4, 15:]
    source = original if mode == "I;16" else original.convert(MODES[mode])
    kept = as_array(source if mode == "I;16" else source.convert(wanted))[:HEIGHT - 4, 4:]
    assert np.array_equal(found, kept), "the original's bytes have changed"


def test_colours_under_full_transparency_survive_webp(tmp_path: Path) -> None:
    clear = Image.frombytes("RGBA", (WIDTH, HEIGHT), np.concatenate(
        [BYTES[:, :, :3], np.zeros((HEIGHT, WIDTH, 1), np.uint8)], 2).tobytes())
    path = tmp_path / "clear.webp"
    picture_io.save(clear, path)
    with Image.open(path) as written:
        assert np.array_equal(as_array(written), as_array(clear))


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb_with_a_note(form: str) -> None:
    image = Image.new("CMYK", (WIDTH, HEIGHT), (200, 30, 90, 0))
    picture = picture_io.read(saved(image, form, icc_profile=b"a CMYK profile"))
    assert picture.mode == "RGB"
    assert picture.notes == ("CMYK was converted to RGB and its colour profile dropped",)
    assert picture.icc is None
    assert np.abs(picture.stored[0, 0].astype(int) - np.array([55, 225, 165])).max() <= 3


def test_grey_with_a_transparent_level_becomes_grey_and_alpha() -> None:
    picture = picture_io.read(saved(in_mode("L"), transparency=int(BYTES[0, 0, 0])))
    assert picture.mode == "LA"
    assert picture.stored[0, 0].tolist()[1] == 0
    assert set(np.unique(picture.stored[:, :, 1])) == {0, 255}


@pytest.mark.parametrize("mode", ["F", "HSV", "LAB"])
def test_modes_that_cannot_be_kept_are_refused(mode: str) -> None:
    with pytest.raises(PictureError, match=f"mode {mode} cannot be kept; convert it to RGB first"):
        picture_io.taken_over(Image.new(mode, (4, 4)))


def test_pictures_in_memory_are_taken_over_as_they_are() -> None:
    picture = picture_io.taken_over(in_mode("RGBA"))
    assert np.array_equal(picture.stored, BYTES)
    assert torch.equal(picture.pixels, torch.from_numpy(BYTES[:, :, :3].copy()).permute(2, 0, 1).float() / 255)


@pytest.mark.parametrize("form", ["BMP", "TIFF", "PPM", "PNG", "WEBP"])
@pytest.mark.parametrize("width", [16, 53, 160, 216])
def test_eight_bits_are_not_taken_for_sixteen(form: str, width: int) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    assert picture_io.read(saved(Image.new("RGB", (width, 16), (1, 2, 3)), form, **options)).mode == "RGB"


def png(colour: int, channels: int, depth: int = 16) -> io.BytesIO:
    """A PNG of 4x3 px written by hand: Pillow writes no 16-bit colour."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(range(4 * channels * depth // 8)) for _ in range(3))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, depth, colour, 0, 0, 0))
                      + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.mark.parametrize(("file", "refused"), [
    (png(2, 3), True), (png(6, 4), True), (png(4, 2), True), (png(0, 1), False), (png(2, 3, 8), False),
    (io.BytesIO(b"P6 2 1 65535\n" + bytes(12)), True), (io.BytesIO(b"P6 2 1 255\n" + bytes(6)), False),
], ids=["png-rgb16", "png-rgba16", "png-la16", "png-grey16", "png-rgb8", "ppm-rgb16", "ppm-rgb8"])
def test_sixteen_bits_a_colour_are_refused_in_a_line(file: io.BytesIO, refused: bool) -> None:
    file.seek(0)
    if refused:
        with pytest.raises(PictureError, match=r"^the picture: has 16 bits a colour channel, which would be lost"):
            picture_io.read(file)
    else:
        assert picture_io.read(file).stored.shape[:2] in ((3, 4), (1, 2))


def test_16_bit_grey_keeps_all_its_levels() -> None:
    picture = picture_io.read(saved(in_mode("I;16")))
    assert picture.stored.dtype == np.uint16
    assert np.array_equal(picture.stored, as_array(in_mode("I;16")))
    assert float((picture.pixels[0] * 65535 - torch.from_numpy(picture.stored.astype(np.float32))).abs().max()) < 0.1
    with pytest.raises(PictureError, match="has 32 bits a pixel"):
        picture_io.taken_over(Image.fromarray(np.full((4, 4), 70000, np.int32)))


# EXIF, ICC, resolution

# How a viewer has to turn what a camera stored (EXIF 2.32, table 4.6.4, tag Orientation).
TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
         5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
         8: Image.Transpose.ROTATE_90}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_and_its_tag_removed(form: str, orientation: int, tmp_path: Path) -> None:
    image = Image.new("RGB", (48, 32), "white")
    image.paste("red", (0, 0, 16, 16))
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = orientation, "me"
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(form, {})
    picture = picture_io.read(saved(image, form, exif=exif, **options))
    wanted = as_array(image if orientation == 1 else image.transpose(TURNS[orientation]))
    assert picture.stored.shape == ((32, 48, 3) if orientation < 5 else (48, 32, 3))
    assert np.abs(picture.stored.astype(int) - wanted).max() <= (8 if form == "JPEG" else 0)
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}
    assert picture.stored[corner[orientation]].tolist()[1] < 30, "the red corner is elsewhere"
    picture_io.save(Image.fromarray(picture.stored), tmp_path / "turned.png", "", picture)
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
    picture = picture_io.read(saved(in_mode("RGB"), "JPEG", exif=exif, icc_profile=icc, dpi=(300, 300)))
    path = tmp_path / ("kept" + suffix)
    picture_io.save(picture_io.assembled(picture, grown_from(picture)), path, "Steps: 1", picture)
    with Image.open(path) as written:
        assert written.info["icc_profile"] == icc
        assert written.getexif()[ARTIST] == "me"
        found = written.getexif().get_ifd(EXIF_IFD)
        assert float(found[0x920A]) == 50
        assert (found[0xA002], found[0xA003]) == (WIDTH + 11, HEIGHT + 6), "EXIF tells the old size"
        if suffix != ".webp":
            assert [round(float(value)) for value in written.info["dpi"]] == [300, 300]
    assert picture_io.infotext_of(path) == "Steps: 1"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16", "P", "1"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate"])
@pytest.mark.parametrize("suffix", [".tif", ".png"])
def test_the_layout_of_a_tiff_does_not_travel(mode: str, compression: str, suffix: str, tmp_path: Path) -> None:
    picture = picture_io.read(saved(in_mode(mode), "TIFF", compression=compression))
    path = tmp_path / ("again" + suffix)
    picture_io.save(picture_io.to_image(picture.stored, picture.mode), path, "Steps: 1", picture)
    again = picture_io.read(path)
    assert np.array_equal(again.stored, picture.stored)
    if suffix == ".png":
        with Image.open(path) as written:
            layout = {ExifTags.TAGS.get(tag, tag) for tag in written.getexif()} - {"ExifOffset"}
        assert layout == set()


# Files that are no picture, or more than one

def frames(count: int = 2) -> list[Image.Image]:
    return [Image.new("RGB", (20, 20), (90 * i, 0, 0)) for i in range(count)]


def several(form: str) -> io.BytesIO:
    first, *rest = frames()
    return saved(first, form, save_all=True, append_images=rest)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animations_and_pages_are_refused(form: str) -> None:
    with pytest.raises(PictureError, match=r"^the picture: is animated or has several pages; give one picture$"):
        picture_io.read(several(form))


def test_a_still_gif_is_read() -> None:
    assert picture_io.read(saved(frames()[1], "GIF")).stored[0, 0].tolist() == [90, 0, 0]


def test_the_first_picture_of_an_mpo() -> None:
    picture = picture_io.read(several("MPO"))
    assert picture.stored.max() < 20


def cut(form: str, part: float) -> bytes:
    data = saved(in_mode("RGB"), form).getvalue()
    return data[:int(len(data) * part)]


@pytest.mark.parametrize(("data", "words"), [
    (b"", "is no picture of a format that can be read"),
    (b"left: 128\n" * 50, "is no picture of a format that can be read"),
    (b"\x89PNG\r\n\x1a\n", "bad.png: "),
    (cut("PNG", 0.5), "cannot be read: "),
    (cut("JPEG", 0.5), "cannot be read: "),
    (cut("JPEG", 0.01), "bad.png: "),
    (cut("WEBP", 0.5), "bad.png: "),
    (cut("TIFF", 0.5), "bad.png: "),
    (cut("GIF", 0.3), "cannot be read: "),
    (saved(in_mode("RGB")).getvalue().replace(b"IDAT", b"IDAQ"), "bad.png: "),
], ids=["empty", "text", "signature", "png", "jpeg", "jpeg-header", "webp", "tiff", "gif", "png-chunk"])
def test_damaged_files_are_one_line(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(PictureError) as caught:
        picture_io.read(path)
    assert str(caught.value).startswith("bad.png: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"^none\.png: there is no such file$"):
        picture_io.read(tmp_path / "none.png")
    with pytest.raises(PictureError, match="cannot be read"):
        picture_io.read(tmp_path)


@pytest.mark.parametrize("size", [(9500, 9500), (60000, 60000)], ids=["over-the-limit", "bomb"])
def test_decompression_bombs(size: tuple[int, int]) -> None:
    data = bytearray(saved(Image.new("1", (8, 8))).getvalue())
    data[16:24] = struct.pack(">II", *size)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(PictureError, match=r"is larger than 89 MP|larger than 89 MP"):
        picture_io.read(io.BytesIO(bytes(data)))


def test_a_limit_of_ones_own() -> None:
    with pytest.raises(PictureError, match=r"^the picture: is 53x37, larger than 0 MP$"):
        picture_io.read(saved(in_mode("L")), most_pixels=WIDTH * HEIGHT - 1)
    assert picture_io.read(saved(in_mode("L")), most_pixels=WIDTH * HEIGHT).mode == "L"


# Writing

TEXTS = {"plain": "a lake\nSteps: 20, Seed: 5", "latin": "café, Größe: 5", "emoji": "🏰 a castle",
         "chinese": "湖边的城堡\nNegative prompt: 模糊\nSteps: 20", "long": "word, " * 5000}


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_infotext_comes_back(suffix: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / ("told" + suffix)
    picture_io.save(in_mode("RGB"), path, TEXTS[text])
    assert picture_io.infotext_of(path) == TEXTS[text]
    with Image.open(path) as written:
        if suffix == ".png":
            assert written.info["parameters"] == TEXTS[text]
        else:  # as piexif.helper.UserComment, which the WebUI uses, reads it
            comment = written.getexif().get_ifd(EXIF_IFD)[COMMENT]
            assert comment[:8] == b"UNICODE\0"
            assert comment[8:].decode("utf-16-be") == TEXTS[text]


def test_an_infotext_too_long_for_the_format_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be written"):
        picture_io.save(in_mode("RGB"), tmp_path / "long.jpg", "x" * 70000)
    assert os.listdir(tmp_path) == []


def test_no_infotext(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".webp", ".tif", ".bmp"):
        picture_io.save(in_mode("RGB"), tmp_path / ("silent" + suffix))
        assert picture_io.infotext_of(tmp_path / ("silent" + suffix)) == ""


@pytest.mark.parametrize(("name", "form"), [
    ("a.png", "PNG"), ("a.PNG", "PNG"), ("a.jpg", "JPEG"), ("a.jpeg", "JPEG"), ("a.webp", "WEBP"), ("a.tif", "TIFF"),
    ("a.tiff", "TIFF"), ("a.bmp", "BMP"), ("a.b.png", "PNG")])
def test_the_format_follows_the_suffix(name: str, form: str) -> None:
    assert picture_io.format_for(Path(name)) == form


@pytest.mark.parametrize(("name", "words"), [
    ("a.gif", "cannot write .gif; use one of .png"), ("a", "cannot write a file without suffix"),
    ("a.png.part", "cannot write .part"), (".png", "cannot write a file without suffix")])
def test_suffixes_that_cannot_be_written(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=words):
        picture_io.save(in_mode("RGB"), tmp_path / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("mode", "suffix", "words"), [
    ("RGBA", ".jpg", "JPEG cannot hold transparency; use .png, .webp or .tif"),
    ("LA", ".jpg", "JPEG cannot hold transparency"),
    ("RGBA", ".bmp", "BMP cannot hold transparency"),
    ("I;16", ".jpg", "JPEG cannot hold 16 bits a pixel; use .png or .tif"),
    ("I;16", ".webp", "WEBP cannot hold 16 bits"),
    ("I;16", ".bmp", "BMP cannot hold 16 bits"),
])
def test_formats_that_cannot_hold_the_picture(mode: str, suffix: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / ("a" + suffix)
    path.write_bytes(b"what was there")
    with pytest.raises(PictureError, match=words):
        picture_io.save(in_mode(mode), path)
    assert path.read_bytes() == b"what was there"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_that_hides_nothing_is_left_out(mode: str, suffix: str, tmp_path: Path) -> None:
    image = in_mode(mode)
    image.putalpha(255)
    picture_io.save(image, tmp_path / ("a" + suffix))
    with Image.open(tmp_path / ("a" + suffix)) as written:
        assert written.mode == ("L" if mode == "LA" else "RGB")


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), ValueError("odd"), KeyError("odd"),
                                     RuntimeError("encoder"), KeyboardInterrupt()], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("where", ["encoding", "renaming"])
def test_a_failure_while_writing_leaves_the_old_file(failure: BaseException, where: str, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "good.png"
    picture_io.save(in_mode("RGB"), path)
    before = path.read_bytes()

    def fail(*args: Any, **more: Any) -> None:
        if where == "encoding":
            args[1].write(b"half a picture")
        raise failure

    if where == "encoding":
        monkeypatch.setattr(Image.Image, "save", fail)
    else:
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else PictureError):
        picture_io.save(in_mode("L"), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["good.png"]


def test_folders_are_made_and_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    picture_io.save(in_mode("L"), tmp_path / "a" / "b" / "c.png")
    assert (tmp_path / "a" / "b" / "c.png").is_file()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PictureError, match="cannot be written"):
        picture_io.save(in_mode("L"), tmp_path / "file" / "c.png")


@pytest.mark.skipif(os.name != "posix", reason="file rights are those of POSIX")
def test_a_written_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    picture_io.save(in_mode("L"), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_names_of_any_length_and_script(tmp_path: Path) -> None:
    for name in ("城堡" * 40 + ".png", "a" * 250 + ".png", "with blank.png", "-dash.png"):
        picture_io.save(in_mode("L"), tmp_path / name)
        assert (tmp_path / name).is_file()


def test_the_writer_rounds_once() -> None:
    levels = torch.tensor([0.0, 0.4, 0.5, 0.6, 1.0, 254.49, 254.51, 255.0]) / 255
    pixels = levels.expand(3, 1, 8)
    shown = picture_io.float_image(pixels)
    assert as_array(shown)[0, :, 0].tolist() == [0, 0, 0, 1, 1, 254, 255, 255]
    assert picture_io.float_image(pixels[0]).mode == "L"
