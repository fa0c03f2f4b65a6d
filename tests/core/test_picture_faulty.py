"""Real files' faults: decoders and encoders that fail anyhow, damaged EXIF, warnings on the side, huge pictures."""

from __future__ import annotations

import builtins
import io
import os
import struct
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile
from png_files import chunk, png_of
from small_pictures import in_mode, saved

from lib_outpaint import images
from lib_outpaint.errors import PictureError, SaveError
from lib_outpaint.images import formats, jxl
from lib_outpaint.planning.geometry import Extent

ARTIST, RESOLUTION, EXPOSURE_BIAS = 315, 282, 0x9204
SIGNED_RATIONAL = 10
SIZE = Extent(60, 40)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "bmp"])
def test_a_bigtiff_is_read_and_written(suffix: str, tmp_path: Path) -> None:
    data = bigtiff("<")
    picture = images.read(images.in_memory(data))
    assert (picture.mode, picture.stored.tolist()) == ("L", [[0, 40, 80], [120, 160, 200]])
    assert picture.exif is not None
    assert b"me" in picture.exif
    images.check_format(tmp_path / f"a.{suffix}", picture, SIZE)
    images.save(picture.stored, tmp_path / f"a.{suffix}", "Steps: 1", picture)
    with Image.open(tmp_path / f"a.{suffix}") as written:
        assert suffix == "bmp" or written.getexif()[ARTIST] == "me"


def test_a_bigtiff_of_the_other_byte_order_is_one_line() -> None:
    """Pillow reads none."""
    with pytest.raises(PictureError):
        images.read(images.in_memory(bigtiff(">")))


def bigtiff(order: str) -> bytes:
    """3x2 px of grey by somebody (BigTIFF 1.1: numbers of 8 bytes where TIFF has 4)."""
    tags = [
        (256, 3, 3),
        (257, 3, 2),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 16, 0),
        (277, 3, 1),
        (278, 3, 2),
        (279, 16, 6),
    ]
    first = 16 + 8 + (len(tags) + 1) * 20 + 8
    fields = []
    for tag, kind, value in tags:
        content = struct.pack(order + ("H6x" if kind == 3 else "Q"), first if tag == 273 else value)
        fields.append(struct.pack(order + "HHQ", tag, kind, 1) + content)
    fields.append(struct.pack(order + "HHQ8s", ARTIST, 2, 3, b"me\0"))
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HHHQ", 43, 8, 0, 16)
    return head + struct.pack(order + "Q", len(fields)) + b"".join(fields) + bytes(8) + bytes([0, 40, 80, 120, 160, 200])


