"""Images scaled down, and parts of them scaled up, in float: Lanczos, as Pillow has it."""

from __future__ import annotations

import math

import numpy as np
import torch
from PIL import Image

from ..planning.geometry import Box, Extent
from .composite import Composite

Place = tuple[float, float, float, float]  # left, top, right, bottom in px, fractions among them
_LOBES = 3  # of Lanczos: px of the smaller image that the filter reaches
_ROWS = 128  # of the larger image that are floats at a time


def reduced(image: Composite, box: Box, extent: Extent) -> torch.Tensor:
    """A box of an image at another size: float32 (C, extent.height, extent.width) in 0..1, some rows at a time."""
    found = torch.empty(image.channels, extent.height, extent.width)
    scale = box.height / extent.height
    reach = math.ceil(_LOBES * max(scale, 1.0)) + 1  # rows beyond a strip that the filter looks at
    step = max(int(_ROWS / scale), 1)
    for top in range(0, extent.height, step):
        bottom = min(top + step, extent.height)
        low = max(math.floor(top * scale) - reach, 0)
        high = min(math.ceil(bottom * scale) + reach, box.height)
        rows = image.part(Box(box.left, box.top + low, box.right, box.top + high))
        place = (0.0, top * scale - low, float(box.width), min(bottom * scale, box.height) - low)
        found[:, top:bottom] = part_resized(rows, place, Extent(extent.width, bottom - top))
    return found


def resized(pixels: torch.Tensor, extent: Extent) -> torch.Tensor:
    """An image of another size: float32 (C, H, W) to (C, extent.height, extent.width), clamped to 0..1."""
    return part_resized(pixels, (0.0, 0.0, float(pixels.shape[2]), float(pixels.shape[1])), extent)


def part_resized(pixels: torch.Tensor, place: Place, extent: Extent) -> torch.Tensor:
    """A rectangle of an image at another size: float32 (C, H, W) in, (C, extent.height, extent.width) in 0..1 out.

    Parts that overlap agree where they do: px beyond the rectangle are looked at as well. Beyond the image its edge is
    repeated.
    """
    height, width = pixels.shape[1:]
    left, top, right, bottom = place
    low = (max(math.ceil(-left), 0), max(math.ceil(-top), 0))
    high = (max(math.ceil(right - width), 0), max(math.ceil(bottom - height), 0))
    beyond = ((low[1], high[1]), (low[0], high[0]))
    box = (left + low[0], top + low[1], right + low[0], bottom + low[1])
    found = np.empty((pixels.shape[0], extent.height, extent.width), np.float32)
    for number, channel in enumerate(pixels.cpu().numpy()):
        if any(map(any, beyond)):
            channel = np.pad(channel, beyond, mode="edge")
        image = Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32))
        found[number] = np.asarray(image.resize((extent.width, extent.height), Image.Resampling.LANCZOS, box))
    return torch.from_numpy(found).clamp(0, 1).to(pixels.device)
