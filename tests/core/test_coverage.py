"""Coverage, where the output changes: its ramp and its shape, in values worked out by hand and as properties."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from closeness import near
from hypothesis import given, settings
from hypothesis import strategies as st
from mask_cases import bands, coverage, percent

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import box_coverage, distance, ramp
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent
from lib_outpaint.planning.plan import make_plan

CPU = torch.device("cpu")


@pytest.mark.parametrize("falloff", [0.25, 1.0, 2.0])
@pytest.mark.parametrize("overlap", [1, 8, 32])
def test_a_ramp_without_blur_is_its_formula(overlap: int, falloff: float) -> None:
    table = ramp(overlap, 0, falloff)
    assert table.dtype == torch.float32
    assert table.shape == (overlap * 16 + 1,)
    assert near(table, [(1 - i / (overlap * 16)) ** falloff for i in range(overlap * 16 + 1)])


@pytest.mark.parametrize(("overlap", "blur", "falloff"), [(8, 2, 1.0), (8, 2, 2.0), (32, 4, 0.5), (6, 1, 1.0)])
def test_a_blurred_ramp_is_its_formula(overlap: int, blur: int, falloff: float) -> None:
    """The pulled-in ramp, smoothed by a raised cosine, summed up one by one."""
    taps = blur * 16

    def pulled_in(i: int) -> float:
        t = i / 16
        u = min(max((overlap - blur - t) / (overlap - 2 * blur), 0.0), 1.0)
        return u**falloff

    weights = [1 + math.cos(j * math.pi / (taps + 1)) for j in range(-taps, taps + 1)]
    count = overlap * 16

    def value(i: int) -> float:
        inside = [1.0 if i + j < 0 else 0.0 if i + j > count else pulled_in(i + j) for j in range(-taps, taps + 1)]
        return sum(w * v for w, v in zip(weights, inside, strict=True)) / sum(weights)

    expected = [value(i) for i in range(count + 1)]
    expected[0], expected[-1] = 1.0, 0.0
    assert near(ramp(overlap, blur, falloff), expected)


def test_a_blur_of_the_whole_band_is_a_smoothed_step() -> None:
    table = ramp(4, 64, 1.0)
    assert near(table[[0, 64]], [1, 0])
    assert 0.45 < float(table[32]) < 0.5  # the step is at the middle, which is just outside it
    assert near(table[1:32].flip(0) + table[32:63], [1.0] * 31, 1e-4)


@settings(max_examples=90)
@given(bands)
def test_the_ramp_falls_from_1_to_0_inside_the_band(band: tuple[int, int, float]) -> None:
    overlap, blur, falloff = band
    values = ramp(overlap, blur, falloff)
    assert len(values) == 16 * overlap + 1
    assert (float(values[0]), float(values[-1])) == (1, 0)
    assert bool((values[1:] <= values[:-1] + 1e-6).all()), "not monotone"


@pytest.mark.parametrize("blur", [1, 4, 16, 17, 64])
@pytest.mark.parametrize("falloff", [0.25, 1.0, 4.0])
def test_a_blurred_ramp_is_continuous_at_both_ends(blur: int, falloff: float) -> None:
    steps = (-ramp(32, blur, falloff).diff()).clamp(min=0)
    assert float(steps.max()) < 0.1, "a jump between samples a 16th of a px apart"
    assert float(steps[0]) < 0.01
    assert float(steps[-1]) < 0.03


def test_the_exponent_keeps_more_of_the_original() -> None:
    kept = [float(ramp(32, 4, falloff).mean()) for falloff in (0.25, 0.5, 1.0, 2.0, 4.0)]
    assert all(before > after for before, after in pairwise(kept))
    assert kept[2] == pytest.approx(0.5, abs=0.01)


def test_blur_is_cut_at_half_the_band() -> None:
    assert torch.equal(ramp(8, 64, 1.0), ramp(8, 4, 1.0))
    assert not torch.equal(ramp(8, 4, 1.0), ramp(8, 3, 1.0))


def test_distances() -> None:
    box = Box(4, 4, 6, 6)
    found = distance([box], Box(0, 0, 9, 8), CPU)
    assert found.dtype == torch.float32
    assert found.shape == (8, 9)
    assert near(found[4], [3.5, 2.5, 1.5, 0.5, 0, 0, 0.5, 1.5, 2.5])
    assert near(found[:, 5], [3.5, 2.5, 1.5, 0.5, 0, 0, 0.5, 1.5])
    assert near(found[0, 0], math.hypot(3.5, 3.5))
    assert near(found[7, 8], math.hypot(2.5, 1.5))
    assert near(found[0, 8], math.hypot(2.5, 3.5))
    two = distance([box, Box(8, 0, 9, 8)], Box(0, 0, 9, 8), CPU)
    assert near(two[4], [3.5, 2.5, 1.5, 0.5, 0, 0, 0.5, 0.5, 0])


@pytest.mark.parametrize("box", [Box(0, 3, 9, 5), Box(0, 3, 12, 5), Box(-3, 3, 9, 5)])
def test_a_strip_as_long_as_the_window_has_straight_distances(box: Box) -> None:
    found = distance([box], Box(0, 0, 9, 8), CPU)
    assert near(found, torch.tensor([2.5, 1.5, 0.5, 0, 0, 0.5, 1.5, 2.5])[:, None].expand(8, 9))
    tall = distance([Box(box.top, box.left, box.bottom, box.right)], Box(0, 0, 8, 9), CPU)
    assert near(tall, found.T)


def test_coverage_in_numbers() -> None:
    window, new = Box(0, 0, 8, 2), [Box(0, 0, 3, 2)]
    plain = Params(overlap=4, mask_blur=0, mask_falloff=1.0)
    # At 0.5, 1.5, 2.5 and 3.5 px: the middle of each pixel.
    row = [1, 1, 1, 0.875, 0.625, 0.375, 0.125, 0]
    assert near(box_coverage(new, window, plain, Box(3, 0, 8, 2), CPU), [row, row])
    steep = Params(overlap=4, mask_blur=0, mask_falloff=2.0)
    assert near(box_coverage(new, window, steep, Box(3, 0, 8, 2), CPU)[0], [value**2 for value in row], 2e-4)
    one = Params(overlap=1, mask_blur=0)
    assert near(box_coverage(new, window, one, Box(3, 0, 8, 2), CPU)[0], [1, 1, 1, 0.5, 0, 0, 0, 0])
    none = Params(overlap=0)
    assert near(box_coverage(new, window, none, Box(3, 0, 8, 2), CPU)[0], [1, 1, 1, 0, 0, 0, 0, 0])
    # Beside generated area the band is the joint's 32 px, and the source keeps its own.
    mixed = box_coverage(new, window, Params(overlap=0, mask_blur=0), Box(5, 0, 8, 2), CPU)[0]
    assert near(mixed, [1, 1, 1, 1 - 0.5 / 32, 1 - 1.5 / 32, 0, 0, 0])


def test_a_position_between_two_samples_of_the_ramp() -> None:
    """Only corners are at such distances: the table is interpolated there."""
    params = Params(overlap=8, mask_blur=0, mask_falloff=1.0)
    found = box_coverage([Box(0, 0, 2, 2)], Box(0, 0, 8, 8), params, Box(2, 0, 8, 8), CPU)
    for x, y in ((2, 2), (3, 5), (6, 4)):
        assert near(found[y, x], max(1 - math.hypot(x - 1.5, y - 1.5) / 8, 0), 1e-4)


LEFT_BAND_4 = [[100, 100, 100, 88, 62, 38, 12, 0, 0, 0]] * 10


@pytest.mark.parametrize(
    ("side", "shape"),
    [
        ("left", LEFT_BAND_4),
        ("right", [row[::-1] for row in LEFT_BAND_4]),
        ("up", [list(column) for column in zip(*LEFT_BAND_4, strict=True)]),
        ("down", [list(column) for column in zip(*LEFT_BAND_4, strict=True)][::-1]),
    ],
)
def test_coverage_of_a_side(side: str, shape: list[list[int]]) -> None:
    window = Box(0, 0, 10, 10)
    new, known = {
        "left": (Box(0, 0, 3, 10), Box(3, 0, 10, 10)),
        "right": (Box(7, 0, 10, 10), Box(0, 0, 7, 10)),
        "up": (Box(0, 0, 10, 3), Box(0, 3, 10, 10)),
        "down": (Box(0, 7, 10, 10), Box(0, 0, 10, 7)),
    }[side]
    assert percent(coverage([new], window, known, overlap=4, mask_blur=0)) == shape


def test_coverage_of_a_corner_is_the_nearer_seam() -> None:
    new = [Box(0, 0, 3, 10), Box(0, 0, 10, 2)]
    found = percent(coverage(new, Box(0, 0, 10, 10), Box(3, 2, 10, 10), overlap=4, mask_blur=0))
    assert found[:2] == [[100] * 10] * 2
    assert found[2] == [100, 100, 100, 88, 88, 88, 88, 88, 88, 88]
    assert found[4] == [100, 100, 100, 88, 62, 38, 38, 38, 38, 38]
    assert found[6] == LEFT_BAND_4[0]


def test_overlap_0_is_a_hard_step() -> None:
    found = coverage([Box(0, 0, 3, 10)], Box(0, 0, 10, 10), Box(3, 0, 10, 10), overlap=0)
    assert percent(found) == [[100] * 3 + [0] * 7] * 10


def test_overlap_0_is_still_soft_between_generated_areas() -> None:
    # Columns 0..2 are new, 3..42 were made by a pass before, the original begins at 43.
    found = coverage([Box(0, 0, 3, 8)], Box(0, 0, 64, 8), Box(43, 0, 64, 8), overlap=0, mask_blur=0)
    assert percent(found)[0][:7] == [100, 100, 100, 98, 95, 92, 89]
    assert float(found[:, 35:].max()) == 0
    near = coverage([Box(0, 0, 3, 8)], Box(0, 0, 64, 8), Box(13, 0, 64, 8), overlap=0, mask_blur=0)
    assert float(near[:, 12].min()) > 0.5
    assert float(near[:, 13:].max()) == 0, "the original is touched"


@settings(max_examples=60)
@given(bands, st.integers(1, 80), st.integers(1, 80), st.integers(1, 60))
def test_coverage_is_the_same_for_all_four_sides(band: tuple[int, int, float], width: int, height: int, grow: int) -> None:
    overlap, blur, falloff = band
    values = {"overlap": overlap, "mask_blur": blur, "mask_falloff": falloff}
    w, h = width + grow, height
    left = coverage([Box(0, 0, grow, h)], Box(0, 0, w, h), Box(grow, 0, w, h), **values)
    right = coverage([Box(width, 0, w, h)], Box(0, 0, w, h), Box(0, 0, width, h), **values)
    up = coverage([Box(0, 0, h, grow)], Box(0, 0, h, w), Box(0, grow, h, w), **values)
    down = coverage([Box(0, width, h, w)], Box(0, 0, h, w), Box(0, 0, h, width), **values)
    assert torch.equal(right, left.flip(1))
    assert torch.equal(up, left.T)
    assert torch.equal(down, left.T.flip(0))
    assert bool((left[:, :grow] == 1).all()), "a new pixel is not all new"
    assert bool((left[:, grow + overlap :] == 0).all()), "the output changes beyond the band"
    assert bool((left.diff(dim=1) <= 1e-6).all()), "not monotone"


@pytest.mark.parametrize(
    ("source", "values"),
    [
        (Extent(371, 681), {"left": 128}),
        (Extent(371, 681), {"left": 300, "up": 300}),
        (Extent(371, 681), {"right": 40, "down": 40}),
        (Extent(200, 201), {"left": 9, "right": 9, "up": 9, "down": 9}),
        (Extent(371, 681), {"left": 100, "context": 16, "overlap": 256}),
        (Extent(500, 4000), {"left": 100, "overlap": 256}),
        (Extent(4000, 500), {"up": 300, "overlap": 0}),
        (Extent(900, 900), {"left": 256, "down": 100, "context": 16, "overlap": 16}),
    ],
    ids=str,
)
def test_no_blend_ends_in_a_line_at_a_windows_edge(source: Extent, values: dict[str, int]) -> None:
    plan = make_plan(source, Params(**values), Capabilities("test"))
    for step in plan.passes:
        window = step.window
        around = Box(window.left - 1, window.top - 1, window.right + 1, window.bottom + 1)
        known = torch.zeros(around.height, around.width, dtype=torch.bool)
        for box in step.known:
            rows, columns = box.intersect(around).within(around).slices
            known[rows, columns] = True
        cover = torch.zeros(around.height, around.width)
        cover[1:-1, 1:-1] = coverage(list(step.new), window, plan.source, **values)
        for inside, outside in (
            ((slice(None), 1), (slice(None), 0)),
            ((slice(None), -2), (slice(None), -1)),
            ((1, slice(None)), (0, slice(None))),
            ((-2, slice(None)), (-1, slice(None))),
        ):
            cut = cover[inside][known[inside] & known[outside]]
            assert float(cut.max() if cut.numel() else 0) < 0.06, f"the band of {step.name} is cut"
