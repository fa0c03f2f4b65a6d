"""Plans in full: every box of plans of all kinds, as they were looked at and found right. They change only on purpose:
OUTPAINT_WRITE_GOLDENS=1 writes the file anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lib_outpaint.errors import PlanError
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, Side
from lib_outpaint.planning.limits import Limits
from lib_outpaint.planning.plan import Pass, Plan, make_plan, split_pass
from lib_outpaint.planning.windows import Grid, Interval, across_window, along_windows, side_box

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


def test_windows_of_one_axis() -> None:
    grid = Grid(8, 512, 3 * 512 * 512, 0, 0, 32)
    assert grid.longest_step == 256
    assert grid.joint == 32
    assert Grid(8, 512, 9, 0, 0, 33).joint == 40
    assert Grid(8, 512, 9, 0, 0, 0).joint == 32
    assert Grid(8, 12, 9, 0, 0, 0).longest_step == 8
    assert grid.steps(600) == [200, 200, 200]
    assert grid.steps(257) == [136, 121]
    assert grid.steps(256) == [256]
    assert Grid(8, 512, 9, 100, 0, 0).steps(250) == [88, 88, 74]
    assert Grid(8, 512, 9, 30, 0, 0).steps(61) == [24, 24, 13]
    assert Grid(8, 512, 9, 3, 0, 0).steps(8) == [3, 3, 2]
    assert across_window(100, 1000, grid) == Interval(-408, 104)
    assert across_window(100, 50, grid) == Interval(-88, 104)
    assert across_window(500, 1000, grid) == Interval(-264, 504)
    assert across_window(8, 1000, Grid(8, 512, 10**6, 0, 20, 100)) == Interval(-120, 8)
    with pytest.raises(
        PlanError,
        match=r"^a pass of 8 px with 2000 px of context needs a window 2048 px across, over the "
        r"largest window of 0\.10 MP; lower step or context$",
    ):
        across_window(8, 3000, Grid(8, 512, 100_000, 0, 2000, 0))
    assert across_window(0, 64, Grid(8, 512, 64 * 64, 0, 64, 0)) == Interval(-64, 0)
    assert along_windows(0, 100, 512, grid) == [(0, 128)]
    assert along_windows(8, 1544, 512, grid) == [(8, 1544)]
    assert along_windows(0, 1500, 520, Grid(8, 512, 520 * 1504, 0, 0, 0)) == [(0, 1504)]
    assert along_windows(0, 2000, 512, grid) == [(0, 1536), (464, 2000)]
    assert along_windows(0, 4000, 512, grid) == [(0, 1536), (816, 2352), (1640, 3176), (2464, 4000)]
    assert along_windows(16, 1016, 512, Grid(8, 512, 512 * 512, 0, 0, 200)) == [(16, 528), (256, 768), (504, 1016)]
    assert side_box(Box(10, 20, 30, 50), Side.UP, (-4, 8), (1, 2)) == Box(1, 12, 2, 24)


@pytest.mark.parametrize(
    ("span", "margins", "window"),
    [
        ((100, 400), (50, 0), (44, 428)),
        ((100, 400), (0, 50), (96, 480)),
        ((100, 401), (0, 50), (97, 481)),
        ((3, 67), (3, 9), (-5, 123)),
        ((0, 64), (0, 0), (0, 64)),
        ((10, 64), (0, 0), (10, 74)),
    ],
)
def test_a_window_around_what_is_known(span: tuple[int, int], margins: tuple[int, int], window: tuple[int, int]) -> None:
    assert Grid(8, 512, 10**9, 0, 0).around(*span, *margins) == window


@pytest.mark.parametrize(
    ("grid", "span", "inside", "windows"),
    [
        # One window of the native side around a small part, kept inside the picture.
        (Grid(8, 256, 10**6, 0, 0, 0), (500, 520), (0, 1000), [((376, 632), (500, 520))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (3, 20), (0, 1000), [((0, 256), (3, 20))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (990, 1000), (0, 1000), [((744, 1000), (990, 1000))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (990, 1001), (0, 1001), [((752, 1008), (990, 1001))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (120, 140), (100, 150), [((100, 164), (120, 140))]),
        (Grid(8, 256, 10**6, 0, 0, 0), (120, 130), (100, 900), [((100, 356), (120, 130))]),
        # At the picture's own edges nothing is missing: one window also where a quarter on both sides would not fit.
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 512), (0, 512), [((0, 512), (0, 512))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 384), (0, 900), [((0, 512), (0, 384))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (0, 385), (0, 900), [((0, 512), (0, 192)), ((32, 544), (192, 385))]),
        (Grid(8, 512, 512 * 512, 0, 0, 0), (516, 900), (0, 900), [((392, 904), (516, 900))]),
        # A wide band needs its own width and a cell around the part: 168 px here, more than a quarter of 512.
        (Grid(8, 512, 512 * 512, 0, 0, 160), (500, 676), (0, 2000), [((328, 840), (500, 676))]),
        (Grid(8, 512, 512 * 512, 0, 0, 160), (500, 677), (0, 2000), [((288, 800), (500, 588)), ((376, 888), (588, 677))]),
        # Several: each repaints a part and sees a quarter, or the band, around it.
        (
            Grid(8, 256, 256 * 256, 0, 0, 0),
            (100, 400),
            (0, 2000),
            [((16, 272), (100, 200)), ((120, 376), (200, 300)), ((216, 472), (300, 400))],
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_windows_over_a_part(
    grid: Grid, span: tuple[int, int], inside: tuple[int, int], windows: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    assert list(grid.covering(*span, *inside)) == windows


def test_limits_are_included() -> None:
    """Just at every limit is fine, and one beyond it is not."""
    at = Extent(512, 512), Params(left=256, up=256)  # 1.5 native sides, and the longest step
    just, less = Capabilities("test", largest_window=768 * 768), Capabilities("test", largest_window=768 * 768 - 1)
    assert [step.kind for step in make_plan(*at, just).passes] == ["together"]
    assert [step.kind for step in make_plan(*at, less).passes] == ["side", "side"]
    together = at[1].changed(order="together")
    (whole,) = make_plan(at[0], together, just).passes
    assert (whole.kind, whole.side, whole.step, whole.tile, whole.tiles) == ("together", None, 1, 1, 1)
    too_large = r"^order: 'together' needs a window of 768x768, over the largest window of 0\.59 MP; use 'one by one'$"
    with pytest.raises(PlanError, match=too_large):
        make_plan(at[0], together, less)
    prompts = "^order: 'together' has one pass for all sides, which prompts per side cannot do; use 'one by one'$"
    with pytest.raises(PlanError, match=prompts):
        make_plan(at[0], together.changed(side_prompts="left: a"), just)
    assert [step.kind for step in make_plan(at[0], together.changed(step=256), just).passes] == ["together"]
    with pytest.raises(PlanError, match=r"^order: 'together' .* and step allows a pass 255 px; use 'one by one'$"):
        make_plan(at[0], together.changed(step=255), just)
    three = Extent(100, 100), Params(left=60, step=20)
    assert len(make_plan(*three, SD1, limits=Limits(passes=3)).passes) == 3
    with pytest.raises(PlanError, match=r"^step: 20 px makes more passes than the limit of 2$"):
        make_plan(*three, SD1, limits=Limits(passes=2))


def test_a_window_that_cannot_become_smaller() -> None:
    plan = make_plan(Extent(8, 8), Params(left=8, overlap=0), SD1)
    with pytest.raises(PlanError):
        split_pass(plan, plan.passes[0], Params(left=8, overlap=0), SD1)
