"""What a written image file holds."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from lib_outpaint.images.tags import EXIF_IFD, USER_COMMENT


def infotext_of(path: Path) -> str:
    """The infotext a written picture holds, or ""."""
    with Image.open(path) as image:
        if "parameters" in image.info:
            return str(image.info["parameters"])
        comment = image.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT, b"")
    if isinstance(comment, bytes) and comment.startswith(b"UNICODE\0"):
        return comment[8:].decode("utf-16-be", "replace")
    return ""
