"""The growing picture: its pixels so far, what has been touched, and windows cut from it."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from ..planning.geometry import Box, Extent, bounding
from ..planning.plan import Pass, Plan
from .composite import Composite
from .levels import Levels


class Canvas:
    """One picture on its way to its final size.

    It is kept in ordinary memory, as the source is given and by what was made of it; windows of it, which are floats, go
    to the host's device.

    Attributes:
        image: the picture so far.
        device: the host's.
    """

    def __init__(
        self, plan: Plan, picture: torch.Tensor | Levels, painted: torch.Tensor | None, device: torch.device
    ) -> None:
        self.plan = plan
        self.device = device
        self.image = Composite(plan.canvas, picture, plan.source)
        # What is not repainted yet, bool of the source's size.
        self._painted = painted.to("cpu", copy=True) if painted is not None and bool(painted.any()) else None

    @property
    def extent(self) -> Extent:
        return self.plan.canvas

    def window(self, box: Box) -> torch.Tensor:
        """The window's pixels, float32 (3, h, w) in 0..1 on the device; zeros where nothing is known."""
        return self.image.part(box).to(self.device)

    def known(self, step: Pass) -> torch.Tensor:
        """Bool (h, w) on the device: what of the pass's window is known before it."""
        box = step.window
        found = torch.zeros(box.height, box.width, dtype=torch.bool, device=self.device)
        for known in step.known:
            rows, columns = known.intersect(box).within(box).slices
            found[rows, columns] = True
        if step.kind == "mask":
            found &= ~self.painted_in(box)
        return found

    def painted_in(self, box: Box) -> torch.Tensor:
        """Bool (h, w) on the device: what of a window is painted and not repainted yet."""
        found = torch.zeros(box.height, box.width, dtype=torch.bool)
        if self._painted is not None:
            part = box.intersect(self.plan.source)
            inside, outside = part.within(box).slices, part.within(self.plan.source).slices
            found[inside] = self._painted[outside]
        return found.to(self.device)

    def put(self, step: Pass, blended: torch.Tensor, coverage: torch.Tensor) -> None:
        """Takes over a window's blended pixels where its coverage is not 0; slack is cropped."""
        part = step.window.intersect(self._writable(step))
        rows, columns = part.within(step.window).slices
        self.image.put(part, blended[:, rows, columns], coverage[rows, columns] > 0)
        if step.kind == "mask" and self._painted is not None:
            for new in step.new:
                self._painted[new.intersect(self.plan.source).within(self.plan.source).slices] = False

    def settle(self, waiting: Iterable[Pass]) -> None:
        """Rounds what no pass that is left will see to the picture's depth, where the source has one."""
        self.image.settle(step.window for step in waiting)

    def _writable(self, step: Pass) -> Box:
        """What a pass may change: what is known and what it makes known. Bands never reach into later passes' areas."""
        return bounding((*step.known, *step.new)).intersect(self.extent.box)
