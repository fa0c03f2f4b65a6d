"""Writing images: format by suffix, metadata, and never a half-written file in a good one's place."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import PictureError, SaveError
from ..planning.geometry import Extent
from . import depth
from .picture import Picture, mode_of, to_image
from .tags import DAMAGE, EXIF_IFD, MAKER_NOTE, PIXEL_X, PIXEL_Y, USER_COMMENT

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP"}
_LONGEST = {"JPEG": 65_500, "WEBP": 16_383}  # px of a side, as their libraries have it
_MOST_EXIF = 65_533  # bytes of a JPEG's EXIF block
_PART = ".outpaint-part"
_ABOUT_THE_NAME = (errno.ENAMETOOLONG, errno.EILSEQ)  # the next image's may do
_ABANDONED = 3600  # seconds after which a temporary file is nobody's


def format_for(path: Path) -> str:
    """The format of a file to be written, by its suffix.

    Raises:
        PictureError: no format that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        if suffix:
            raise PictureError("suffix", name=path.name, suffix=suffix, known=known)
        raise PictureError("no-suffix", name=path.name, known=known)
    return FORMATS[suffix]


def save(image: Image.Image | NDArray[Any], path: str | Path, infotext: str = "", like: Picture | None = None) -> None:
    """Writes an image so that a file of this name is always whole: to a temporary file first, then in its place.

    Levels are as `Picture.stored` has them; PNG and TIFF hold all their bits.

    PNG holds the infotext as text chunk "parameters", JPEG and WebP as EXIF user comment, both as the WebUI does. JPEG
    is the only format here that does not keep the original's bytes; WebP is written lossless, and TIFF
    uncompressed, because libtiff's encoders refuse EXIF.

    Raises:
        SaveError: the place takes no file.
        PictureError: the format cannot hold the image.
    """
    path = Path(path)
    form = format_for(path)
    deep = None
    if not isinstance(image, Image.Image):
        deep, image = _with_image(image, form, path.name)
    image = _fitting(image, form, path.name)
    try:
        options = _options(image, form, infotext, like)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=_PART, dir=path.parent)
    except (OSError, ValueError) as error:
        raise unwritten(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            if deep is None:
                image.save(file, form, **options)
            else:
                depth.save(deep, file, form, options)
        _with_usual_rights(temporary)
        os.replace(temporary, path)
    # Encoders raise many things over an image or an EXIF block that they cannot write.
    except DAMAGE as error:
        raise unwritten(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def check_place(path: Path) -> None:
    """Looks, before anything is sampled, whether a file could be written there. Makes nothing.

    Raises:
        SaveError: it is a folder, or the folder it would go to takes no files.
    """
    if path.is_dir():
        raise SaveError("is-a-folder", path=path)
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise SaveError("not-a-folder", path=path, folder=folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SaveError("read-only", path=path, folder=folder)


def remove_leftovers(folder: Path) -> None:
    """Removes the temporary files of runs that were killed while they wrote. Young ones may be another run's."""
    for path in folder.glob(f".*-*{_PART}"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _ABANDONED:
                path.unlink()


def unwritten(path: Path, error: BaseException) -> PictureError:
    """What is to be raised when writing a file failed: a SaveError where the next file would fare no better."""
    # An error of the system has a number, and is about the place; what encoders raise has none, and is about this image.
    kind = SaveError if isinstance(error, OSError) and error.errno not in (None, *_ABOUT_THE_NAME) else PictureError
    return kind("not-written", path=path, reason=str(getattr(error, "strerror", None) or error))


def check_format(path: Path, picture: Picture, extent: Extent) -> None:
    """Looks, before anything is sampled, whether an image can be written in this format when it has grown to `extent`.

    Raises:
        PictureError: no format that can be written, or one that cannot hold the image.
    """
    _refuse_format(format_for(path), path.name, picture.mode, picture.transparent, extent)


def _refuse_format(form: str, name: str, mode: str, transparent: bool, extent: Extent) -> None:
    if mode.endswith(";16") and form not in depth.FORMATS:
        raise PictureError("format-depth", name=name, format=form)
    if transparent and form in ("JPEG", "BMP"):
        raise PictureError("format-transparency", name=name, format=form)
    if max(extent.width, extent.height) > _LONGEST.get(form, 2**31 - 1):
        raise PictureError("format-size", name=name, size=extent, format=form, most=_LONGEST[form])


def _with_image(stored: NDArray[Any], form: str, name: str) -> tuple[NDArray[np.uint16] | None, Image.Image]:
    """Levels that Pillow has no mode for, None where it has one, and the image that Pillow has of them."""
    mode = mode_of(stored)
    _refuse_format(form, name, mode, False, Extent(stored.shape[1], stored.shape[0]))
    return stored if mode in depth.DEEP.values() else None, to_image(stored, mode)


def _fitting(image: Image.Image, form: str, name: str) -> Image.Image:
    transparent = image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() != (255, 255)
    _refuse_format(form, name, image.mode, transparent, Extent(*image.size))
    if image.mode in ("LA", "RGBA") and form in ("JPEG", "BMP"):
        return image.convert("L" if image.mode == "LA" else "RGB")
    return image


def _options(image: Image.Image, form: str, infotext: str, like: Picture | None) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if form != "BMP" and like is not None and like.icc:
        options["icc_profile"] = like.icc
    if like is not None and like.dpi and form in ("PNG", "JPEG", "TIFF", "BMP"):
        options["dpi"] = like.dpi
    if form == "PNG":
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        if infotext:
            text.add_itxt("parameters", infotext) if _beyond_latin(infotext) else text.add_text("parameters", infotext)
        options["pnginfo"] = text
    if form in ("PNG", "JPEG", "WEBP", "TIFF"):
        original = like.exif if like else None
        exif = _exif_for(image, original, infotext, comment=form != "PNG")
        if exif and form == "JPEG" and len(exif) > _MOST_EXIF:
            exif = _exif_for(image, original, infotext, comment=True, maker_note=False)
        if exif:
            options["exif"] = exif
    if form == "JPEG":
        options |= {"quality": 95, "subsampling": 0}
    if form == "WEBP":
        options |= {"lossless": True, "exact": True}  # exact: the colours under full transparency stay as well
    return options


def _exif_for(
    image: Image.Image, original: bytes | None, infotext: str, *, comment: bool, maker_note: bool = True
) -> bytes | None:
    """The original's EXIF for the grown image, with the infotext as user comment or without any such comment.

    The source's own infotext must not stay: in a PNG the WebUI reads the user comment rather than the text chunk.
    """
    if not original and not (infotext and comment):
        return None
    exif = Image.Exif()
    if original:
        exif.load(original)
    inner = exif.get_ifd(EXIF_IFD)
    for tag, length in ((PIXEL_X, image.width), (PIXEL_Y, image.height)):
        if tag in inner:
            inner[tag] = length
    if infotext:
        inner.pop(USER_COMMENT, None)
    if not maker_note:
        inner.pop(MAKER_NOTE, None)
    if infotext and comment:
        inner[USER_COMMENT] = b"UNICODE\0" + infotext.encode("utf-16-be")
    if inner:
        exif[EXIF_IFD] = inner
    elif EXIF_IFD in exif:
        del exif[EXIF_IFD]
    return exif.tobytes() if exif else None


def _beyond_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return True
    return False


def _with_usual_rights(path: str) -> None:
    """Temporary files are readable by their owner alone; give them the rights a plain new file has."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(path, 0o666 & ~mask)
