"""What a plan costs beside the whole canvas as one window."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from plan_cases import SD1, cases, planned

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Extent, Side, round_up
from lib_outpaint.planning.plan import make_plan


@pytest.mark.parametrize(
    ("size", "values"),
    [
        ((136, 128), {"up": 8}),
        ((136, 128), {"left": 8}),
        ((61, 45), {"right": 16}),
        ((700, 400), {"left": 100, "up": 100}),
        ((1000, 500), {"left": 40, "right": 250}),
    ],
    ids=str,
)
def test_no_dearer_than_the_canvas_as_one_window(size: tuple[int, int], values: dict[str, int]) -> None:
    found = make_plan(Extent(*size), Params(**values), SD1)
    assert found.latent_pixels <= 9 / 8 * found.canvas_latent_pixels


@settings(max_examples=200)
@given(cases())
def test_what_one_window_may_make_is_never_made_dearer(case: tuple[Extent, Params, Capabilities]) -> None:
    """Multiples of 64 px, which models are made for, may take an eighth more than the canvas itself, and no more."""
    _, params, caps = case
    found = planned(case)
    multiple = caps.size_multiple
    whole = round_up(found.canvas.width, 64) * round_up(found.canvas.height, 64)
    one_step = max(found.margins[side] for side in Side) <= (params.step or caps.native_side // 2)
    several = len(found.margins.sides) > 1
    if whole > caps.window_area or not one_step or (several and params.order == "one by one"):
        return
    canvas = round_up(found.canvas.width, multiple) * round_up(found.canvas.height, multiple)
    # A seam on the grid takes part of a cell at either side.
    grid = (found.canvas.width + 2 * multiple) * (found.canvas.height + 2 * multiple)
    cost = sum(step.window.area for step in found.passes)
    assert cost <= max(9 / 8 * canvas, grid)
