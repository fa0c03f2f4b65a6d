"""Pictures in and out: modes, EXIF orientation, ICC profile, alpha, metadata, atomic saving.

What becomes of a picture's mode:

| stored as | grown and written as |
|---|---|
| 8-bit grey, grey + alpha, RGB, RGBA | the same; the source's bytes are copied outside the band |
| 16-bit grey | the same, to PNG or TIFF |
| palette, 1-bit | RGB (RGBA with transparency), grey; the colours outside the band are the source's |
| CMYK | RGB, with a note: the profile is dropped |
| 16-bit RGB, 32-bit, float, Lab, HSV, animated | refused, in one line |

New area is opaque; alpha of the original is kept. EXIF orientation is applied and its tag removed.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import PictureError
from .result import Grown

MOST_PIXELS = 89_478_485  # Pillow's own limit, beyond which it warns of decompression bombs
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF",
            ".bmp": "BMP"}
READABLE = (*_FORMATS, ".gif", ".ppm", ".pgm", ".avif", ".jp2", ".mpo")
# What Pillow's decoders raise on damaged files.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError,
           struct.error, zlib.error)
_ORIENTATION, _EXIF_IFD, _USER_COMMENT, _PIXEL_X, _PIXEL_Y = 0x0112, 0x8769, 0x9286, 0xA002, 0xA003
# TIFF tags that say how the file's pixels lie in it; in another file they would be wrong.
_LAYOUT = frozenset((*range(254, 267), 273, *range(277, 282), 284, *range(288, 294), 301, *range(317, 326), 330,
                     *range(332, 348), *range(512, 522), *range(529, 533), 34675))
_KEPT_AS = {"L": "L", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "1": "L", "PA": "RGBA", "La": "LA", "RGBa": "RGBA",
            "RGBX": "RGB", "YCbCr": "RGB", "CMYK": "RGB"}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was read.

    Attributes:
        stored: uint8 or uint16 (H, W) or (H, W, C), the bytes to be kept.
        mode: PIL mode of the output: L, LA, RGB, RGBA or I;16.
        notes: what reading it changed.
    """

    stored: NDArray[Any]
    mode: str
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()

    @property
    def pixels(self) -> torch.Tensor:
        """Float32 (3, H, W) in 0..1, without alpha."""
        return pixels_of(self.stored, self.mode)


def pixels_of(stored: NDArray[Any], mode: str) -> torch.Tensor:
    """Stored bytes as float32 (3, H, W) in 0..1; grey in all three channels, alpha left out."""
    if mode in ("L", "I;16"):
        stored = stored[:, :, None]
    colours = stored[:, :, :1] if mode == "LA" else stored[:, :, :3]
    scale = 65535.0 if mode == "I;16" else 255.0
    tensor = torch.from_numpy(np.ascontiguousarray(colours.transpose(2, 0, 1)).astype(np.float32)) / scale
    return tensor.expand(3, -1, -1).contiguous() if tensor.shape[0] == 1 else tensor


def read(source: str | Path | BinaryIO, most_pixels: int = MOST_PIXELS) -> Picture:
    """Reads a picture file.

    Raises:
        PictureError: not a picture, damaged, animated, too large, or in a mode that cannot be kept.
    """
    name = Path(source).name if isinstance(source, (str, Path)) else "the picture"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                return _taken(image, name, most_pixels)
    except PictureError:
        raise
    except FileNotFoundError:
        raise PictureError(f"{name}: there is no such file") from None
    except UnidentifiedImageError:
        raise PictureError(f"{name}: is no picture of a format that can be read") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = min(most_pixels, Image.MAX_IMAGE_PIXELS or most_pixels)
        raise PictureError(f"{name}: is larger than {limit / 1e6:.0f} MP") from None
    except _DAMAGE as error:
        raise PictureError(f"{name}: cannot be read: {str(error) or type(error).__name__}") from error


def taken_over(image: Image.Image) -> Picture:
    """A picture that is already in memory, in any mode, such as a WebUI hands over.

    Raises:
        PictureError: its mode cannot be kept.
    """
    return _taken(image, "the picture", MOST_PIXELS)


