"""Tiles smaller than the band is wide: the blend ends in 0 where a window ends, not in a line."""

from __future__ import annotations

import pytest
import torch

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import box_coverage
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent, bounding
from lib_outpaint.planning.plan import Pass, make_plan

CPU = torch.device("cpu")
SIDES = ("left", "right", "up", "down")


def coverage(step: Pass, params: Params, source: Box) -> torch.Tensor:
    return box_coverage(step.new, step.window, params, source, CPU, bounding((*step.known, *step.new)))


def edges(found: torch.Tensor, step: Pass, side: str) -> list[torch.Tensor]:
    """The first and last lines of a tile's coverage across the side, inside the picture, where the picture goes on."""
    whole, window = bounding((*step.known, *step.new)), step.window
    known = step.known[0].intersect(window).within(window).slices
    lines = []
    if side in ("left", "right"):
        lines += [found[0, known[1]]] if window.top > whole.top else []
        lines += [found[-1, known[1]]] if window.bottom < whole.bottom else []
    else:
        lines += [found[known[0], 0]] if window.left > whole.left else []
        lines += [found[known[0], -1]] if window.right < whole.right else []
    return lines


@pytest.mark.parametrize("overlap", [16, 32, 64, 128])
@pytest.mark.parametrize(("most", "step"), [(256 * 256, 0), (256 * 256, 512), (640 * 320, 512)])
@pytest.mark.parametrize("side", SIDES)
def test_no_line_where_a_window_ends(side: str, most: int, step: int, overlap: int) -> None:
    params = Params(**{side: step or 128}, overlap=overlap, step=step, hires="off")
    plan = make_plan(Extent(1000, 1000), params, Capabilities("test", native_side=256, largest_window=most))
    assert len(plan.passes) > 3
    for tile in plan.passes:
        found = coverage(tile, params, plan.source)
        ends = edges(found, tile, side)
        assert len(ends) == (1 if tile.tile in (1, tile.tiles) else 2)
        assert max(float(end.max()) for end in ends) < 0.01
        for new in tile.new:
            assert bool((found[new.within(tile.window).slices] == 1).all())


def test_the_ramp_is_as_wide_as_there_is_room_and_the_band_elsewhere() -> None:
    """Eight px to the window's upper edge, where the picture goes on, and a band of 32."""
    params = Params(left=16, overlap=32, mask_blur=0, mask_falloff=1)
    window, new = Box(0, 24, 64, 96), Box(0, 32, 16, 48)
    found = box_coverage((new,), window, params, Box(16, 0, 200, 200), CPU, Box(0, 0, 200, 200))
    whole_band = pytest.approx([1 - (px + 0.5) / 32 for px in range(32)], abs=1e-3)
    assert found[:8, 4].flip(0).tolist() == pytest.approx([1 - (px + 0.5) / 7.5 for px in range(7)] + [0], abs=1e-3)
    assert found[24:56, 4].tolist() == whole_band
    assert found[16, 16:48].tolist() == whole_band


def test_an_edge_of_the_picture_shortens_nothing() -> None:
    params = Params(left=16, overlap=32, mask_blur=0, mask_falloff=1)
    window, new, source = Box(0, 24, 64, 64), Box(0, 32, 16, 48), Box(16, 24, 200, 64)
    found = box_coverage((new,), window, params, source, CPU, Box(0, 24, 200, 64))
    assert torch.equal(found, box_coverage((new,), window, params, source, CPU))
    assert float(found[0, 4]) == pytest.approx(1 - 7.5 / 32, abs=1e-3)


def test_the_band_between_generated_areas_is_shortened_too() -> None:
    """Overlap 0 protects the original; beside it, where both areas are generated, the ramp has the eight px there are."""
    params = Params(left=16, overlap=0, mask_blur=0, mask_falloff=1)
    window, new = Box(0, 24, 64, 96), Box(0, 32, 16, 48)
    found = box_coverage((new,), window, params, Box(16, 0, 200, 200), CPU, Box(0, 0, 200, 200))
    assert found[:8, 4].flip(0).tolist() == pytest.approx([1 - (px + 0.5) / 7.5 for px in range(7)] + [0], abs=1e-3)
    assert float(found[:, 16:].max()) == 0


def test_room_for_the_whole_band_shortens_nothing_and_one_px_is_enough_for_an_end() -> None:
    params = Params(left=16, overlap=32, mask_blur=0, mask_falloff=1)
    new, source, whole = Box(0, 40, 16, 48), Box(16, 0, 200, 200), Box(0, 0, 200, 200)
    just = box_coverage((new,), Box(0, 8, 64, 96), params, source, CPU, whole)
    assert float(just[0, 4]) == pytest.approx(1 - 31.5 / 32, abs=1e-3)
    assert float(box_coverage((new,), Box(0, 39, 64, 96), params, source, CPU, whole)[0, 4]) == 0
    assert float(box_coverage((new,), Box(0, 40, 64, 96), params, source, CPU, whole)[0, 4]) == 1
