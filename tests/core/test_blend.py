"""The blend in numbers, worked out by hand or from the formulas in the docstrings, and what a host returned."""

from __future__ import annotations

import math

import pytest
import torch
from closeness import near

from lib_outpaint.errors import BackendError
from lib_outpaint.pixels.blend import BLACK, around, black_where, blend, blend_bands, checked


def test_blend_in_numbers() -> None:
    known, sampled = torch.full((3, 1, 5), 0.2), torch.full((3, 1, 5), 0.6)
    sampled[:, 0, 0], known[:, 0, 4] = float("inf"), float("nan")
    coverage = torch.tensor([[0.0, 0.25, 0.5, 0.75, 1.0]])
    assert near(blend(known, sampled, coverage), torch.tensor([0.2, 0.3, 0.4, 0.5, 0.6]).expand(3, 1, 5))


def test_where_a_region_lies() -> None:
    where = torch.zeros(6, 9, dtype=torch.bool)
    assert around(where) == (slice(0, 0), slice(0, 0))
    where[2, 3] = where[4, 5] = True
    assert around(where) == (slice(2, 5), slice(3, 6))
    assert around(where, 1) == (slice(1, 6), slice(2, 7))
    assert around(where, 100) == (slice(0, 6), slice(0, 9))


def banded(width: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Coverage that falls from 1 to 0 over 32 px of a wide row, and all of it known beyond the new area."""
    coverage = (1 - (torch.arange(width) - 16).clamp(0, 32) / 32).expand(40, width).contiguous()
    return coverage, (coverage < 1)


def test_colours_change_over_all_of_the_band() -> None:
    """Two flat pictures: the low band alone differs, and the blend is a plain cross-fade."""
    coverage, where = banded()
    known, sampled = torch.full((3, 40, 64), 0.2), torch.full((3, 40, 64), 0.6)
    found = blend_bands(known, sampled, coverage, where)
    assert near(found, 0.2 + 0.4 * coverage.expand(3, 40, 64), 1e-5)
    assert near(found, blend(known, sampled, coverage), 1e-5)


def test_detail_changes_over_in_the_middle_of_the_band() -> None:
    """Stripes of one px average out: they are detail, and belong to one of the pictures outside coverage 0.35 to 0.65."""
    coverage, where = banded()
    stripes = 0.5 + 0.2 * (torch.arange(40) % 2 * 2 - 1)[:, None].expand(40, 64)
    known, sampled = torch.full((3, 40, 64), 0.5), stripes.expand(3, 40, 64).contiguous()
    found = blend_bands(known, sampled, coverage, where)[0, 10:30]
    share = coverage[10:30]
    # The filter leaves 1/13 of the stripes in the low band, once more filtered: 1/169.
    assert near(found[share <= 0.35], 0.5, 0.01)
    assert near(found[share >= 0.65], stripes[10:30][share >= 0.65], 0.01)
    middle = found[:, (share[0] > 0.49) & (share[0] < 0.51)]
    assert near(middle, 0.5 + (stripes[10:30, :1] - 0.5) / 2, 0.01)
    quarter = share[0] == 0.4375  # of the way: (0.4375 - 0.35) / 0.3, smoothed
    s = (0.4375 - 0.35) / 0.3
    assert near(found[:, quarter], 0.5 + (stripes[10:30, :1] - 0.5) * (s * s * (3 - 2 * s)), 0.01)


def test_what_differs_nearby_does_not_colour_a_pixel_on_which_both_agree() -> None:
    coverage, where = banded()
    known = torch.full((3, 40, 64), 0.5)
    sampled = known.clone()
    sampled[:, :, 20:28] = 0.9
    found = blend_bands(known, sampled, coverage, where)
    assert torch.equal(found[:, :, 28:], known[:, :, 28:])
    assert float((found - known).abs()[:, :, 20:28].min()) > 0.1


@pytest.mark.parametrize("sign", [1, -1])
def test_a_pixel_moves_no_further_than_the_two_pictures_differ_on_it(sign: int) -> None:
    coverage, where = banded()
    known = torch.full((3, 40, 64), 0.5)
    sampled = known + sign * 0.3
    sampled[:, 20, 30] = 0.5 - sign * 0.05
    found = blend_bands(known, sampled, coverage, where)
    assert float((found - known)[:, 20, 30].abs().max()) <= 0.1 + 1e-6


def test_beyond_the_band_and_in_the_new_area_nothing_is_mixed() -> None:
    coverage, where = banded()
    generator = torch.Generator().manual_seed(1)
    known, sampled = torch.rand(3, 40, 64, generator=generator), torch.rand(3, 40, 64, generator=generator)
    found = blend_bands(known, sampled, coverage, where)
    assert torch.equal(found[:, :, 48:], known[:, :, 48:])
    assert torch.equal(found[:, :, :17], sampled[:, :, :17])
    assert float(found.min()) >= 0
    assert float(found.max()) <= 1
    # What is unknown has no say: whatever it holds, the band stays as it is.
    other = torch.where(where[None], known, torch.full_like(known, 0.77))
    assert torch.equal(blend_bands(other, sampled, coverage, where), found)
    # Nor do px that are too far away to reach the filter.
    far = known.clone()
    far[:, :, 63] = 0
    assert torch.equal(blend_bands(far, sampled, coverage, where)[:, :, :50], found[:, :, :50])


def test_without_a_band_it_is_the_plain_blend() -> None:
    generator = torch.Generator().manual_seed(2)
    known, sampled = torch.rand(3, 8, 8, generator=generator), torch.rand(3, 8, 8, generator=generator)
    coverage = (torch.arange(8) < 3).float().expand(8, 8).contiguous()
    found = blend_bands(known, sampled, coverage, coverage < 1)
    assert torch.equal(found, torch.where(coverage[None] > 0, sampled, known))


# What a host returned


def test_what_is_checked_comes_back_clamped_and_in_float() -> None:
    prefilled = torch.full((3, 4, 8), 0.5)
    found = checked(torch.linspace(-1, 2, 96, dtype=torch.float64).reshape(3, 4, 8), prefilled)
    assert found.dtype == torch.float32
    assert near(found, torch.linspace(-1, 2, 96).reshape(3, 4, 8).clamp(0, 1))


@pytest.mark.parametrize(
    ("sampled", "code"),
    [
        (torch.zeros(3, 4, 9), "returned-size"),
        (torch.zeros(5), "returned-size"),
        (torch.full((3, 4, 8), math.nan), "returned-nan"),
        (torch.full((3, 4, 8), -math.inf), "returned-nan"),
        (torch.full((3, 4, 8), BLACK), "returned-black"),
        (torch.full((3, 4, 8), -1.0), "returned-black"),
    ],
)
def test_what_is_refused(sampled: torch.Tensor, code: str) -> None:
    with pytest.raises(BackendError) as caught:
        checked(sampled, torch.full((3, 4, 8), 0.5))
    assert caught.value.code == code


@pytest.mark.parametrize(("sampled", "size"), [(torch.zeros(3, 4, 9), "9x4"), (torch.zeros(5), "(5,)")])
def test_a_wrong_size_is_told_with_the_one_wanted(sampled: torch.Tensor, size: str) -> None:
    with pytest.raises(BackendError) as caught:
        checked(sampled, torch.full((3, 4, 8), 0.5))
    assert str(caught.value) == f"the sampler returned {size} for a window of 8x4"


def test_what_is_dark_is_not_black() -> None:
    dark = torch.zeros(3, 4, 8)
    dark[0, 0, 0] = 1 / 255
    assert torch.equal(checked(dark, torch.full((3, 4, 8), 0.5)), dark)
    assert torch.equal(checked(torch.zeros(3, 4, 8), torch.full((3, 4, 8), 0.0999)), torch.zeros(3, 4, 8))


def test_black_in_the_new_area() -> None:
    cells = torch.tensor([[True, False]])
    sampled, prefilled = torch.full((3, 8, 16), 0.5), torch.full((3, 8, 16), 0.5)
    sampled[:, :, :8] = 0
    assert black_where(cells, sampled, prefilled, 8)
    assert not black_where(~cells, sampled, prefilled, 8)
    assert not black_where(torch.zeros_like(cells), sampled, prefilled, 8)
    assert not black_where(torch.ones_like(cells), sampled, prefilled, 8)
    dark = prefilled.clone()
    dark[:, :, :8] = 0.1
    assert not black_where(cells, sampled, dark, 8)
