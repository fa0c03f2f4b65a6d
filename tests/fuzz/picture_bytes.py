"""Small pictures as bytes of every format, and what reading any bytes may give: a picture in order, or one line."""

from __future__ import annotations

import importlib.util
import io
import warnings
from typing import Any

import numpy as np
from error_lines import one_line
from PIL import Image, features

from lib_outpaint import images
from lib_outpaint.errors import PictureError
from lib_outpaint.images import depth, formats
from lib_outpaint.images.image_strips import strips_of

PIXELS = np.random.default_rng(3).integers(0, 256, (23, 31, 3), dtype=np.uint8)


def encoded(form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, form, **options)
    return buffer.getvalue()


GOOD = {form: encoded(form) for form in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")}
for channels in (2, 4):
    for form in depth.FORMATS:
        buffer = io.BytesIO()
        depth.save(strips_of(PIXELS[:, :, [0, 1, 2, 0][-channels:]].astype(np.uint16) * 251), buffer, form, {})
        GOOD[f"{form}, {channels} of 16 bits"] = buffer.getvalue()
GOOD["TIFF, compressed"] = encoded("TIFF", compression="tiff_lzw")
GOOD["PNG with everything"] = encoded("PNG", icc_profile=b"profile" * 9, exif=Image.Exif().tobytes(), dpi=(72, 72))
if features.check("avif"):
    GOOD["AVIF"] = encoded("AVIF")
if features.check("jpg_2000"):
    GOOD["JPEG2000"] = encoded("JPEG2000")
for form in ("TGA", "SGI", "PCX", "ICO"):
    GOOD[form] = encoded(form)
for form, package in (("HEIF", "pillow_heif"), ("JXL", "pillow_jxl")):
    if importlib.util.find_spec(package) is not None:
        formats.need(form, "a file")
        GOOD[form] = encoded(form, lossless=True) if form == "JXL" else encoded(form)


def read(data: bytes) -> images.Picture | None:
    """The picture; None when it was refused in one line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, on damaged metadata
        try:
            return images.read(images.in_memory(data))
        except PictureError as error:
            one_line(error)
            return None


def check(picture: images.Picture | None) -> None:
    if picture is None:
        return
    channels = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}
    channels |= {"I;16": (), "LA;16": (2,), "RGB;16": (3,), "RGBA;16": (4,)}
    assert picture.stored.shape[2:] == channels[picture.mode]
    assert picture.stored.dtype == (np.uint16 if picture.mode.endswith(";16") else np.uint8)
    assert picture.stored.size > 0
    pixels = picture.pixels
    assert pixels.shape == (3, *picture.stored.shape[:2])
    assert 0 <= float(pixels.min()) <= float(pixels.max()) <= 1
