"""Files that are no picture, a damaged one, more than one, or one too large."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from small_pictures import HEIGHT, WIDTH, in_mode, saved

from lib_outpaint import images
from lib_outpaint.errors import PictureError


def frames(count: int = 2) -> list[Image.Image]:
    return [Image.new("RGB", (20, 20), (90 * i, 0, 0)) for i in range(count)]


def several(form: str) -> io.BytesIO:
    first, *rest = frames()
    return saved(first, form, save_all=True, append_images=rest)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animations_and_pages_are_refused(form: str) -> None:
    with pytest.raises(PictureError, match=r"^the picture: is animated or has several pages; give one picture$"):
        images.read(several(form))


def test_a_still_gif_is_read() -> None:
    assert images.read(saved(frames()[1], "GIF")).stored[0, 0].tolist() == [90, 0, 0]


def test_the_first_picture_of_an_mpo() -> None:
    picture = images.read(several("MPO"))
    assert picture.stored.max() < 20


def cut(form: str, part: float) -> bytes:
    data = saved(in_mode("RGB"), form).getvalue()
    return data[: int(len(data) * part)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
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
    ],
    ids=["empty", "text", "signature", "png", "jpeg", "jpeg-header", "webp", "tiff", "gif", "png-chunk"],
)
def test_damaged_files_are_one_line(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(PictureError) as caught:
        images.read(path)
    assert str(caught.value).startswith("bad.png: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"^none\.png: there is no such file$"):
        images.read(tmp_path / "none.png")
    with pytest.raises(PictureError, match="cannot be read"):
        images.read(tmp_path)


@pytest.mark.parametrize("size", [(9500, 9500), (60000, 60000)], ids=["over-the-limit", "bomb"])
def test_decompression_bombs(size: tuple[int, int]) -> None:
    data = bytearray(saved(Image.new("1", (8, 8))).getvalue())
    data[16:24] = struct.pack(">II", *size)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(PictureError, match="larger than 89 MP"):
        images.read(io.BytesIO(bytes(data)))


def test_a_limit_of_ones_own() -> None:
    with pytest.raises(PictureError, match=r"^the picture: is 53x37, larger than 0 MP$"):
        images.read(saved(in_mode("L")), most_pixels=WIDTH * HEIGHT - 1)
    assert images.read(saved(in_mode("L")), most_pixels=WIDTH * HEIGHT).mode == "L"
