"""From a picture's size, the parameters and what the host can do to a list of passes. No pixels here.

All boxes are in canvas coordinates: the origin is the finished canvas's top left corner. A window may reach beyond the
canvas, or over a part of it that a later pass paints: that is slack. It is prefilled, masked as new and cropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Literal

from ..errors import PlanError
from ..messages import Message, message
from ..parameters.params import Params
from .capabilities import Capabilities
from .geometry import Box, Extent, Margins, Side, bounding, round_down, round_up
from .growth import margins_for
from .limits import Limits
from .windows import Grid, across_window, along_windows, side_box

PassKind = Literal["side", "together", "mask"]
TOGETHER_LIMIT = 1.5  # native sides: canvases up to this size both ways may be one window


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
    """

    kind: PassKind
    side: Side | None
    step: int
    tile: int
    tiles: int
    new: tuple[Box, ...]
    known: tuple[Box, ...]
    window: Box

    @property
    def place(self) -> str:
        """The name that side prompts use."""
        return self.side.value if self.side else self.kind

    @property
    def label(self) -> Message:
        """The pass in words."""
        name = message(f"pass-{self.place}", step=self.step)
        return message("pass-tile", name=name, tile=self.tile, tiles=self.tiles) if self.tiles > 1 else name

    @property
    def name(self) -> str:
        """The pass in English, for plans as JSON and reports: "left 2, tile 1 of 3"."""
        return str(self.label)


@dataclass(frozen=True)
class Plan:
    """All passes for one picture.

    `source` is the picture's place on the canvas, `cell` the side of a latent cell in px.
    """

    canvas: Extent
    source: Box
    margins: Margins
    cell: int
    passes: tuple[Pass, ...] = field(default=())

    @property
    def latent_pixels(self) -> int:
        """Latent pixels that one UNet step of every pass works on, together."""
        return sum(p.window.area for p in self.passes) // self.cell**2

    @property
    def canvas_latent_pixels(self) -> int:
        """Latent pixels that one UNet step on the whole canvas would work on, for comparison."""
        return round_up(self.canvas.width, self.cell) * round_up(self.canvas.height, self.cell) // self.cell**2

    def summary(self, overlap: int | None = None) -> str:
        """The plan in a line: "499x681, 1 pass, window 512x704, band 32 px, 5,632 latents a step"."""
        count = f"{len(self.passes)} pass" + ("" if len(self.passes) == 1 else "es")
        sizes = sorted({(p.window.width, p.window.height) for p in self.passes}, reverse=True)
        windows = "window " + ", ".join(f"{w}x{h}" for w, h in sizes)
        band = "" if overlap is None else f", band {overlap} px"
        return f"{self.canvas}, {count}, {windows}{band}, {self.latent_pixels:,} latents a step"


def make_plan(
    source: Extent, params: Params, caps: Capabilities, *, painted: Box | None = None, limits: Limits | None = None
) -> Plan:
    """Plans how a picture of size `source` grows.

    Args:
        painted: the bounding box, in the picture's coordinates, of a region the user painted to be repainted.

    Raises:
        ParamError: no side grows, or the shape asked for cannot be reached.
        PlanError: the canvas, a window or the number of passes is over its limit.
    """
    limits = limits or Limits()
    if source.width < 1 or source.height < 1:
        raise PlanError("image-empty", size=source)
    margins = margins_for(params, source)
    canvas = source.box.grown(margins).extent
    if canvas.area > limits.canvas_pixels:
        raise PlanError("canvas-too-large", size=canvas, megapixels=canvas.area / 1e6, limit=limits.canvas_pixels / 1e6)
    place = source.box.moved(margins.left, margins.up)
    grid = Grid(caps.size_multiple, caps.native_side, caps.window_area, params.step, params.context, params.overlap)
    passes: list[Pass] = []
    if painted is not None and not painted.empty:
        passes += _mask_passes(place, painted.moved(margins.left, margins.up).intersect(place), grid)
    whole = _together_pass(place, margins, grid)
    if _together(whole.window, canvas, margins, params, grid):
        passes.append(whole)
    else:
        # One more than the limit tells; a picture can be a million px long.
        passes += islice(_side_passes(place, margins, grid), limits.passes + 1)
    if len(passes) > limits.passes:
        raise PlanError("too-many-passes", step=grid.longest_step, most=limits.passes)
    return Plan(canvas, place, margins, caps.cell, tuple(passes))