@pytest.mark.parametrize(
    "failure", [SystemError("odd"), struct.error("odd"), RecursionError("odd"), Exception("odd")], ids=repr
)
def test_no_exception_of_a_decoder_or_encoder_passes(
    failure: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = images.read(saved(in_mode("RGB")))

    def fail(*args: Any, **more: Any) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(ImageFile.ImageFile, "load", fail)
        with pytest.raises(PictureError, match=r"^the image: cannot be read: odd$"):
            images.read(saved(in_mode("RGB")))
    monkeypatch.setattr(Image.Image, "save", fail)
    for attempt in (
        lambda: images.check_format(tmp_path / "a.png", picture, SIZE),
        lambda: images.save(picture.stored, tmp_path / "a.png", "", picture),
    ):
        with pytest.raises(PictureError, match=r"cannot be written: odd$") as caught:
            attempt()
        assert not isinstance(caught.value, SaveError), "the next image may do"
    assert os.listdir(tmp_path) == []


def test_a_failure_without_a_word_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **more: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(PictureError, match="cannot be written: MemoryError"):
        images.save(np.zeros((4, 4), np.uint8), tmp_path / "a.png")


def test_what_leaves_no_room_is_found_out_before_sampling(tmp_path: Path) -> None:
    picture = images.read(saved(in_mode("RGB")))
    images.check_format(tmp_path / "a.png", picture, SIZE, "word " * 20_000)
    with pytest.raises(PictureError) as caught:
        images.check_format(tmp_path / "a.jpg", picture, SIZE, "word " * 20_000)
    assert caught.value.code == "not-written"


def exif_with_a_bad_rational() -> bytes:
    """An artist, and a resolution of -1/2: signed, where only positive numbers can be written."""
    tags = struct.pack("<HHII", RESOLUTION, SIGNED_RATIONAL, 1, 38) + struct.pack("<HHI4s", ARTIST, 2, 3, b"me")
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + tags + bytes(4) + struct.pack("<ii", -1, 2)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_one_bad_rational_costs_no_other_value(form: str, suffix: str, tmp_path: Path) -> None:
    picture = images.read(saved(in_mode("RGB"), form, exif=exif_with_a_bad_rational()))
    assert [note.code for note in picture.notes] == ["exif-partly"]
    images.save(picture.stored, tmp_path / f"a.{suffix}", "", picture)
    with Image.open(tmp_path / f"a.{suffix}") as written:
        assert written.getexif()[ARTIST] == "me"
        assert float(written.getexif().get(RESOLUTION, 1)) > 0


def test_an_orientation_beside_a_bad_rational_is_applied() -> None:
    exif = exif_with_a_bad_rational()
    exif = exif[:14] + struct.pack("<H", 3) + exif[16:40] + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + exif[40:]
    exif = exif[:24] + struct.pack("<I", 50) + exif[28:]
    picture = images.read(saved(Image.new("RGB", (8, 6)), "JPEG", exif=exif))
    assert picture.stored.shape == (8, 6, 3)
    assert [note.code for note in picture.notes] == ["exif-partly"]


@pytest.fixture
def warning_tiff() -> bytes:
    """A compressed TIFF whose pixels would lie behind its end: libtiff writes to stderr."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(file, "TIFF", compression="tiff_lzw")
    data = file.getvalue()
    with Image.open(io.BytesIO(data)) as image:
        at = image.tag_v2[273][0]
    field = struct.pack("<HHI", 273, 4, 1)
    assert data.count(field + struct.pack("<I", at)) == 1
    return data.replace(field + struct.pack("<I", at), field + struct.pack("<I", len(data) + 900))


def test_nothing_of_libtiff_and_pillow_reaches_the_terminal(warning_tiff: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with Image.open(io.BytesIO(warning_tiff)) as image, pytest.raises(OSError):
        image.load()
    assert "TIFF" in capfd.readouterr().err, "libtiff has nothing to say"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(PictureError):
            images.read(images.in_memory(warning_tiff))
        damaged = b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, ARTIST, 2, 4000, 9000) + bytes(4)
        images.read(saved(in_mode("RGB"), "JPEG", exif=damaged))
    os.write(2, b"said after\n")
    sys.stderr.write("and so\n")
    assert capfd.readouterr().err == "said after\nand so\n"
    assert told == []


def test_what_decoders_say_is_in_the_log(warning_tiff: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="lib_outpaint")
    with pytest.raises(PictureError):
        images.read(images.in_memory(warning_tiff))
    assert "TIFF" in caplog.text


def test_the_limit_on_megapixels_can_be_raised_and_is_safe_by_default() -> None:
    data = png_of(10_000, 9_000, b"".join(bytes(10_001) for _ in range(9_000)), colour=0)
    with pytest.raises(
        PictureError, match=r"10000x9000 is larger than the limit of 89 MP, which --max-megapixels"
    ) as caught:
        images.read(images.in_memory(data))
    assert caught.value.code == "size-megapixels"
    limit = Image.MAX_IMAGE_PIXELS
    assert images.read(images.in_memory(data), 90_000_000).stored.shape == (9_000, 10_000)
    assert limit == Image.MAX_IMAGE_PIXELS
    with pytest.raises(PictureError, match="limit of 100 MP"):
        images.read(images.in_memory(png_of(20_000, 9_000)), 100_000_000)
    assert images.read(saved(in_mode("L")), 1).mode == "L", "a small limit is the canvas's"


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"),
        (b"\xff\x0a\xfa\x7f", "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    ],
)
def test_without_the_extra_the_message_names_it(
    head: bytes, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = {"heic": "pillow-heif", "jxl": "pillow-jxl-plugin"}[form]
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name in ("pillow_heif", "pillow_jxl"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    for known in ("HEIF", "JXL"):
        monkeypatch.delitem(Image.OPEN, known, raising=False)
    path = tmp_path / "a.png"
    path.write_bytes(head + bytes(40))
    for attempt in (lambda: images.read(path), lambda: images.format_for(Path(f"b.{form}"))):
        with pytest.raises(PictureError, match=rf'need {package}: pip install "directional-outpaint\[{form}\]"$') as caught:
            attempt()
        assert caught.value.code == "format-extra"


@pytest.mark.parametrize(("width", "height"), [(300, 200), (1, 1), (1 << 30, 1 << 30), (8 * 32, 8 * 32), (4097, 70_000)])
def test_a_huge_jpeg_xl_is_refused_by_its_header(width: int, height: int) -> None:
    found = jxl.header(io.BytesIO(jxl_header(width, height)))
    assert found is not None
    assert (found.width, found.height) == (width, height)
    if width * height > 100_000_000:
        pytest.importorskip("pillow_jxl")
        with pytest.raises(PictureError, match="larger than the limit of 89 MP"):
            images.read(images.in_memory(jxl_header(width, height)))


def jxl_header(width: int, height: int) -> bytes:
    """Sizes in their largest form (ISO/IEC 18181-1, D.2): not small, 30 bits down, no ratio, 30 bits across."""
    number, place = 0, 0
    for value, bits in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30), (1, 1)):
        number |= value << place
        place += bits
    return b"\xff\x0a" + number.to_bytes(12, "little")


@pytest.mark.parametrize(
    ("name", "bits"),
    [("AVIF", 10), ("AVIF", 12), ("AVIF", 8), ("HEIF", 10), ("HEIF", 8)],
)
def test_bits_a_channel_by_the_first_bytes(name: str, bits: int) -> None:
    if name == "AVIF":
        box = b"av1C\x81\x00" + bytes([{8: 0x0C, 10: 0x4C, 12: 0x6C}[bits], 0])
    else:
        box = b"hvcC" + bytes(17) + bytes([0xF8 | bits - 8]) * 2
    assert formats.bits_of(name, bytes(30) + box + bytes(30)) == bits


@pytest.mark.skipif("JPEG2000" not in formats.readable(), reason="this Pillow has no JPEG 2000")
def test_jpeg_2000_of_16_bits_a_colour_is_cut_with_a_note() -> None:
    file = io.BytesIO()
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(file, "JPEG2000", no_jp2=True)
    data = bytearray(file.getvalue())
    assert formats.bits_of(None, bytes(data)) == 8
    assert images.read(images.in_memory(bytes(data))).notes == ()
    data[42], data[45], data[48] = 15, 15, 15  # Ssiz of the SIZ marker: bits less one
    assert formats.bits_of(None, bytes(data)) == 16
    assert [str(note) for note in images.read(images.in_memory(bytes(data))).notes] == [
        "the 16 bits per channel of this file were read as 8"
    ]


def test_statements_about_colour_that_are_those_of_srgb_are_not_missed(tmp_path: Path) -> None:
    plain = saved(in_mode("RGB")).getvalue()
    primaries = struct.pack(">8I", 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
    for chunks, lost in (
        ({b"sRGB": b"\0"}, []),
        ({b"gAMA": struct.pack(">I", 45_455), b"cHRM": primaries}, []),
        ({b"gAMA": struct.pack(">I", 100_000)}, ["the-colours"]),
        ({b"cICP": bytes((9, 16, 0, 1))}, ["the-colours"]),
        ({b"cICP": bytes((1, 13, 0, 1))}, []),
    ):
        data = plain[:33] + b"".join(chunk(*one) for one in chunks.items()) + plain[33:]
        picture = images.read(images.in_memory(data))
        assert dict(picture.carried.colour) == chunks
        notes = images.check_format(tmp_path / "a.jpg", picture, SIZE)
        assert [note.values["what"].code for note in notes] == lost


def test_an_orientation_in_xmp_is_not_applied_again(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    xmp = b'<rdf:Description tiff:Orientation="6"/>'
    extra = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    segment = b"\xff\xe1" + struct.pack(">H", len(extra) + 2) + extra
    picture = images.read(saved(Image.new("RGB", (8, 6)), "JPEG", exif=exif.tobytes(), extra=segment))
    assert picture.carried.xmp == xmp.replace(b"6", b"1")
    images.save(picture.stored, tmp_path / "a.jpg", "", picture)
    assert images.read(tmp_path / "a.jpg").stored.shape == picture.stored.shape == (8, 6, 3)
