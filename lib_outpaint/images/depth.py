"""16 bits a channel of colours and of grey with alpha, for which Pillow has no modes.

Its decoders see all the bits, but keep of each level the byte that the file's byte order calls the high one. An image
that is decoded once in its byte order and once in the other has both. What Pillow writes around the pixels (profile,
EXIF, text) is taken from a file of one pixel, so that it is the same as with 8 bits.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from ..pixels.levels import strips as rows_of
from .image_strips import DEEP, Strips

FORMATS = ("PNG", "TIFF")
_BITS, _PLANES, _SEPARATE = 258, 284, 2  # tags of a TIFF, and the value of the second for one plane a channel
_LAYOUT = {
    TiffImagePlugin.IMAGEWIDTH,
    TiffImagePlugin.IMAGELENGTH,
    TiffImagePlugin.BITSPERSAMPLE,
    TiffImagePlugin.ROWSPERSTRIP,
    TiffImagePlugin.STRIPOFFSETS,
    TiffImagePlugin.STRIPBYTECOUNTS,
}
_NATIVE = "L" if sys.byteorder == "little" else "B"


def is_deep(image: Image.Image) -> bool:
    """Whether an image that is not loaded yet has more than 8 bits a colour channel, which Pillow would cut."""
    if image.mode not in ("LA", "RGB", "RGBA", "RGBX", "CMYK"):
        return False
    tiles = getattr(image, "tile", None) or ()
    if tiles and image.format == "TIFF" and max(image.tag_v2.get(_BITS, (8,))) > 8:  # type: ignore[attr-defined]
        return True
    for decoder, _, _, options in tiles:
        first = options[0] if isinstance(options, tuple) and options else options
        if isinstance(first, str) and ";16" in first and not first.startswith("BGR"):  # BGR;16 is 5, 6 and 5 bits
            return True
        if decoder == "ppm" and options[1] > 255:
            return True
    return False


def levels(image: Image.Image) -> NDArray[np.uint16] | None:
    """All bits of an image that `is_deep` and is not loaded yet, as Pillow loads it: turned by its EXIF if it is a TIFF.

    Returns:
        uint16 (H, W, C): grey and alpha, RGB or RGBA. None where Pillow's decoders do not give all the bits.
    """
    file: Any = getattr(image, "fp", None)
    if file is None or image.format not in FORMATS:
        return None
    data = _whole(file)
    if image.format == "PNG" and data[25] == 4:
        # Grey and alpha of 16 bits are four bytes a pixel, as RGBA of 8 bits is.
        with Image.open(io.BytesIO(_renamed(data)), formats=["PNG"]) as pairs:
            return np.array(pairs).view(">u2").astype(np.uint16)
    tiles: Any = image.tile  # type: ignore[attr-defined]
    names = {_named(tile[3] if isinstance(tile[3], str) else tile[3][0]) for tile in tiles}
    if not names <= set(_KNOWN) or (image.format == "TIFF" and _split(image)):
        return None
    found: NDArray[np.uint16] | None = None
    for swapped in (False, True):
        found = _with_bytes(found, data, str(image.format), swapped)
    assert found is not None
    if names == {"RGBa"}:
        for rows in rows_of(len(found)):
            part = found[rows]
            part[:, :, :3] = np.rint(np.minimum(part[:, :, :3] / np.maximum(part[:, :, 3:], 1), 1) * 65535)
    return found


_KNOWN = ("RGB", "RGBA", "RGBa", "RGBX")


def _named(rawmode: str) -> str:
    return rawmode.partition(";16")[0] if ";16" in rawmode else ""


def _split(image: Image.Image) -> bool:
    """Whether a TIFF's channels are planes of their own: of these the decoder gives the high bytes whatever it is told."""
    return bool(image.tag_v2.get(_PLANES) == _SEPARATE)  # type: ignore[attr-defined]


def _whole(file: Any) -> bytes:
    """All of a file that Pillow is in the middle of."""
    place = file.tell()
    file.seek(0)
    data: bytes = file.read()
    file.seek(place)
    return data