def _taken(image: Image.Image, name: str, most_pixels: int) -> Picture:
    if image.width * image.height > most_pixels:
        raise PictureError(f"{name}: is {image.width}x{image.height}, larger than {most_pixels / 1e6:.0f} MP")
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise PictureError(f"{name}: is animated or has several pages; give one picture")
    if _deep_colour(image):
        raise PictureError(f"{name}: has 16 bits a colour channel, which would be lost; convert it to 8 bits first")
    image.load()
    notes: tuple[str, ...] = ()
    icc = image.info.get("icc_profile")
    if image.mode == "CMYK":
        notes, icc = ("CMYK was converted to RGB and its colour profile dropped",), None
    dpi = image.info.get("dpi")
    # Pillow turns TIFFs itself when it loads them, and before 10.1 would turn them here a second time.
    turned = image if image.format == "TIFF" else ImageOps.exif_transpose(image) or image
    exif = _kept_exif(image)  # after turning: it takes the orientation away
    mode, stored = _stored(turned, name)
    return Picture(stored, mode, icc, exif, dpi, notes)


def _stored(image: Image.Image, name: str) -> tuple[str, NDArray[Any]]:
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM", "TIFF", None)):
        array = np.asarray(image)
        if array.size and (array.min() < 0 or array.max() > 65535):
            raise PictureError(f"{name}: has 32 bits a pixel, which cannot be kept; convert it to 8 or 16 bits first")
        return "I;16", array.astype(np.uint16)
    transparent = "transparency" in image.info
    if image.mode == "P":
        mode = "RGBA" if transparent else "RGB"
    elif image.mode not in _KEPT_AS:
        raise PictureError(f"{name}: mode {image.mode} cannot be kept; convert it to RGB first")
    else:
        mode = _KEPT_AS[image.mode]
        if transparent and mode in ("L", "RGB"):
            mode = {"L": "LA", "RGB": "RGBA"}[mode]
    if image.mode != mode:
        image = image.convert(mode)
    return mode, np.array(image)


def _deep_colour(image: Image.Image) -> bool:
    """Whether the file has more than 8 bits a colour channel, which Pillow would cut without a word."""
    if image.mode not in ("LA", "RGB", "RGBA", "RGBX", "CMYK"):
        return False
    for decoder, _, _, options in getattr(image, "tile", ()):
        first = options[0] if isinstance(options, tuple) and options else options
        if isinstance(first, str) and ";16" in first and not first.startswith("BGR"):  # BGR;16 is 5, 6 and 5 bits
            return True
        if decoder == "ppm" and options[1] > 255:
            return True
    return False


def _kept_exif(image: Image.Image) -> bytes | None:
    """The picture's EXIF without its orientation and, from a TIFF, without the layout of its pixels."""
    exif = image.getexif()
    for tag in [tag for tag in exif if tag == _ORIENTATION or tag in _LAYOUT]:
        del exif[tag]
    if not exif:
        return None
    try:
        return exif.tobytes()
    except (ValueError, TypeError, OSError, KeyError):
        return None  # EXIF that Pillow read but cannot write again


def assembled(picture: Picture, grown: Grown) -> Image.Image:
    """The grown picture in the source's mode: rounded once, the source's own bytes wherever nothing was touched."""
    return to_image(_written(picture, grown), picture.mode)


def _written(picture: Picture, grown: Grown) -> NDArray[Any]:
    top = 65535 if picture.mode == "I;16" else 255
    pixels = grown.pixels
    if picture.mode in ("L", "LA", "I;16"):
        # The hosts paint in colour: Rec. 601 luma, as Pillow's own conversion.
        luma = torch.tensor([0.299, 0.587, 0.114], device=pixels.device)
        pixels = (pixels * luma[:, None, None]).sum(0, keepdim=True)
    scaled = (pixels * top).round_().clamp_(0, top).cpu().numpy()
    colours = scaled.transpose(1, 2, 0).astype(picture.stored.dtype)
    stored = picture.stored if picture.stored.ndim == 3 else picture.stored[:, :, None]
    count = colours.shape[2]
    result = np.empty((*colours.shape[:2], stored.shape[2]), dtype=stored.dtype)
    result[:, :, :count] = colours
    rows, columns = grown.source.slices
    if stored.shape[2] > count:
        result[:, :, count] = top
        result[rows, columns, count] = stored[:, :, count]
    kept = ~grown.touched[rows, columns].cpu().numpy()
    result[rows, columns, :count][kept] = stored[:, :, :count][kept]
    return result if picture.stored.ndim == 3 else result[:, :, 0]


