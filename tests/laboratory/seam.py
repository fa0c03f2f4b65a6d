"""The paired seam test: one run of the engine with a sampler that knows the truth, and what is left of its drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from laboratory import residuals
from laboratory.drifts import NONE, Drift
from laboratory.truth import TruthBackend
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities, KnownPixels
from lib_outpaint.planning.geometry import Box, Extent, Side
from lib_outpaint.planning.plan import Plan, make_plan


@dataclass(frozen=True, eq=False)
class Report:
    """The figures of one run.

    Attributes:
        slope: steepest slope of the mean residual across a seam, levels per px; the worst side.
        drift: mean size of the low-passed residual in the new area, levels.
        changed: columns (rows) of the original that hold a changed px, counted from the seam; the worst side.
        worst: largest residual of one px in the new area, levels.
        latent_pixels: of all windows together, for one UNet step.
        exact: whether the size is what was asked for.
        grown, plan: the picture and its plan; residual: float32 (3, H, W), levels.
    """

    slope: float
    drift: float
    changed: int
    worst: float
    latent_pixels: int
    exact: bool
    grown: Grown
    plan: Plan
    residual: torch.Tensor


def measured(truth: torch.Tensor, params: Params, drift: Drift = NONE, kind: KnownPixels = "pinned", **more: Any) -> Report:
    """Grows the middle of a true picture back to its full size and measures the result.

    Args:
        truth: float32 (3, H, W), whole levels 0..255: the finished canvas. The source is what `params` leave of it.
        drift, kind: what the sampler does, see TruthBackend; `more` goes to its other attributes.
    """
    height, width = int(truth.shape[1]), int(truth.shape[2])
    source = source_box(Extent(width, height), params)
    picture = truth[:, source.top : source.bottom, source.left : source.right] / 255
    caps = Capabilities(
        engine="truth", native_side=more.get("native_side", 512), largest_window=more.get("largest_window", 0)
    )
    plan = make_plan(source.extent, params, caps)
    sampler = TruthBackend(truth, plan, drift, kind, **more)
    result = outpaint(Request((picture,), params, numbered_shots(1, 1)), sampler)
    return report(result.pictures[0], truth)


def report(grown: Grown, truth: torch.Tensor) -> Report:
    """The figures of a finished picture, rounded to whole levels as it would be saved."""
    pixels = (grown.pixels * 255).round()
    truth = truth.to(pixels.device)
    residual = pixels - truth
    source, margins = grown.source, grown.plan.margins
    outside = torch.ones_like(residual[0], dtype=torch.bool)
    rows, columns = source.slices
    outside[rows, columns] = False
    overlap = grown.params.overlap
    return Report(
        slope=max(residuals.slope(residual, source, side, margins[side], overlap) for side in margins.sides),
        drift=residuals.drift_left(residual, source),
        changed=max(residuals.changed_depth(pixels, truth, source, side) for side in margins.sides),
        worst=float(residual[:, outside].abs().max()),
        latent_pixels=grown.plan.latent_pixels,
        exact=grown.extent == Extent(int(truth.shape[2]), int(truth.shape[1])),
        grown=grown,
        plan=grown.plan,
        residual=residual,
    )


def source_box(canvas: Extent, params: Params) -> Box:
    """Where the source lies in a finished canvas that grew by the amounts (px) of `params`."""
    left, right, up, down = (int(getattr(params, side.value)) for side in Side)
    return Box(left, up, canvas.width - right, canvas.height - down)
