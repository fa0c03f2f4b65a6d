"""Plans in full: every box of plans of all kinds, as they were looked at and found right. They change only on purpose:
OUTPAINT_WRITE_GOLDENS=1 writes the file anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent
from lib_outpaint.planning.plan import Pass, Plan, make_plan, split_pass

GOLDEN = Path(__file__).parent / "golden" / "plans.json"
SD1, SMALL = Capabilities("test"), Capabilities("test", native_side=256)
TIGHT = Capabilities("test", largest_window=512 * 512)

CASES: dict[str, tuple[Extent, dict[str, Any], Capabilities, Box | None]] = {
    "left": (Extent(512, 681), {"left": 128}, SD1, None),
    "right": (Extent(500, 371), {"right": 300, "overlap": 0}, SD1, None),
    "up": (Extent(371, 999), {"up": 33, "context": 200}, SD1, None),
    "down": (Extent(640, 640), {"down": 600, "step": 200, "overlap": 100}, SD1, None),
    "all sides together": (Extent(300, 200), {"left": 7, "right": 64, "up": 100, "down": 1}, SD1, None),
    "right and down together": (Extent(333, 222), {"right": 70, "down": 30}, SD1, None),
    "left and up together": (Extent(333, 222), {"left": 70, "up": 30, "order": "together"}, SD1, None),
    "one by one": (Extent(300, 200), {"left": 7, "right": 64, "up": 100, "down": 1, "order": "one by one"}, SD1, None),
    "too large to be together": (Extent(700, 200), {"left": 60, "up": 60}, SD1, None),
    "a step too long to be together": (Extent(300, 300), {"left": 300, "up": 60}, SD1, None),
    "tiles": (Extent(600, 4000), {"left": 100}, SD1, None),
    "tiles, two steps": (Extent(3000, 400), {"down": 400, "overlap": 0}, TIGHT, None),
    "tiles and a corner": (Extent(500, 2500), {"right": 90, "up": 90}, SMALL, None),
    "a painted spot": (Extent(1000, 800), {"left": 16}, SD1, Box(500, 300, 560, 380)),
    "painted at an edge": (Extent(1001, 803), {"left": 16}, SD1, Box(900, 700, 1001, 803)),
    "painted all over": (Extent(1500, 1100), {"up": 16}, SD1, Box(3, 5, 1490, 1099)),
    "painted over the largest window": (Extent(1500, 700), {"up": 16, "overlap": 100}, TIGHT, Box(100, 100, 1300, 400)),
    "painted in a small picture": (Extent(61, 45), {"right": 16}, SD1, Box(5, 5, 20, 20)),
}
SPLIT = ("left", "down", "all sides together", "tiles", "tiles and a corner", "painted all over")


def boxes(step: Pass) -> dict[str, Any]:
    return {
        "name": step.name,
        "window": str(step.window),
        "new": [str(box) for box in step.new],
        "known": [str(box) for box in step.known],
    }


def plan_of(name: str) -> tuple[Plan, Params, Capabilities]:
    source, values, caps, painted = CASES[name]
    params = Params(**values)
    return make_plan(source, params, caps, painted=painted), params, caps


def found(name: str) -> dict[str, Any]:
    plan, params, caps = plan_of(name)
    record: dict[str, Any] = {
        "summary": plan.summary(params.overlap),
        "canvas latents": plan.canvas_latent_pixels,
        "passes": [boxes(step) for step in plan.passes],
    }
    if name in SPLIT:
        record["split"] = {
            plan.passes[i].name: [boxes(step) for step in split_pass(plan, plan.passes[i], params, caps)]
            for i in sorted({0, len(plan.passes) - 1})
        }
    return record


def test_goldens_can_be_written() -> None:
    if os.environ.get("OUTPAINT_WRITE_GOLDENS") == "1":
        GOLDEN.write_text(json.dumps({name: found(name) for name in CASES}, indent=1) + "\n", encoding="utf8")
    assert list(json.loads(GOLDEN.read_text(encoding="utf8"))) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_plan_is_exactly_this(name: str) -> None:
    assert found(name) == json.loads(GOLDEN.read_text(encoding="utf8"))[name]
