"""The table of docs/pictures.md, cell by cell: what each format keeps, leaves out with a note, or refuses."""

from __future__ import annotations

import importlib.util
import io
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, features
from PIL.PngImagePlugin import PngInfo
from png_files import chunk
from written_files import infotext_of

from lib_outpaint import images
from lib_outpaint.errors import PictureError
from lib_outpaint.images.carried import XMP_KEY, raw_profile
from lib_outpaint.planning.geometry import Extent

PAGE = Path(__file__).parents[2] / "docs/pictures.md"
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WebP": "webp", "TIFF": "tif", "BMP": "bmp", "HEIC": "heic", "JPEG XL": "jxl"}
NEEDS = {"HEIC": "pillow_heif", "JPEG XL": "pillow_jxl"}
SMOOTH = np.add.outer(np.arange(24) * 4, np.arange(32) * 3)[:, :, None] + np.array([0, 20, 40])  # survives a lossy format
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><GPano:FullPanoWidthPixels>8000</GPano:FullPanoWidthPixels></x:xmpmeta>'
IPTC = b"\x1c\x02\x78\x00\x05words"
LINEAR = {b"gAMA": struct.pack(">I", 100_000), b"cHRM": struct.pack(">8I", *[31_000, 32_000, 70_000, 30_000] * 2)}


def array(channels: int, deep: bool = False) -> np.ndarray:
    colours = SMOOTH.astype(np.uint16 if deep else np.uint8)
    if deep:
        colours = colours * 257 - colours % 5
    if channels < 3:
        colours = colours[:, :, 1:2]
    if channels in (2, 4):
        colours = np.concatenate([colours, np.full_like(colours[:, :, :1], 65535 if deep else 255)], axis=2)
        colours[3:9, 4:12, -1] = 1000 if deep else 100
    return colours[:, :, 0] if channels == 1 else colours


def source(channels: int = 3, deep: bool = False, form: str = "PNG", **options: Any) -> images.Picture:
    file = io.BytesIO()
    if deep:
        return images.from_levels(array(channels, True))
    Image.fromarray(array(channels)).save(file, form, **options)
    return images.read(file)


def exif_with_artist() -> bytes:
    exif = Image.Exif()
    exif[0x013B] = "me"
    return exif.tobytes()


def png_with(chunks: dict[bytes, bytes]) -> images.Picture:
    file = io.BytesIO()
    Image.fromarray(array(3)).save(file, "PNG")
    data = file.getvalue()
    return images.read(images.in_memory(data[:33] + b"".join(chunk(*one) for one in chunks.items()) + data[33:]))


def png_texts(**texts: str) -> PngInfo:
    info = PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    return info


def png_xmp() -> PngInfo:
    info = PngInfo()
    info.add_itxt(XMP_KEY, XMP.decode())
    return info


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY = SRGB[:16] + b"GRAY" + SRGB[20:]  # its space is all that is looked at


@dataclass(frozen=True)
class Row:
    """What a picture has, how it is seen in one that was read, and the code of the note when it is left out."""

    make: Callable[[], images.Picture]
    seen: Callable[[images.Picture], Any]
    note: str = ""


def same_levels(picture: images.Picture) -> Any:
    return picture.mode, picture.stored.tobytes()


def mode(picture: images.Picture) -> Any:
    return picture.mode


