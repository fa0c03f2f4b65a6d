"""Images scaled down, and parts of them scaled up: Lanczos, as Pillow has it."""

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


def part_resized(pixels: torch.Tensor, place: Place, extent: Extent) -> torch.Tensor:
    """A rectangle of an image at another size.

    Parts that overlap agree where they do: px beyond the rectangle are looked at as well. Beyond the image its edge is
    repeated.

    Args:
        pixels: float32 (C, H, W) in 0..1, or uint8.

    Returns:
        float32 (C, extent.height, extent.width) in 0..1, on the device of `pixels`.
    """
    height, width = pixels.shape[1:]
    left, top, right, bottom = place
    columns, rows = _span(left, right, extent.width, width), _span(top, bottom, extent.height, height)
    part = pixels[:, rows.start : rows.stop, columns.start : columns.stop].cpu()
    part = part.float() / 255 if part.dtype == torch.uint8 else part
    beyond = (_beyond(top, bottom, rows), _beyond(left, right, columns))
    x, y = left - columns.start + beyond[1][0], top - rows.start + beyond[0][0]
    box = (x, y, x + right - left, y + bottom - top)
    found = np.empty((pixels.shape[0], extent.height, extent.width), np.float32)
    for number, channel in enumerate(part.numpy()):
        channel = np.pad(channel, beyond, mode="edge")
        image = Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32))
        found[number] = np.asarray(image.resize((extent.width, extent.height), Image.Resampling.LANCZOS, box))
    return torch.from_numpy(found).clamp(0, 1).to(pixels.device)


def _span(start: float, stop: float, wanted: int, length: int) -> range:
    """The px of an axis that are needed: at least one of the image's."""
    margin = math.ceil(_LOBES * max((stop - start) / wanted, 1)) + 1
    first = min(max(math.floor(start) - margin, 0), length - 1)
    return range(first, max(min(math.ceil(stop) + margin, length), first + 1))


def _beyond(start: float, stop: float, span: range) -> tuple[int, int]:
    """How many px the rectangle reaches beyond what was cut out, at either end."""
    return max(math.ceil(span.start - start), 0), max(math.ceil(stop - span.stop), 0)
