"""An image that was read, and putting a grown one together from it and its own bytes.

PyTorch is imported where pixels become tensors or come from them: reading a file alone does without.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..messages import Message
from . import alpha, depth
from .carried import Carried

if TYPE_CHECKING:
    import torch

    from ..engine.result import Grown


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that was read.

    Attributes:
        stored: uint8 or uint16 (H, W) or (H, W, C), the bytes to be kept.
        mode: PIL mode of the output: L, LA, RGB, RGBA or I;16; or LA;16, RGB;16 or RGBA;16, which Pillow has not.
        notes: what reading it changed.
        carried: XMP, IPTC, comments, a PNG's texts and statements about colour.
    """

    stored: NDArray[Any]
    mode: str
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    notes: tuple[Message, ...] = ()
    carried: Carried = field(default_factory=Carried)

    @property
    def pixels(self) -> torch.Tensor:
        """Float32 (3, H, W) in 0..1, without alpha; where nothing is to be seen, the colours from around continued."""
        return pixels_of(self.stored, self.mode)

    @property
    def marked(self) -> torch.Tensor:
        """As a mask, bool (H, W): where it is lighter than middle grey on black, which transparent pixels show."""
        if not has_alpha(self.mode):
            return _colours(self.stored).mean(0) > 0.5
        return _colours(self.stored[:, :, :-1]).mean(0) * _colours(self.stored[:, :, -1])[0] > 0.5

    @property
    def transparent(self) -> bool:
        """Whether any pixel of it is not opaque."""
        return has_alpha(self.mode) and int(self.stored[:, :, -1].min()) < np.iinfo(self.stored.dtype).max


def has_alpha(mode: str) -> bool:
    """Whether images of a mode (as `Picture.mode`) have an alpha channel."""
    return mode.partition(";")[0] in ("LA", "RGBA")


def mode_of(stored: NDArray[Any]) -> str:
    """The mode (as `Picture.mode`) of uint8 or uint16 (H, W) or (H, W, 2 to 4)."""
    if stored.ndim == 2:
        return "I;16" if stored.dtype == np.uint16 else "L"
    mode = depth.DEEP[stored.shape[2]]
    return mode if stored.dtype == np.uint16 else mode.partition(";")[0]


def pixels_of(stored: NDArray[Any], mode: str) -> torch.Tensor:
    """Stored levels as float32 (3, H, W) in 0..1; grey in all three channels, what alpha hides continued from around."""
    return _colours(alpha.seen_colours(stored) if has_alpha(mode) else stored)


def _colours(stored: NDArray[Any]) -> torch.Tensor:
    """Levels without alpha, (H, W) or (H, W, 1 or 3), as float32 (3, H, W) in 0..1."""
    import torch

    layers = stored if stored.ndim == 3 else stored[:, :, None]
    planes = np.ascontiguousarray(layers.transpose(2, 0, 1)).astype(np.float32)
    tensor = torch.from_numpy(planes) / np.iinfo(stored.dtype).max
    return tensor.expand(3, -1, -1).contiguous() if len(tensor) == 1 else tensor


def assembled(picture: Picture, grown: Grown) -> Image.Image:
    """As `written`, as an image; one of 16 bits a channel and colours is rounded to 8, for Pillow has no more."""
    return to_image(written(picture, grown), picture.mode)


def written(picture: Picture, grown: Grown) -> NDArray[Any]:
    """The grown image in the source's mode: rounded once, the source's own levels wherever nothing was touched.

    Returns:
        uint8 or uint16 (H, W) or (H, W, C), as `Picture.stored`.
    """
    top = np.iinfo(picture.stored.dtype).max
    stored = picture.stored if picture.stored.ndim == 3 else picture.stored[:, :, None]
    pixels = grown.pixels
    if stored.shape[2] < 3:
        # Backends paint in colour: Rec. 601 luma, as Pillow's own conversion.
        luma = pixels.new_tensor([0.299, 0.587, 0.114])
        pixels = (pixels * luma[:, None, None]).sum(0, keepdim=True)
    scaled = (pixels * top).round_().clamp_(0, top).cpu().numpy()
    colours = scaled.transpose(1, 2, 0).astype(picture.stored.dtype)
    count = colours.shape[2]
    result = np.empty((*colours.shape[:2], stored.shape[2]), dtype=stored.dtype)
    result[:, :, :count] = colours
    rows, columns = grown.source.slices
    touched = grown.touched[rows, columns].cpu().numpy()
    if stored.shape[2] > count:
        # What was painted and is not repainted yet, because the run ended early, stays as it was.
        painted = None if grown.painted is None else grown.painted.cpu().numpy() & touched
        result[:, :, count] = alpha.grown_alpha(stored[:, :, count], grown.source, grown.extent, painted)
    result[rows, columns, :count][~touched] = stored[:, :, :count][~touched]
    return result if picture.stored.ndim == 3 else result[:, :, 0]


def to_image(array: NDArray[Any], mode: str) -> Image.Image:
    """Levels as a PIL image of mode L, LA, RGB, RGBA or I;16; those of the deeper modes are rounded to 8 bits."""
    if mode == "I;16":
        height, width = array.shape
        return Image.frombytes("I;16", (width, height), array.astype("<u2").tobytes())
    if mode in depth.DEEP.values():
        array, mode = (array.astype(np.uint32) * 255 + 32767) // 65535, mode.partition(";")[0]
        array = array.astype(np.uint8)
    height, width = array.shape[:2]
    return Image.frombytes(mode, (width, height), np.ascontiguousarray(array).tobytes())


def float_image(pixels: torch.Tensor) -> Image.Image:
    """Float pixels (3, H, W), or a mask (H, W), in 0..1 as an RGB or L image."""
    array = (pixels * 255).round().clamp(0, 255).byte().cpu().numpy()
    return to_image(array, "L") if array.ndim == 2 else to_image(array.transpose(1, 2, 0), "RGB")