ROWS = {
    "bytes outside the bands": Row(source, same_levels),
    "grey": Row(lambda: source(1), mode, "grey-as-colour"),
    "transparency": Row(lambda: source(4), mode),
    "grey with transparency": Row(lambda: source(2), mode, "grey-as-colour"),
    "16 bits, grey": Row(lambda: source(1, True), same_levels),
    "16 bits, colours": Row(lambda: source(3, True), same_levels),
    "16 bits, colours with transparency": Row(lambda: source(4, True), same_levels),
    "16 bits, grey with transparency": Row(lambda: source(2, True), same_levels, "grey-as-colour"),
    "EXIF": Row(lambda: source(exif=exif_with_artist()), lambda p: b"me" in (p.exif or b""), "the-exif"),
    "colour profile": Row(lambda: source(icc_profile=SRGB), lambda p: p.icc, "the-profile"),
    "colour profile of grey": Row(lambda: source(1, icc_profile=GREY), lambda p: p.icc, "the-profile"),
    "PNG's gAMA, cHRM, cICP": Row(lambda: png_with(LINEAR), lambda p: dict(p.carried.colour), "the-colours"),
    "PNG's texts": Row(
        lambda: source(pnginfo=png_texts(Title="a lake", Author="Größe")),
        lambda p: [one for one in p.carried.texts if one.key != "parameters"],
        "the-texts",
    ),
    "comment": Row(lambda: source(form="JPEG", comment=b"by hand", quality=95), lambda p: comment_of(p), "the-comment"),
    "XMP, GPano too": Row(lambda: source(pnginfo=png_xmp()), lambda p: p.carried.xmp, "the-xmp"),
    "IPTC": Row(
        lambda: source(pnginfo=png_texts(**{"Raw profile type iptc": raw_profile(IPTC)})),
        lambda p: p.carried.iptc,
        "the-iptc",
    ),
    "resolution": Row(
        lambda: source(dpi=(300, 300)), lambda p: p.dpi and tuple(round(value) for value in p.dpi), "the-resolution"
    ),
    "parameters of the run": Row(source, lambda p: None),
}


def comment_of(picture: images.Picture) -> Any:
    texts = {text.key: text.value.encode() for text in picture.carried.texts}
    return picture.carried.comment or texts.get("Comment")


def cells() -> list[tuple[str, str, str]]:
    lines = PAGE.read_text(encoding="utf-8").split("| of the source |", 1)[1].split("\n\n", 1)[0].splitlines()
    columns = [one.strip() for one in lines[0].strip(" |").split("|")]
    rows = [[one.strip() for one in line.strip("|").split("|")] for line in lines[2:]]
    return [(row[0], column, cell) for row in rows for column, cell in zip(columns, row[1:], strict=True)]


def test_the_table_has_every_row_and_every_format() -> None:
    assert {row for row, _, _ in cells()} == set(ROWS)
    assert {column for _, column, _ in cells()} == set(SUFFIXES)
    assert {f".{suffix}" for suffix in SUFFIXES.values()} <= set(re.findall(r"`(\.\w+)`", PAGE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(("row", "column", "cell"), cells())
def test_a_cell(row: str, column: str, cell: str, tmp_path: Path) -> None:
    if column in NEEDS and importlib.util.find_spec(NEEDS[column]) is None:
        pytest.skip(f"{NEEDS[column]} is not installed")
    if column == "WebP" and not features.check("webp"):
        pytest.skip("this Pillow has no WebP")
    picture, path = ROWS[row].make(), tmp_path / f"a.{SUFFIXES[column]}"
    height, width = picture.stored.shape[:2]
    if cell == "refused":
        with pytest.raises(PictureError, match="does not support"):
            images.check_format(path, picture, Extent(width, height))
        return
    notes = images.check_format(path, picture, Extent(width, height))
    images.save(picture.stored, path, "Steps: 1", picture)
    assert infotext_of(path) == ("" if column == "BMP" else "Steps: 1")
    if row == "parameters of the run":
        assert cell == ("no" if column == "BMP" else "kept")
        return
    found = images.read(path)
    wanted, seen = ROWS[row].seen(picture), ROWS[row].seen(found)
    assert wanted, "the picture has nothing to keep"
    codes = {getattr(note.values.get("what"), "code", note.code) for note in notes}
    if cell == "close":
        assert np.abs(found.stored.astype(int) - picture.stored).max() <= 8
        assert seen != wanted, "is exact"
    else:
        assert (seen == wanted) == (cell == "kept")
        assert (ROWS[row].note in codes) == (cell == "told")
    assert codes <= {ROWS[row].note, "grey-as-colour"}
