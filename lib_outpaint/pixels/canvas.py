"""The growing picture: its pixels so far, what has been touched, and windows cut from it."""

from __future__ import annotations

import torch

from ..planning.geometry import Box, Extent
from ..planning.plan import Pass, Plan


class Canvas:
    """One picture on its way to its final size.

    Attributes:
        pixels: float32 (3, H, W) in 0..1 on the host's device; meaningful where known.
        touched: bool (H, W), True where the output differs from the source: new, or blended in a band.
        painted: bool (H, W), True where the user painted and it has not been repainted yet; None without a mask.
    """

    def __init__(self, plan: Plan, picture: torch.Tensor, painted: torch.Tensor | None, device: torch.device) -> None:
        extent = plan.canvas
        self.plan = plan
        self.pixels = torch.zeros(3, extent.height, extent.width, device=device)
        self.touched = torch.ones(extent.height, extent.width, dtype=torch.bool, device=device)
        rows, columns = plan.source.slices
        self.pixels[:, rows, columns] = picture.to(device)
        self.touched[rows, columns] = False
        self.painted: torch.Tensor | None = None
        if painted is not None and bool(painted.any()):
            self.painted = torch.zeros_like(self.touched)
            self.painted[rows, columns] = painted.to(device)

    @property
    def extent(self) -> Extent:
        return self.plan.canvas

    def window(self, box: Box) -> torch.Tensor:
        """The window's pixels, float32 (3, h, w); zeros beyond the canvas."""
        found = torch.zeros(3, box.height, box.width, device=self.pixels.device)
        part = box.intersect(self.extent.box)
        inside, outside = part.within(box).slices, part.slices
        found[:, inside[0], inside[1]] = self.pixels[:, outside[0], outside[1]]
        return found

    def known(self, step: Pass) -> torch.Tensor:
        """Bool (h, w): what of the pass's window is known before it."""
        box = step.window
        found = torch.zeros(box.height, box.width, dtype=torch.bool, device=self.pixels.device)
        for known in step.known:
            rows, columns = known.intersect(box).within(box).slices
            found[rows, columns] = True
        if step.kind == "mask":
            found &= ~self.painted_in(box)
        return found

    def painted_in(self, box: Box) -> torch.Tensor:
        """Bool (h, w): what of a window is painted and not repainted yet."""
        found = torch.zeros(box.height, box.width, dtype=torch.bool, device=self.pixels.device)
        if self.painted is not None:
            part = box.intersect(self.extent.box)
            inside, outside = part.within(box).slices, part.slices
            found[inside[0], inside[1]] = self.painted[outside[0], outside[1]]
        return found

    def put(self, step: Pass, blended: torch.Tensor, coverage: torch.Tensor) -> None:
        """Takes over a window's blended pixels where its coverage is not 0; slack is cropped."""
        box = step.window
        part = box.intersect(self._writable(step))
        inside, outside = part.within(box).slices, part.slices
        covered = coverage[inside[0], inside[1]] > 0
        target = self.pixels[:, outside[0], outside[1]]
        self.pixels[:, outside[0], outside[1]] = torch.where(covered, blended[:, inside[0], inside[1]], target)
        self.touched[outside[0], outside[1]] |= covered
        if step.kind == "mask" and self.painted is not None:
            for new in step.new:
                rows, columns = new.slices
                self.painted[rows, columns] = False

    def _writable(self, step: Pass) -> Box:
        """What a pass may change: what is known and what it makes known. Bands never reach into later passes' areas."""
        boxes = (*step.known, *step.new)
        whole = Box(
            min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
        )
        return whole.intersect(self.extent.box)
