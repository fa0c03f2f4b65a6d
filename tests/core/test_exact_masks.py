"""Masks in numbers: values worked out by hand or from the formulas in the docstrings."""

from __future__ import annotations

import math

import pytest
import torch
from closeness import near

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import as_pixels, box_coverage, distance, latent_extent, masks_for, ramp, region_coverage
from lib_outpaint.planning.geometry import Box, Extent

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
    assert near(table[[0, 32, 64]], [1, table[32], 0])
    assert 0.45 < float(table[32]) < 0.5  # the step is at the middle, which is just outside it
    assert near(table[1:32].flip(0) + table[32:63], [1.0] * 31, 1e-4)


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


def test_a_painted_region_in_numbers() -> None:
    tall = torch.zeros(15, 15, dtype=torch.bool)
    tall[:, 7] = True
    found = region_coverage(tall, Params(overlap=4, mask_falloff=1.0))[7, 2:13]
    # Grown by 2, then averaged over 5: a ramp of fifths, and 1 on what was painted.
    assert near(found, [0, 0.2, 0.4, 0.6, 0.8, 1, 0.8, 0.6, 0.4, 0.2, 0])
    assert near(
        region_coverage(tall, Params(overlap=4, mask_falloff=2.0))[7, 2:13],
        [0, 0.04, 0.16, 0.36, 0.64, 1, 0.64, 0.36, 0.16, 0.04, 0],
    )
    assert near(region_coverage(tall, Params(overlap=1)), tall.float())
    assert near(region_coverage(tall, Params(overlap=2))[7, 2:13], [0, 0, 0, 1 / 3, 2 / 3, 1, 2 / 3, 1 / 3, 0, 0, 0])


def test_cells() -> None:
    coverage = torch.zeros(8, 16)
    coverage[3, 3], coverage[4, 9] = 0.5, 0.49
    known = torch.ones(8, 16, dtype=torch.bool)
    masks = masks_for(coverage, known, 4)
    assert masks.coverage is coverage
    assert masks.latent.tolist() == [[True, False, False, False], [False, False, True, False]]
    assert masks.conditioning.tolist() == [[True, False, False, False], [False] * 4]
    known[7, 15] = False
    masks = masks_for(coverage, known, 4)
    assert masks.latent[1].tolist() == [False, False, True, True]
    assert masks.conditioning[1].tolist() == [False, False, False, True]
    assert as_pixels(torch.tensor([[True, False]]), 2).tolist() == [[True, True, False, False]] * 2
    assert latent_extent(Extent(64, 48), 8) == Extent(8, 6)
