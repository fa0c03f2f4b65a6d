"""The small picture of hires: the same image scaled down, which grows first and is the prefill at full size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from ..pixels.scaling import part_resized, reduced
from ..planning.geometry import Box

if TYPE_CHECKING:
    from .growing import Growing


class SmallPicture:
    """What grows in the first step, and what the second starts from.

    Args:
        whole: the image at full size, as far as it is repainted; it is not kept.

    Attributes:
        growing: the small picture on its way.
    """

    def __init__(self, whole: Growing) -> None:
        hires = whole.plan.hires
        assert hires is not None
        self._hires = hires
        small = reduced(whole.canvas.image, whole.plan.source, hires.plan.source.extent)
        request = replace(whole.request, pictures=(small,), painted=None)
        self.growing = type(whole)(request, hires.params, hires.plan, whole.image, whole.caps)
        self._made: torch.Tensor | None = None

    def enlarged(self, window: Box) -> torch.Tensor:
        """What a window at full size starts from: a box of the canvas, as float32 (3, H, W) in 0..1.

        To be asked when the small picture is made: it is put together once.
        """
        if self._made is None:
            self._made = self.growing.canvas.image.whole()
        x, y = self._hires.origin
        across, along = self._hires.across, self._hires.along
        place = (
            (window.left - x) / across,
            (window.top - y) / along,
            (window.right - x) / across,
            (window.bottom - y) / along,
        )
        return part_resized(self._made, place, window.extent).to(self.growing.canvas.device)
