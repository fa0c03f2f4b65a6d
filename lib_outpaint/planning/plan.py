"""From a picture's size, the parameters and what the host can do to a list of passes. No pixels here.

All boxes are in canvas coordinates: the origin is the finished canvas's top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice

from ..errors import ParamError, PlanError
from ..parameters.params import Params
from .bands import Bands, bands_for, region_band
from .capabilities import Capabilities
from .geometry import Box, Extent, Margins, Side, bounding, round_up
from .growth import margins_for
from .hires import small_picture, small_scale
from .limits import Limits
from .strips import Pass as Pass
from .strips import mask_passes, side_passes, strip_passes, together_pass
from .windows import Grid

TOGETHER_LIMIT = 1.5  # native sides: canvases up to this size both ways may be one window


@dataclass(frozen=True)
class Hires:
    """The first of two steps; see hires.py.

    Attributes:
        plan: of the small picture, in its own px.
        params: the parameters it is made with.
        across, along: px of the canvas a px of the small picture, horizontally and vertically.
        origin: where the small picture's canvas begins on the canvas, px; not a whole number, and at most 0.
    """

    plan: Plan
    params: Params
    across: float
    along: float
    origin: tuple[float, float]

    def on_canvas(self, box: Box) -> Box:
        """A box of the small picture in px of the canvas, rounded."""
        x, y = self.origin
        return Box(
            round(x + box.left * self.across),
            round(y + box.top * self.along),
            round(x + box.right * self.across),
            round(y + box.bottom * self.along),
        )


@dataclass(frozen=True)
class Plan:
    """All passes for one picture.

    `source` is the picture's place on the canvas, `cell` the side of a latent cell in px; `bands` are those inside the
    picture, `region_band` is the one around a painted region. With `hires` the passes of its small picture are among
    `passes`: after those of a painted region, before those at full size.
    """

    canvas: Extent
    source: Box
    margins: Margins
    cell: int
    passes: tuple[Pass, ...] = field(default=())
    bands: Bands = field(default=Bands(0, 0))
    region_band: int = 0
    hires: Hires | None = None

    @property
    def used_bands(self) -> tuple[int, ...]:
        """The px that may change beside the sides that grow and around what is painted; each number once."""
        found = [self.bands.across] if self.margins.left or self.margins.right else []
        found += [self.bands.along] if self.margins.up or self.margins.down else []
        found += [self.region_band] if any(step.kind == "mask" for step in self.passes) else []
        return tuple(dict.fromkeys(found))

    @property
    def band(self) -> str:
        """`used_bands` as text: "32", or "12/6"."""
        return "/".join(map(str, self.used_bands))

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
        band = "" if overlap is None else f", band {self.band} px"
        first = "" if self.hires is None else f" (first as {self.hires.plan.canvas})"
        return f"{self.canvas}{first}, {count}, {windows}{band}, {self.latent_pixels:,} latents a step"


def make_plan(
    source: Extent,
    params: Params,
    caps: Capabilities,
    *,
    painted: Box | None = None,
    kept: Box | None = None,
    limits: Limits | None = None,
) -> Plan:
    """Plans how a picture of size `source` grows, or how a painted region of it is repainted at the same size.

    Args:
        painted: the bounding box, in the picture's coordinates, of a region the user painted to be repainted.
        kept: the bounding box of what was not painted, which the band around the region is taken from; None for all.

    Raises:
        ParamError: no side grows and nothing is painted, or the shape asked for cannot be reached.
        PlanError: the canvas, a window or the number of passes is over its limit.
    """
    limits = limits or Limits()
    if source.width < 1 or source.height < 1:
        raise PlanError("image-empty", size=source)
    region = None if painted is None or painted.empty else painted
    margins = _margins(params, source, region is not None)
    canvas = source.box.grown(margins).extent
    if canvas.area > limits.canvas_pixels:
        raise PlanError("canvas-too-large", size=canvas, megapixels=canvas.area / 1e6, limit=limits.canvas_pixels / 1e6)
    place = source.box.moved(margins.left, margins.up)
    multiple = caps.size_multiple
    cost = round_up(canvas.width, multiple) * round_up(canvas.height, multiple)
    grid = Grid(multiple, caps.native_side, caps.window_area, params.step, params.context, params.overlap, cost)
    passes: list[Pass] = []
    if region is not None:
        passes += mask_passes(place, region.moved(margins.left, margins.up).intersect(place), grid)
    hires = None
    if margins.sides:
        # One more than the limit tells; a picture can be a million px long.
        growing = _growth_passes(place, margins, params, grid, limits.passes + 1)
        hires = _hires(growing, place, margins, params, caps, limits)
        passes += ([] if hires is None else list(hires.plan.passes)) + growing
    if len(passes) > limits.passes:
        raise PlanError("too-many-passes", step=grid.longest_step, most=limits.passes)
    around = region_band(params.overlap, source if kept is None else kept.extent)
    bands = bands_for(params.overlap, source, len(margins.sides))
    return Plan(canvas, place, margins, caps.cell, tuple(passes), bands, around, hires)


def _hires(
    growing: list[Pass], place: Box, margins: Margins, params: Params, caps: Capabilities, limits: Limits
) -> Hires | None:
    scale = small_scale(params.hires, growing, place, margins, caps.native_side)
    if not scale:
        return None
    size, smaller = small_picture(place.extent, margins, params, scale)
    plan = make_plan(size, smaller, caps, limits=limits)
    plan = replace(plan, passes=tuple(replace(step, small=True) for step in plan.passes))
    across, along = place.width / plan.source.width, place.height / plan.source.height
    origin = (place.left - plan.margins.left * across, place.top - plan.margins.up * along)
    return Hires(plan, smaller, across, along, origin)


def _margins(params: Params, source: Extent, painted: bool) -> Margins:
    try:
        return margins_for(params, source)
    except ParamError as error:
        if painted and error.code in ("nothing-grows", "already-that-shape"):
            return Margins()
        raise


def _growth_passes(place: Box, margins: Margins, params: Params, grid: Grid, most: int) -> list[Pass]:
    prompts = bool(params.guidance.side_prompts.lines)
    whole = together_pass(place, margins, grid)
    if params.order == "together":
        _check_together(whole.window, margins, params, grid, prompts)
        return [whole]
    canvas = place.grown(margins)
    apart = params.order == "one by one" or len(margins.sides) < 2 or prompts or whole.window.area > grid.area
    apart = apart or max(margins[side] for side in Side) > grid.longest_step
    if not apart and max(canvas.width, canvas.height) <= TOGETHER_LIMIT * grid.native:
        return [whole]
    passes = list(islice(side_passes(place, margins, grid), most))
    # Windows that overlap can take more than the canvas as one window.
    dearer = sum(step.window.area for step in passes) > whole.window.area
    return [whole] if dearer and not apart else passes


def _check_together(window: Box, margins: Margins, params: Params, grid: Grid, prompts: bool) -> None:
    if prompts:
        raise PlanError("together-has-one-pass")
    if params.step and max(margins[side] for side in Side) > params.step:
        raise PlanError("together-over-step", step=params.step)
    if window.area > grid.area:
        raise PlanError("together-too-large", size=window.extent, limit=grid.area / 1e6)


def split_pass(plan: Plan, failed: Pass, params: Params, caps: Capabilities) -> list[Pass]:
    """The same growth as one pass that did not fit into memory, in windows of at most half its size.

    Raises:
        PlanError: the windows cannot become smaller.
    """
    if failed.small:
        assert plan.hires is not None
        parts = split_pass(plan.hires.plan, replace(failed, small=False), plan.hires.params, caps)
        return [replace(part, small=True) for part in parts]
    grid = Grid(caps.size_multiple, caps.native_side // 2, failed.window.area // 2, 0, 0, params.overlap)
    if failed.kind == "mask":
        passes = mask_passes(failed.known[0], bounding(failed.new), grid)
    elif failed.kind == "together":
        passes = list(side_passes(failed.known[0], plan.margins, grid))
    else:
        assert failed.side is not None
        rect, strip = failed.known[0], bounding(failed.new)
        amount = strip.width if failed.side.horizontal else strip.height
        passes = strip_passes(rect, failed.side, amount, failed.step, grid, only=strip, before=failed.known[1:])
    if max(p.window.area for p in passes) >= failed.window.area:
        raise PlanError("pass-cannot-shrink", name=failed.label, size=failed.window.extent)
    return passes
