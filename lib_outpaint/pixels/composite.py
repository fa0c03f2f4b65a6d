"""A large image as its parts: the source as it is, in its own depth, and on top of it what was made since.

Many images of one source share it, and floats exist of what is new alone; the whole is put together a window or some
rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from ..planning.geometry import Box, Extent
from .blend import around
from .levels import Levels, floats, rounded, size_of


@dataclass(frozen=True, eq=False)
class Patch:
    """A part of an image that replaces what lies under it.

    Attributes:
        box: where it lies; it may reach beyond the image.
        pixels: float32 (C, h, w) in 0..1 on the CPU; or the levels (h, w, C) they were rounded to.
        where: bool (h, w), the px that count.
    """

    box: Box
    pixels: torch.Tensor | Levels
    where: torch.Tensor

    def floats(self, part: Box) -> torch.Tensor:
        """Float32 (C, h, w) of a part of it."""
        rows, columns = part.within(self.box).slices
        if isinstance(self.pixels, torch.Tensor):
            return self.pixels[:, rows, columns]
        return floats(self.pixels[rows, columns])

    def levels(self, part: Box, dtype: np.dtype[Any], channels: int) -> Levels:
        """Levels (h, w, channels) of a part of it, rounded once."""
        rows, columns = part.within(self.box).slices
        if isinstance(self.pixels, torch.Tensor) or self.pixels.shape[2] != channels or self.pixels.dtype != dtype:
            return rounded(self.floats(part), dtype, channels)
        return self.pixels[rows, columns]


@dataclass(eq=False)
class Composite:
    """An image of size `extent`.

    Attributes:
        source: float32 (3, h, w) or levels, which are not copied; None without one.
        place: where the source lies.
        patches: on top of it, each over those before it.
        channels: of what `part` returns.
    """

    extent: Extent
    source: torch.Tensor | Levels | None = None
    place: Box = field(default=Box(0, 0, 0, 0))
    patches: list[Patch] = field(default_factory=list)
    channels: int = 3

    @property
    def settled(self) -> tuple[np.dtype[Any], int] | None:
        """Depth and channels of the levels that patches can be rounded to; None over floats."""
        if self.source is None or isinstance(self.source, torch.Tensor):
            return None
        return self.source.dtype, 1 if self.source.ndim == 2 else self.source.shape[2]

    def part(self, box: Box) -> torch.Tensor:
        """Float32 (channels, h, w) of a box, on the CPU; zeros where there is nothing, and beyond the image."""
        found = torch.zeros(self.channels, box.height, box.width)
        seen = box.intersect(self.extent.box)
        inside = seen.intersect(self.place)
        if self.source is not None and not inside.empty:
            rows, columns = inside.within(box).slices
            from_rows, from_columns = inside.within(self.place).slices
            if isinstance(self.source, torch.Tensor):
                found[:, rows, columns] = self.source[:, from_rows, from_columns].cpu()
            else:
                found[:, rows, columns] = floats(self.source[from_rows, from_columns])
        for patch, common in self.over(seen):
            rows, columns = common.within(box).slices
            there = common.within(patch.box).slices
            target = found[:, rows, columns]
            found[:, rows, columns] = torch.where(patch.where[there], patch.floats(common), target)
        return found

    def whole(self) -> torch.Tensor:
        """Float32 (channels, H, W): all of it; of nothing, zeros that take no memory."""
        if self.source is None and not self.patches:
            return torch.zeros(1).expand(self.channels, self.extent.height, self.extent.width)
        return self.part(self.extent.box)

    def changed(self, box: Box) -> torch.Tensor:
        """Bool (h, w) of a box: what is not as it is in the source."""
        found = torch.ones(box.height, box.width, dtype=torch.bool)
        rows, columns = self.place.intersect(box).within(box).slices
        found[rows, columns] = False
        for patch, common in self.over(box):
            rows, columns = common.within(box).slices
            found[rows, columns] |= patch.where[common.within(patch.box).slices]
        return found

    def put(self, box: Box, pixels: torch.Tensor, where: torch.Tensor) -> None:
        """Takes over the px of a box in `where` (bool (h, w)); pixels are float32 (channels, h, w)."""
        rows, columns = around(where)
        if rows.stop == 0:
            return
        kept = Box(box.left + columns.start, box.top + rows.start, box.left + columns.stop, box.top + rows.stop)
        # Copies, where they are parts: a view would keep the whole window in memory.
        self.patches.append(Patch(kept, _own(pixels[:, rows, columns]), _own(where[rows, columns])))

    def settle(self, seen: Iterable[Box]) -> None:
        """Rounds the patches that lie in none of the boxes `seen` to the source's depth; nothing over floats."""
        if self.settled is None:
            return
        dtype, channels = self.settled
        windows = list(seen)
        for number, patch in enumerate(self.patches):
            if isinstance(patch.pixels, torch.Tensor) and all(patch.box.intersect(box).empty for box in windows):
                self.patches[number] = replace(patch, pixels=rounded(patch.pixels, dtype, channels))

    def cropped(self, box: Box) -> Composite:
        """A part of it as an image of its own, which shares its memory."""
        moved = [replace(patch, box=patch.box.within(box)) for patch in self.patches]
        return Composite(box.extent, self.source, self.place.within(box), moved, self.channels)

    def emptied(self) -> Composite:
        """Of the same size, with nothing in it."""
        return Composite(self.extent, channels=self.channels)

    def over(self, box: Box) -> Iterable[tuple[Patch, Box]]:
        """The patches that reach into a box, each with the part that lies in it."""
        for patch in self.patches:
            common = patch.box.intersect(box)
            if not common.empty:
                yield patch, common


def composite_of(picture: torch.Tensor | Levels) -> Composite:
    """An image alone, with nothing on top."""
    extent = size_of(picture)
    return Composite(extent, picture, extent.box, channels=len(picture) if isinstance(picture, torch.Tensor) else 3)


def _own(values: torch.Tensor) -> torch.Tensor:
    return values.detach().to("cpu", copy=True).contiguous()
