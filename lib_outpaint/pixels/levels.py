"""An image in whole levels, as its file has it, and the same as floats: one way there and one way back.

A photo of 24 megapixels takes 72 MB in levels and 288 MB in floats: floats are made of the part that is looked at.
PyTorch is imported where they are: reading a file alone does without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..planning.geometry import Extent

if TYPE_CHECKING:
    import torch

Levels = NDArray[Any]  # uint8 or uint16 (H, W) or (H, W, 1 or 3), without alpha
ROWS = 64  # of a large image that are worked on at a time


def floats(levels: Levels) -> torch.Tensor:
    """Levels as float32 (3, H, W) in 0..1; grey in all three channels."""
    import torch

    layers = levels if levels.ndim == 3 else levels[:, :, None]
    planes = np.ascontiguousarray(layers.transpose(2, 0, 1)).astype(np.float32)
    tensor = torch.from_numpy(planes) / np.iinfo(levels.dtype).max
    return tensor.expand(3, -1, -1).contiguous() if len(tensor) == 1 else tensor


def rounded(pixels: torch.Tensor, dtype: np.dtype[Any], channels: int) -> Levels:
    """Float32 (3, H, W) as levels (H, W, channels) of a depth; as grey by Rec. 601 luma, which Pillow's conversion has too.

    Args:
        channels: 1 or 3.
    """
    top = np.iinfo(dtype).max
    if channels == 1:
        luma = pixels.new_tensor([0.299, 0.587, 0.114])
        pixels = (pixels * luma[:, None, None]).sum(0, keepdim=True)
    scaled = (pixels * top).round_().clamp_(0, top).cpu().numpy()
    found: Levels = scaled.transpose(1, 2, 0).astype(dtype)
    return found


def size_of(picture: torch.Tensor | Levels) -> Extent:
    """The size of an image: floats (3, H, W), or levels."""
    height, width = picture.shape[:2] if isinstance(picture, np.ndarray) else picture.shape[1:]
    return Extent(int(width), int(height))


def strips(height: int, rows: int = ROWS) -> Iterator[slice]:
    """The rows of an image, from top to bottom, some at a time."""
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))
