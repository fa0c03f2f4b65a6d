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
from lib_outpaint.images import reading


def frames(count: int = 2) -> list[Image.Image]:
    return [Image.new("RGB", (20, 20), (90 * i, 0, 0)) for i in range(count)]


def several(form: str) -> io.BytesIO:
    first, *rest = frames()
    return saved(first, form, save_all=True, append_images=rest)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_animations_and_pages_are_refused(form: str) -> None:
    with pytest.raises(PictureError, match=r"^the image: [^\n]+$") as caught:
        images.read(several(form))
    assert caught.value.code == "several-frames"


def test_a_still_gif_is_read() -> None:
    assert images.read(saved(frames()[1], "GIF")).stored[0, 0].tolist() == [90, 0, 0]


def test_the_first_picture_of_an_mpo() -> None:
    picture = images.read(several("MPO"))
    assert picture.stored.max() < 20


def cut(form: str, part: float) -> bytes:
    data = saved(in_mode("RGB"), form).getvalue()
    return data[: int(len(data) * part)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-an-image"),
        (b"left: 128\n" * 50, "not-an-image"),
        (b"\x89PNG\r\n\x1a\n", ""),
        (cut("PNG", 0.5), "unreadable-image"),
        (cut("JPEG", 0.5), "unreadable-image"),
        (cut("JPEG", 0.01), ""),
        (cut("WEBP", 0.5), ""),
        (cut("TIFF", 0.5), ""),
        (cut("GIF", 0.3), "unreadable-image"),
        (saved(in_mode("RGB")).getvalue().replace(b"IDAT", b"IDAQ"), ""),
    ],
    ids=["empty", "text", "signature", "png", "jpeg", "jpeg-header", "webp", "tiff", "gif", "png-chunk"],
)
def test_damaged_files_are_one_line(data: bytes, code: str, tmp_path: Path) -> None:
    """Which of the two codes a file has may differ from one Pillow to the next where none is given."""
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(PictureError) as caught:
        images.read(path)
    assert str(caught.value).startswith("bad.png: ")
    assert caught.value.code in ((code,) if code else ("not-an-image", "unreadable-image"))
    assert "\n" not in str(caught.value)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.png", "no-such-file"), (tmp_path, "unreadable-image")):
        with pytest.raises(PictureError, match=f"^{path.name}: ") as caught:
            images.read(path)
        assert caught.value.code == code


@pytest.mark.parametrize("size", [(9500, 9500), (60000, 60000)], ids=["over-the-limit", "bomb"])
def test_decompression_bombs(size: tuple[int, int]) -> None:
    data = bytearray(saved(Image.new("1", (8, 8))).getvalue())
    data[16:24] = struct.pack(">II", *size)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(PictureError, match=r"larger than the limit of 89 MP, which --max-megapixels raises") as caught:
        images.read(io.BytesIO(bytes(data)))
    assert caught.value.code == ("size-megapixels" if size == (9500, 9500) else "megapixels")


def test_the_limit_is_the_last_size_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of images in memory, which Pillow has not looked at."""
    monkeypatch.setattr(reading, "MOST_PIXELS", WIDTH * HEIGHT - 1)
    for take in (lambda: images.read(saved(in_mode("L"))), lambda: images.taken_over(in_mode("L"))):
        with pytest.raises(PictureError, match=r"^the image: 53x37 is larger") as caught:
            take()
        assert caught.value.code == "size-megapixels"
    monkeypatch.setattr(reading, "MOST_PIXELS", WIDTH * HEIGHT)
    assert images.read(saved(in_mode("L"))).mode == "L"