def split_pass(plan: Plan, failed: Pass, params: Params, caps: Capabilities) -> list[Pass]:
    """The same growth as one pass that did not fit into memory, in windows of at most half its size.

    Raises:
        PlanError: the windows cannot become smaller.
    """
    grid = Grid(caps.size_multiple, caps.native_side // 2, failed.window.area // 2, 0, 0, params.overlap)
    if failed.kind == "mask":
        passes = _mask_passes(failed.known[0], bounding(failed.new), grid)
    elif failed.kind == "together":
        passes = list(_side_passes(failed.known[0], plan.margins, grid))
    else:
        assert failed.side is not None
        rect, strip = failed.known[0], bounding(failed.new)
        amount = strip.width if failed.side.horizontal else strip.height
        passes = _strip_passes(rect, failed.side, amount, failed.step, grid, only=strip, before=failed.known[1:])
    if max(p.window.area for p in passes) >= failed.window.area:
        raise PlanError("pass-cannot-shrink", name=failed.label, size=failed.window.extent)
    return passes


def _together(window: Box, canvas: Extent, margins: Margins, params: Params, grid: Grid) -> bool:
    prompts = params.guidance.side_prompts.lines
    if params.order == "one by one" or (params.order == "auto" and len(margins.sides) < 2):
        return False
    if params.order == "auto":
        small = max(canvas.width, canvas.height) <= TOGETHER_LIMIT * grid.native
        steps_fit = max(margins[side] for side in Side) <= grid.longest_step
        return small and steps_fit and window.area <= grid.area and not prompts
    if prompts:
        raise PlanError("together-has-one-pass")
    if params.step and max(margins[side] for side in Side) > params.step:
        raise PlanError("together-over-step", step=params.step)
    if window.area > grid.area:
        raise PlanError("together-too-large", size=window.extent, limit=grid.area / 1e6)
    return True


def _together_pass(place: Box, margins: Margins, grid: Grid) -> Pass:
    canvas = place.grown(margins)
    # Each strip is as long as the canvas: the distance to the nearest of them is the distance to the new area.
    new = [
        Box(canvas.left, canvas.top, place.left, canvas.bottom),
        Box(place.right, canvas.top, canvas.right, canvas.bottom),
        Box(canvas.left, canvas.top, canvas.right, place.top),
        Box(canvas.left, place.bottom, canvas.right, canvas.bottom),
    ]
    left, right = grid.around(place.left, place.right, margins.left, margins.right)
    top, bottom = grid.around(place.top, place.bottom, margins.up, margins.down)
    window = Box(left, top, right, bottom)
    return Pass("together", None, 1, 1, 1, tuple(b for b in new if not b.empty), (place,), window)


def _side_passes(place: Box, margins: Margins, grid: Grid) -> Iterator[Pass]:
    rect = place
    for side in margins.sides:
        for step, amount in enumerate(grid.steps(margins[side]), 1):
            yield from _strip_passes(rect, side, amount, step, grid)
            strip = rect.strip(side, amount)
            rect = bounding((rect, strip))


def _strip_passes(
    rect: Box, side: Side, amount: int, step: int, grid: Grid, *, only: Box | None = None, before: tuple[Box, ...] = ()
) -> list[Pass]:
    """The passes of one strip: one, or tiles along it. `only` is the part of the strip still to be done."""
    strip = rect.strip(side, amount) if only is None else only
    depth = rect.width if side.horizontal else rect.height
    start, end = (strip.top, strip.bottom) if side.horizontal else (strip.left, strip.right)
    across = across_window(amount, depth, grid)
    low = rect.top if side.horizontal else rect.left
    tiles = along_windows(start - min(round_down(start - low, grid.multiple), 2 * grid.joint), end, across.width, grid)
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


def _mask_passes(place: Box, painted: Box, grid: Grid) -> list[Pass]:
    columns = list(grid.covering(painted.left, painted.right, place.left, place.right))
    rows = list(grid.covering(painted.top, painted.bottom, place.top, place.bottom))
    count = len(columns) * len(rows)
    passes: list[Pass] = []
    for (top, bottom), (y0, y1) in rows:
        for (left, right), (x0, x1) in columns:
            new, window = Box(x0, y0, x1, y1), Box(left, top, right, bottom)
            passes.append(Pass("mask", None, 1, len(passes) + 1, count, (new,), (place,), window))
    return passes
