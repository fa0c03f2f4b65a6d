"""Plans as JSON: what the dry run, the API and the preview show.

Boxes are [left, top, right, bottom] in canvas px, half-open. `cost` follows from the rest; it is there for the
reader. `bands` are the px of the picture that may change beside each side, and around what is painted. With hires,
`hires` tells of the small picture that is made first; boxes of its passes ("small") are rounded to canvas px. `sampled`
is the size of the window that the model sees, in px of its own.
"""

from __future__ import annotations

from typing import Any

from .geometry import Box, Side
from .plan import Pass, Plan

VERSION = 1


def to_json(plan: Plan) -> dict[str, Any]:
    """A plan as a value that `json.dumps` takes."""
    return {
        "version": VERSION,
        "canvas": [plan.canvas.width, plan.canvas.height],
        "source": _corners(plan.source),
        "margins": {side.value: plan.margins[side] for side in Side},
        "cell": plan.cell,
        "bands": {**{side.value: _band(plan, side) for side in Side}, "mask": plan.region_band},
        "hires": _hires(plan),
        "passes": [_pass_to_json(step, plan) for step in plan.passes],
        "cost": _cost(plan),
    }


def _band(plan: Plan, side: Side) -> int:
    return plan.bands.across if side.horizontal else plan.bands.along


def _cost(plan: Plan) -> dict[str, int]:
    return {"latents_a_step": plan.latent_pixels, "whole_canvas_latents_a_step": plan.canvas_latent_pixels}


def _hires(plan: Plan) -> dict[str, Any] | None:
    if plan.hires is None:
        return None
    small = plan.hires.plan.canvas
    return {"canvas": [small.width, small.height], "scale": [round(plan.hires.across, 4), round(plan.hires.along, 4)]}


def _pass_to_json(step: Pass, plan: Plan) -> dict[str, Any]:
    def corners(box: Box) -> list[int]:
        return _corners(plan.hires.on_canvas(box) if step.small and plan.hires is not None else box)

    return {
        "name": step.name,
        "kind": step.kind,
        "side": step.side.value if step.side else None,
        "step": step.step,
        "tile": step.tile,
        "tiles": step.tiles,
        "small": step.small,
        "new": [corners(box) for box in step.new],
        "known": [corners(box) for box in step.known],
        "window": corners(step.window),
        "sampled": [step.window.width, step.window.height],
    }


def _corners(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]
