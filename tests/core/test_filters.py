"""Box filters against sums written out."""

from __future__ import annotations

import pytest
import torch

from lib_outpaint.pixels.filters import box_mean, box_sum, dilated

SIZES = [(1, 1), (1, 9), (7, 1), (6, 13), (20, 5)]
RADII = [0, 1, 2, 3, 6, 8, 25]
every_size = pytest.mark.parametrize("size", SIZES, ids=str)
every_radius = pytest.mark.parametrize("radius", RADII)


def written_out(values: torch.Tensor, radius: int) -> torch.Tensor:
    found = torch.zeros_like(values)
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            found[y, x] = values[max(y - radius, 0) : y + radius + 1, max(x - radius, 0) : x + radius + 1].sum()
    return found


def given(size: tuple[int, int]) -> torch.Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@every_size
@every_radius
def test_sums(size: tuple[int, int], radius: int) -> None:
    values = given(size)
    assert torch.allclose(box_sum(values, radius), written_out(values, radius))
    several = torch.stack([values, -values])
    assert torch.allclose(box_sum(several, radius)[1], -written_out(values, radius)), "each channel on its own"
    marks = (values > 0.5).short()
    assert torch.equal(box_sum(marks, radius), written_out(marks, radius)), "exact for masks"


@every_size
@every_radius
def test_means_are_over_what_lies_inside(size: tuple[int, int], radius: int) -> None:
    values = given(size)
    inside = written_out(torch.ones_like(values), radius)
    assert torch.allclose(box_mean(values, radius), written_out(values, radius) / inside)


@every_size
@every_radius
def test_dilated(size: tuple[int, int], radius: int) -> None:
    mask = given(size) > 0.8
    found = dilated(mask, radius)
    assert found.dtype == torch.bool
    assert torch.equal(found, written_out(mask.double(), radius) > 0)
