"""Plans as JSON: what the dry run, the API and the preview show, and what comes back from them.

Boxes are [left, top, right, bottom] in canvas px, half-open. `cost` follows from the rest: it is written for the reader
and checked when it is read. A line `summary` for the reader may stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ..errors import PlanError
from .geometry import Box, Extent, Margins, Side
from .plan import Pass, PassKind, Plan

VERSION = 1
_PLAN = ("version", "canvas", "source", "margins", "cell", "passes", "cost")
_KINDS = ("side", "together", "mask")


def to_json(plan: Plan) -> dict[str, Any]:
    """A plan as a value that `json.dumps` takes."""
    return {
        "version": VERSION,
        "canvas": [plan.canvas.width, plan.canvas.height],
        "source": _corners(plan.source),
        "margins": {side.value: plan.margins[side] for side in Side},
        "cell": plan.cell,
        "passes": [_pass_to_json(step) for step in plan.passes],
        "cost": _cost(plan),
    }


def from_json(value: object) -> Plan:
    """The plan that `to_json` wrote.

    Raises:
        PlanError: names the entry that is missing, unknown, of the wrong type or at odds with the others.
    """
    entries = _entries(value, "plan", _PLAN, ignored=("summary",))
    if entries["version"] != VERSION:
        raise PlanError(f"plan.version: {entries['version']!r} is not {VERSION}")
    margins = _entries(entries["margins"], "plan.margins", tuple(side.value for side in Side))
    if not isinstance(entries["passes"], list):
        raise PlanError("plan.passes: is no list")
    plan = Plan(
        Extent(*_ints(entries["canvas"], "plan.canvas", 2, least=1)),
        _box(entries["source"], "plan.source"),
        Margins(**{name: _int(size, f"plan.margins.{name}", least=0) for name, size in margins.items()}),
        _int(entries["cell"], "plan.cell", least=1),
        tuple(_pass_from_json(step, f"plan.passes[{i}]") for i, step in enumerate(entries["passes"])),
    )
    if plan.source.grown(plan.margins) != plan.canvas.box:
        raise PlanError(f"plan.source: {plan.source} and its margins do not make up the canvas, which is {plan.canvas}")
    for i, step in enumerate(plan.passes):
        if step.window.width % plan.cell or step.window.height % plan.cell:
            raise PlanError(f"plan.passes[{i}].window: {step.window.extent} is not made of cells of {plan.cell} px")
    if entries["cost"] != _cost(plan):
        raise PlanError(f"plan.cost: {entries['cost']} does not follow from the passes, which make {_cost(plan)}")
    return plan


def _cost(plan: Plan) -> dict[str, int]:
    return {"latents_a_step": plan.latent_pixels, "whole_canvas_latents_a_step": plan.canvas_latent_pixels}


def _pass_to_json(step: Pass) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.kind,
        "side": step.side.value if step.side else None,
        "step": step.step,
        "tile": step.tile,
        "tiles": step.tiles,
        "new": [_corners(box) for box in step.new],
        "known": [_corners(box) for box in step.known],
        "window": _corners(step.window),
    }


def _pass_from_json(value: object, where: str) -> Pass:
    entries = _entries(value, where, ("name", "kind", "side", "step", "tile", "tiles", "new", "known", "window"))
    kind, side = entries["kind"], entries["side"]
    if kind not in _KINDS:
        raise PlanError(f"{where}.kind: {kind!r} is none of {', '.join(_KINDS)}")
    if side not in ([s.value for s in Side] if kind == "side" else [None]):
        raise PlanError(f"{where}.side: {side!r} does not go with kind {kind!r}")
    step, tile, tiles = (_int(entries[name], f"{where}.{name}", least=1) for name in ("step", "tile", "tiles"))
    return Pass(
        cast(PassKind, kind),
        Side(side) if side else None,
        step,
        tile,
        tiles,
        _boxes(entries["new"], f"{where}.new"),
        _boxes(entries["known"], f"{where}.known"),
        _box(entries["window"], f"{where}.window"),
    )


def _entries(value: object, where: str, names: tuple[str, ...], ignored: tuple[str, ...] = ()) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PlanError(f"{where}: is no object")
    for name in names:
        if name not in value:
            raise PlanError(f"{where}.{name}: is missing")
    for name in value:
        if name not in names + ignored:
            raise PlanError(f"{where}.{name}: is unknown; known are {', '.join(names)}")
    return value


def _int(value: object, where: str, least: int | None = None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PlanError(f"{where}: {value!r} is no whole number")
    if least is not None and value < least:
        raise PlanError(f"{where}: {value} is less than {least}")
    return value


def _ints(value: object, where: str, count: int, least: int | None = None) -> list[int]:
    if not isinstance(value, list) or len(value) != count:
        raise PlanError(f"{where}: is no list of {count} whole numbers")
    return [_int(item, f"{where}[{i}]", least) for i, item in enumerate(value)]


def _corners(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]


def _box(value: object, where: str) -> Box:
    box = Box(*_ints(value, where, 4))
    if box.empty:
        raise PlanError(f"{where}: {_corners(box)} is empty")
    return box


def _boxes(value: object, where: str) -> tuple[Box, ...]:
    if not isinstance(value, list) or not value:
        raise PlanError(f"{where}: is no list of boxes")
    return tuple(_box(item, f"{where}[{i}]") for i, item in enumerate(value))
