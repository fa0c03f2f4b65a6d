"""An image that was read, and putting a grown one together from it and its own bytes.

PyTorch is imported where pixels become tensors or come from them: reading a file alone does without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..messages import Message

if TYPE_CHECKING:
    import torch

    from ..engine.result import Grown


@dataclass(frozen=True, eq=False)
class Picture:
    """An image that was read.

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
    notes: tuple[Message, ...] = ()

    @property
    def pixels(self) -> torch.Tensor:
        """Float32 (3, H, W) in 0..1, without alpha."""
        return pixels_of(self.stored, self.mode)


def pixels_of(stored: NDArray[Any], mode: str) -> torch.Tensor:
    """Stored bytes as float32 (3, H, W) in 0..1; grey in all three channels, alpha left out."""
    import torch

    if mode in ("L", "I;16"):
        stored = stored[:, :, None]
    colours = stored[:, :, :1] if mode == "LA" else stored[:, :, :3]
    scale = 65535.0 if mode == "I;16" else 255.0
    tensor = torch.from_numpy(np.ascontiguousarray(colours.transpose(2, 0, 1)).astype(np.float32)) / scale
    return tensor.expand(3, -1, -1).contiguous() if tensor.shape[0] == 1 else tensor


def assembled(picture: Picture, grown: Grown) -> Image.Image:
    """The grown image in the source's mode: rounded once, the source's own bytes wherever nothing was touched."""
    return to_image(_written(picture, grown), picture.mode)


def _written(picture: Picture, grown: Grown) -> NDArray[Any]:
    top = 65535 if picture.mode == "I;16" else 255
    pixels = grown.pixels
    if picture.mode in ("L", "LA", "I;16"):
        # Backends paint in colour: Rec. 601 luma, as Pillow's own conversion.
        luma = pixels.new_tensor([0.299, 0.587, 0.114])
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
