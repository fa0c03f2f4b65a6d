"""One call of the sampler for one picture, and the passes that a side, all sides or a painted region take.

A window may reach beyond the canvas, or over a part of it that a later pass paints: that is slack. It is prefilled,
masked as new and cropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ..messages import Message, message
from .geometry import Box, Margins, Side, bounding, round_down, round_up
from .windows import UNIT, Grid, across_window, along_windows, side_box

PassKind = Literal["side", "together", "mask"]
Covered = tuple[tuple[int, int], tuple[int, int]]  # a window's two ends, and those of what it repaints


@dataclass(frozen=True)
class Pass:
    """One call of the sampler for one picture.

    Attributes:
        kind: one side, all sides together, or the region painted by the user.
        side: the side a "side" pass grows.
        step: this pass is the side's nth, from 1.
        tile, tiles: which tile of the strip, from 1, of how many.
        new: what the pass makes known. For a "mask" pass, the boxes in which painted pixels are repainted.
        known: what was known before it.
        window: what the sampler sees.
        small: this pass belongs to the small picture of hires, and its boxes are in px of that.
    """

    kind: PassKind
    side: Side | None
    step: int
    tile: int
    tiles: int
    new: tuple[Box, ...]
    known: tuple[Box, ...]
    window: Box
    small: bool = False

    @property
    def place(self) -> str:
        """The name that side prompts use."""
        return self.side.value if self.side else self.kind

    @property
    def label(self) -> Message:
        """The pass in words."""
        name = message(f"pass-{self.place}", step=self.step)
        name = message("pass-tile", name=name, tile=self.tile, tiles=self.tiles) if self.tiles > 1 else name
        return message("pass-small", name=name) if self.small else name

    @property
    def name(self) -> str:
        """The pass in English, for plans as JSON and reports: "left 2, tile 1 of 3"."""
        return str(self.label)


def together_pass(place: Box, margins: Margins, grid: Grid) -> Pass:
    canvas = place.grown(margins)
    # Each strip is as long as the canvas: the distance to the nearest of them is the distance to the new area.
    new = [
        Box(canvas.left, canvas.top, place.left, canvas.bottom),
        Box(place.right, canvas.top, canvas.right, canvas.bottom),
        Box(canvas.left, canvas.top, canvas.right, place.top),
        Box(canvas.left, place.bottom, canvas.right, canvas.bottom),
    ]
    window = _around(place, margins, grid, UNIT)
    if grid.dear(window.area):
        window = _around(place, margins, grid, grid.multiple)
    return Pass("together", None, 1, 1, 1, tuple(b for b in new if not b.empty), (place,), window)


def _around(place: Box, margins: Margins, grid: Grid, unit: int) -> Box:
    left, right = grid.around(place.left, place.right, margins.left, margins.right, unit)
    top, bottom = grid.around(place.top, place.bottom, margins.up, margins.down, unit)
    return Box(left, top, right, bottom)


def side_passes(place: Box, margins: Margins, grid: Grid) -> Iterator[Pass]:
    rect = place
    for side in margins.sides:
        for step, amount in enumerate(grid.steps(margins[side]), 1):
            yield from strip_passes(rect, side, amount, step, grid)
            strip = rect.strip(side, amount)
            rect = bounding((rect, strip))


def strip_passes(
    rect: Box, side: Side, amount: int, step: int, grid: Grid, *, only: Box | None = None, before: tuple[Box, ...] = ()
) -> list[Pass]:
    """The passes of one strip: one, or tiles along it. `only` is the part of the strip still to be done."""
    strip = rect.strip(side, amount) if only is None else only
    depth = rect.width if side.horizontal else rect.height
    start, end = (strip.top, strip.bottom) if side.horizontal else (strip.left, strip.right)
    across = across_window(amount, depth, grid)
    low = rect.top if side.horizontal else rect.left
    first = start - min(round_down(start - low, grid.multiple), 2 * grid.joint)
    tiles = along_windows(first, end, across.width, grid)
    if grid.dear(sum(across.width * (b - a) for a, b in tiles)):
        across = across_window(amount, depth, grid, grid.multiple)
        tiles = along_windows(first, end, across.width, grid, grid.multiple)
    # A tile's last px fade out where the next one takes over: the band in the picture must not end in a line there.
    ends = [b - min(grid.joint, round_down((b - a) // 2, grid.multiple)) for (_, b), (a, _) in pairwise(tiles)] + [end]
    wanted = [(tile, stop) for tile, stop in zip(tiles, ends, strict=True) if stop > start]
    passes: list[Pass] = []
    done = start
    known = (rect, *before)
    for number, ((a, b), stop) in enumerate(wanted, 1):
        new = side_box(rect, side, (0, amount), (done, stop))
        window = side_box(rect, side, (across.start, across.stop), (a, b))
        passes.append(Pass("side", side, step, number, len(wanted), (new,), known, window))
        done = stop
        known = (rect, *before, side_box(rect, side, (0, amount), (start, done)))
    return passes


def mask_passes(place: Box, painted: Box, grid: Grid) -> list[Pass]:
    columns, rows = _covering(place, painted, grid, UNIT)
    if grid.dear(sum((right - left) * (bottom - top) for (left, right), _ in columns for (top, bottom), _ in rows)):
        columns, rows = _covering(place, painted, grid, grid.multiple)
    count = len(columns) * len(rows)
    passes: list[Pass] = []
    for (top, bottom), (y0, y1) in rows:
        for (left, right), (x0, x1) in columns:
            new, window = Box(x0, y0, x1, y1), Box(left, top, right, bottom)
            passes.append(Pass("mask", None, 1, len(passes) + 1, count, (new,), (place,), window))
    return passes


def _covering(place: Box, painted: Box, grid: Grid, unit: int) -> tuple[list[Covered], list[Covered]]:
    """Windows of a painted region by columns and by rows; with the smaller unit one, where the picture fits into one."""
    width, height = round_up(place.width, unit), round_up(place.height, unit)
    if unit < UNIT and width * height <= grid.area:
        return (
            [((place.left, place.left + width), (painted.left, painted.right))],
            [((place.top, place.top + height), (painted.top, painted.bottom))],
        )
    return (
        list(grid.covering(painted.left, painted.right, place.left, place.right)),
        list(grid.covering(painted.top, painted.bottom, place.top, place.bottom)),
    )
