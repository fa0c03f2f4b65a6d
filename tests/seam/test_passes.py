"""Many passes, tiles and corners."""

from __future__ import annotations

import pytest
import torch
from laboratory.drifts import GAIN, GRADIENT_X, OFFSET, Drift
from laboratory.photos import photo
from laboratory.seam import measured

from lib_outpaint.evaluate.measures import profile, steepest
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, Side
from lib_outpaint.planning.plan import make_plan

LIMITS = {"offset": (0.10, 0.20), "gain": (0.25, 0.60), "gradient": (0.25, 0.60)}


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "drift", [OFFSET, pytest.param(GAIN, marks=LONG), pytest.param(GRADIENT_X, marks=LONG)], ids=lambda drift: drift.name
)
@pytest.mark.parametrize("kind", ["pinned", pytest.param("whole", marks=LONG)])
@pytest.mark.parametrize("name", ["astronaut", pytest.param("rocket", marks=LONG)])
def test_ten_passes_of_64_px(name: str, kind: str, drift: Drift) -> None:
    """The same absolute limits as one pass."""
    found = measured(photo(name, Extent(448 + 640, 384)), Params(left=640, step=64, fill="edge"), drift, kind)
    assert len(found.plan.passes) == 10
    slope, left = LIMITS[drift.name]
    assert found.slope <= slope
    assert found.drift <= left


@pytest.mark.parametrize("order", ["auto", "one by one"])
def test_corners_belong_to_one_pass(order: str) -> None:
    params = Params(left=64, right=64, up=64, down=64, order=order)
    plan = make_plan(Extent(256, 256), params, Capabilities("test", native_side=256))
    times = torch.zeros(plan.canvas.height, plan.canvas.width, dtype=torch.int64)
    for step in plan.passes:
        new = torch.zeros_like(times, dtype=torch.bool)
        for box in step.new:
            new[box.slices] = True
        times += new
    times[plan.source.slices] += 1
    assert bool((times == 1).all())


@pytest.mark.parametrize("alternate", [False, True], ids=["steady", "alternating"])
def test_no_line_where_tiles_meet(alternate: bool) -> None:
    """Tiles along a long side, each with a drift of its own: the residual has no step at their joints."""
    drift = Drift("offset", offset=(6, 4, -5), alternate=alternate)
    truth = photo("coffee", Extent(256 + 64, 1024))
    found = measured(truth, Params(left=64, fill="edge"), drift, "pinned", native_side=256, largest_window=128 * 1024)
    joints = [step.new[0].bottom for step in found.plan.passes[:-1]]
    assert len(found.plan.passes) > 1
    strip = found.residual[:, :, :64]
    for joint in joints:
        place = Box(0, joint, 64, truth.shape[1])
        assert steepest(profile(strip, place, Side.UP, 48, 48)) <= 0.25
    assert found.slope <= 0.10
    assert found.drift <= 0.20


def test_tiles_see_each_other() -> None:
    plan = make_plan(
        Extent(256, 2048), Params(left=64, hires="off"), Capabilities("test", native_side=256, largest_window=2**17)
    )
    for before, step in zip(plan.passes, plan.passes[1:], strict=False):
        shared = before.new[0].intersect(step.window)
        assert shared.height >= step.window.height // 8
        assert any(known.contains(shared) for known in step.known)
