"""Where windows lie: one axis at a time, on the latent grid.

Across a side, coordinates run from the seam: 0 is the first px of the new area, positive outwards. Along it they are
canvas coordinates. `side_box` joins the two to a box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import PlanError
from .geometry import Box, Side, round_down, round_up

UNIT = 64  # px: the UNet's favourite multiple
DEAR = 9 / 8  # multiples of the unit are taken while a window costs at most this much of the canvas
JOINT_BAND = 32  # px: the band between areas that are both generated, where no original pixel is at stake


@dataclass(frozen=True)
class Interval:
    start: int
    stop: int

    @property
    def width(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Grid:
    """The sizes windows are made of.

    Attributes:
        multiple: of which the sides of windows are multiples, px; seams lie on it where the sizes allow.
        native: native side of the model, px.
        area: most px of a window.
        step, context: the parameters of these names; 0 chooses.
        overlap: the parameter of this name. A window sees the whole band, or the blend would end in a line at its edge.
        canvas: px of the canvas in whole multiples; 0 where a window is not compared with it.
    """

    multiple: int
    native: int
    area: int
    step: int
    context: int
    overlap: int = 0
    canvas: int = 0

    def dear(self, area: int) -> bool:
        """Whether windows of so many px cost more than the canvas in one of the model's sizes would have to."""
        return 0 < self.canvas * DEAR < area

    @property
    def joint(self) -> int:
        """The px over which two generated areas are blended."""
        return round_up(max(self.overlap, JOINT_BAND), self.multiple)

    @property
    def longest_step(self) -> int:
        """The most px that a pass may grow a side."""
        return self.step or max(self.native // 2, self.multiple)

    def steps(self, amount: int) -> list[int]:
        """The amount in passes of about equal length, multiples of the cell except where the rest does not allow it."""
        count = -(-amount // self.longest_step)
        each = min(round_up(-(-amount // count), self.multiple), self.longest_step)
        return [min(each, amount - i * each) for i in range(count) if amount - i * each > 0]

    def around(self, start: int, end: int, before: int, after: int, unit: int = UNIT) -> tuple[int, int]:
        """A window around the known interval [start, end) that grows by `before` and `after`: seams on the grid.

        When both ends grow, the seam at the start is on the grid, and the one at the end where the length allows.
        """
        if after and not before:
            first = start - (-(end - start)) % self.multiple
        else:
            first = start - round_up(before, self.multiple)
        return first, first + round_up(end + after - first, unit)

    def covering(self, start: int, end: int, low: int, high: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Windows inside [low, high) over the interval [start, end), each with the part of the interval it repaints."""
        side = round_down(int(self.area**0.5), UNIT) or UNIT
        wanted = round_up(max(self.native, end - start + max(self.native // 2, 2 * self.overlap)), UNIT)
        length = min(wanted, side, round_up(high - low, UNIT))
        margin = min(max(length // 4, self.overlap + self.multiple), (length - UNIT) // 2)
        # Context ends where the picture does: a region at its edge needs none beyond.
        seen = min(end + margin, high) - max(start - margin, low)
        count = 1 if seen <= length else -(-(end - start) // max(length - 2 * margin, self.multiple))
        for i in range(count):
            first, last = start + (end - start) * i // count, start + (end - start) * (i + 1) // count
            middle = (first + last) // 2 - length // 2
            # The last window may reach beyond the picture by part of a cell, which is slack; none may end short of it.
            placed = low + min(
                round_down(max(middle - low, 0), self.multiple), round_up(max(high - length - low, 0), self.multiple)
            )
            yield (placed, placed + length), (first, last)


def across_window(amount: int, depth: int, grid: Grid, unit: int = UNIT) -> Interval:
    """The window across a side that grows by `amount` beside `depth` known px.

    The new area and its slack are whole cells, so the seam lies on the window's latent grid.

    Raises:
        PlanError: the window would be over the largest one even at the smallest length along the side.
    """
    outside = round_up(amount, grid.multiple)
    context = max(grid.context or max(grid.native - outside, grid.native // 2), grid.joint)
    width = round_up(outside + min(context, depth), unit)
    if width * UNIT > grid.area:
        raise PlanError("window-too-wide", amount=amount, context=context, width=width, limit=grid.area / 1e6)
    return Interval(outside - width, outside)


def along_windows(start: int, end: int, across: int, grid: Grid, unit: int = UNIT) -> list[tuple[int, int]]:
    """Windows along a side from `start` to `end`: one, or tiles that overlap by a quarter, at least by two joints."""
    length = end - start
    for multiple in (unit, grid.multiple):
        if across * round_up(length, multiple) <= grid.area:
            return [(start, start + round_up(length, multiple))]
    tile = round_down(grid.area // across, UNIT)
    shared = min(max(round_up(tile // 4, grid.multiple), 2 * grid.joint), round_down(tile // 2, grid.multiple))
    whole = round_up(length, grid.multiple)
    count = -(-(whole - shared) // (tile - shared))
    firsts = [round_down((whole - tile) * i // (count - 1), grid.multiple) for i in range(count)]
    return [(start + first, start + first + tile) for first in firsts]


def side_box(rect: Box, side: Side, across: tuple[int, int], along: tuple[int, int]) -> Box:
    """A box beside (or reaching into) `rect` on one side, from px across the seam and canvas px along it."""
    low, high = across
    if side is Side.LEFT:
        return Box(rect.left - high, along[0], rect.left - low, along[1])
    if side is Side.RIGHT:
        return Box(rect.right + low, along[0], rect.right + high, along[1])
    if side is Side.UP:
        return Box(along[0], rect.top - high, along[1], rect.top - low)
    return Box(along[0], rect.bottom + low, along[1], rect.bottom + high)