def to_image(array: NDArray[Any], mode: str) -> Image.Image:
    """Bytes as a PIL image of mode L, LA, RGB, RGBA or I;16."""
    if mode == "I;16":
        height, width = array.shape
        return Image.frombytes("I;16", (width, height), array.astype("<u2").tobytes())
    height, width = array.shape[:2]
    return Image.frombytes(mode, (width, height), np.ascontiguousarray(array).tobytes())


def float_image(pixels: torch.Tensor) -> Image.Image:
    """Float pixels (3, H, W), or a mask (H, W), in 0..1 as an RGB or L image."""
    array = (pixels * 255).round().clamp(0, 255).byte().cpu().numpy()
    return to_image(array, "L") if array.ndim == 2 else to_image(array.transpose(1, 2, 0), "RGB")


def format_for(path: Path) -> str:
    """The format of a file to be written, by its suffix.

    Raises:
        PictureError: no format that can be written.
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise PictureError(f"{path.name}: cannot write {suffix or 'a file without suffix'}; use one of "
                           + ", ".join(_FORMATS))
    return _FORMATS[suffix]


def save(image: Image.Image, path: Path, infotext: str = "", like: Picture | None = None) -> None:
    """Writes a picture so that a file of this name is always whole: to a temporary file first, then in its place.

    PNG holds the infotext as text chunk "parameters", JPEG and WebP as EXIF user comment, both as the WebUI does. JPEG
    is the only format here that does not keep the original's bytes; WebP is written lossless, and TIFF
    uncompressed, because libtiff's encoders refuse EXIF.

    Raises:
        PictureError: the format cannot hold the picture, or the file cannot be written.
    """
    form = format_for(path)
    image = _fitting(image, form, path.name)
    try:
        options = _options(image, form, infotext, like)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".part", dir=path.parent)
    except (OSError, ValueError) as error:
        raise PictureError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            image.save(file, form, **options)
        _with_usual_rights(temporary)
        os.replace(temporary, path)
    # Encoders raise many things over a picture or an EXIF block that they cannot write.
    except (*_DAMAGE, RuntimeError) as error:
        raise PictureError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _fitting(image: Image.Image, form: str, name: str) -> Image.Image:
    if image.mode == "I;16" and form not in ("PNG", "TIFF"):
        raise PictureError(f"{name}: {form} cannot hold 16 bits a pixel; use .png or .tif")
    if image.mode in ("LA", "RGBA") and form in ("JPEG", "BMP"):
        if image.getchannel("A").getextrema() != (255, 255):
            raise PictureError(f"{name}: {form} cannot hold transparency; use .png, .webp or .tif")
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
        comment = infotext if form != "PNG" else ""
        exif = _exif_for(image, like.exif if like else None, comment)
        if exif:
            options["exif"] = exif
    if form == "JPEG":
        options |= {"quality": 95, "subsampling": 0}
    if form == "WEBP":
        options |= {"lossless": True, "exact": True}  # exact: the colours under full transparency stay as well
    return options


def _exif_for(image: Image.Image, original: bytes | None, comment: str) -> bytes | None:
    if not original and not comment:
        return None
    exif = Image.Exif()
    if original:
        exif.load(original)
    inner = exif.get_ifd(_EXIF_IFD)
    for tag, length in ((_PIXEL_X, image.width), (_PIXEL_Y, image.height)):
        if tag in inner:
            inner[tag] = length
    if comment:
        inner[_USER_COMMENT] = b"UNICODE\0" + comment.encode("utf-16-be")
    if inner:
        exif[_EXIF_IFD] = inner
    return exif.tobytes()


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


def infotext_of(path: Path) -> str:
    """The infotext a written picture holds, or ""."""
    with Image.open(path) as image:
        if "parameters" in image.info:
            return str(image.info["parameters"])
        comment = image.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT, b"")
    if isinstance(comment, bytes) and comment.startswith(b"UNICODE\0"):
        return comment[8:].decode("utf-16-be", "replace")
    return ""


def in_memory(data: bytes) -> BinaryIO:
    """Bytes as a file for `read`."""
    return io.BytesIO(data)
