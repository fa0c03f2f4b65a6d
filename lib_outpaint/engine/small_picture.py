"""The small picture of hires, once it has grown: what the passes at full size start from."""

from __future__ import annotations

import torch

from ..messages import same
from ..pixels.canvas import Canvas
from ..pixels.scaling import part_resized
from ..planning.capabilities import Capabilities
from ..planning.geometry import Box
from ..planning.plan import Hires


class SmallPicture:
    """Enlarges the small picture, a window at a time.

    Args:
        hires: where it lies on the canvas.
        canvas: of the small picture, with all its passes made.
        scaler: of `caps.scalers`, matched without case; "" is Lanczos.
    """

    def __init__(self, hires: Hires, canvas: Canvas, scaler: str, caps: Capabilities) -> None:
        self._hires = hires
        self._device = canvas.device
        self._pixels = canvas.image.whole()
        name = same(scaler, caps.scalers)
        if name is not None:
            larger = caps.scalers[name](self._pixels, max(hires.across, hires.along))
            self._pixels = (larger.clamp(0, 1) * 255).round().to(torch.uint8)  # it is as large as the canvas

    def enlarged(self, window: Box) -> torch.Tensor:
        """What a window at full size starts from: a box of the canvas, as float32 (3, H, W) in 0..1."""
        x, y = self._hires.origin
        small = self._hires.plan.canvas
        across = self._hires.across * small.width / self._pixels.shape[2]
        along = self._hires.along * small.height / self._pixels.shape[1]
        place = (
            (window.left - x) / across,
            (window.top - y) / along,
            (window.right - x) / across,
            (window.bottom - y) / along,
        )
        return part_resized(self._pixels, place, window.extent).to(self._device)