def _renamed(png: bytes) -> bytes:
    """A PNG of grey and alpha with 16 bits as one of RGBA with 8."""
    header = png[12:24] + bytes((8, 6)) + png[26:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def _with_bytes(found: NDArray[np.uint16] | None, data: bytes, form: str, swapped: bool) -> NDArray[np.uint16]:
    """The high bytes of an image's levels, or with `swapped` the low ones added to these: uint16 (H, W, 3 or 4)."""
    with Image.open(io.BytesIO(data), formats=[form]) as image:
        tiles: Any = [_ordered(tile, swapped) for tile in image.tile]
        image.tile = tiles
        image.load()
        channels = 4 if image.mode == "RGBA" else 3
        if found is None:
            found = np.zeros((image.height, image.width, channels), np.uint16)
        for rows in rows_of(image.height):
            part = np.asarray(image.crop((0, rows.start, image.width, rows.stop)))[:, :, :channels]
            found[rows] |= part if swapped else np.left_shift(part, 8, dtype=np.uint16)
    return found


def _ordered(tile: Any, swapped: bool) -> Any:
    """A tile of a decoder with the levels' bytes the other way round; premultiplied colours are taken as they are."""
    args = tile[3]
    rawmode = args if isinstance(args, str) else args[0]
    order = _NATIVE if rawmode[-1] == "N" else rawmode[-1]
    if swapped:
        order = {"L": "B", "B": "L"}[order]
    rawmode = f"{_named(rawmode).replace('RGBa', 'RGBA')};16{order}"
    args = rawmode if isinstance(args, str) else (rawmode, *args[1:])
    return tile._replace(args=args) if hasattr(tile, "_replace") else (*tile[:3], args)


def save(stored: Strips, file: BinaryIO, form: str, options: dict[str, Any]) -> None:
    """Writes uint16 (H, W, C), C as in `DEEP`, as PNG or TIFF, strip by strip.

    Args:
        options: as Pillow takes them for an image of 8 bits.
    """
    channels = stored.shape[2]
    if form == "TIFF" and channels == 2:  # which Pillow could not read again
        channels = 4
    shell = io.BytesIO()
    Image.new(DEEP[channels].partition(";")[0], (1, 1)).save(shell, form, **options)
    if form == "PNG":
        _write_png(stored, shell.getvalue(), file)
    else:
        _write_tiff(stored, channels, shell, file)


def _write_png(stored: Strips, shell: bytes, file: BinaryIO) -> None:
    height, width, channels = stored.shape
    file.write(shell[:8])
    written = False
    for kind, data in _chunks(shell):
        if kind == b"IHDR":
            data = struct.pack(">IIBB", width, height, 16, {2: 4, 3: 2, 4: 6}[channels]) + bytes(3)
        if kind != b"IDAT":
            _write_chunk(file, kind, data)
        elif not written:
            for part in _compressed(stored):
                _write_chunk(file, kind, part)
            written = True


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _write_chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def _compressed(stored: Strips) -> Iterator[bytes]:
    """The pixels as PNG has them: every row by that of its filters which leaves the smallest numbers, then deflated."""
    _, width, channels = stored.shape
    deflate = zlib.compressobj(6)
    above = np.zeros((1, width, channels * 2), np.uint8)
    for levels in stored:
        rows = levels.astype(">u2", order="C").view(np.uint8)
        before = np.concatenate([above, rows[:-1]])
        left = np.zeros_like(rows)
        left[:, 1:] = rows[:, :-1]
        filtered = np.stack([rows, rows - left, rows - before])  # none, sub, up
        size = np.minimum(filtered, 0 - filtered).sum(axis=(2, 3), dtype=np.int64)
        best = size.argmin(axis=0)
        chosen = filtered[best, np.arange(len(rows))].reshape(len(rows), -1)
        part = deflate.compress(np.concatenate([best[:, None].astype(np.uint8), chosen], axis=1).tobytes())
        if part:
            yield part
        above = rows[-1:]
    yield deflate.flush()


def _write_tiff(stored: Strips, channels: int, shell: BinaryIO, file: BinaryIO) -> None:
    height, width, given = stored.shape
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    with Image.open(shell, formats=["TIFF"]) as small:
        exif = small.getexif()
        known: Any = small.tag_v2
        for tag in set(known) - _LAYOUT:
            tags.tagtype[tag] = known.tagtype[tag]
            tags[tag] = exif.get_ifd(tag) if tag in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo) else known[tag]
    tags[TiffImagePlugin.IMAGEWIDTH], tags[TiffImagePlugin.IMAGELENGTH] = width, height
    tags[TiffImagePlugin.BITSPERSAMPLE] = (16,) * channels
    tags[TiffImagePlugin.ROWSPERSTRIP] = height
    tags[TiffImagePlugin.STRIPBYTECOUNTS] = height * width * channels * 2
    tags[TiffImagePlugin.STRIPOFFSETS] = 0  # from the end of the tags, which is added when they are written
    tags.save(file)
    for levels in stored:
        file.write((levels if channels == given else levels[:, :, (0, 0, 0, 1)]).astype("<u2").tobytes())
