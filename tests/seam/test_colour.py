"""Colour match of single windows, and the blend."""

from __future__ import annotations

import pytest
import torch
from laboratory.drifts import OFFSET, clipped_bytes
from laboratory.photos import photo

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels import blend as composite
from lib_outpaint.pixels.colour import match as colour
from lib_outpaint.pixels.colour.evidence import Cells, derivatives
from lib_outpaint.pixels.colour.membrane import membrane
from lib_outpaint.pixels.masks import Masks, box_coverage, masks_for
from lib_outpaint.planning.geometry import Box, Extent

SIZE = Extent(256, 192)
NEW = Box(0, 0, 128, 192)


def prepared(device: str = "cpu", overlap: int = 32) -> tuple[torch.Tensor, Masks]:
    """What is known of a window that grows 128 px to the left, and its masks."""
    place = torch.device(device)
    coverage = box_coverage((NEW,), SIZE.box, Params(left=128, overlap=overlap), Box(128, 0, 256, 192), place)
    known = torch.ones(SIZE.height, SIZE.width, dtype=torch.bool, device=place)
    known[NEW.slices] = False
    return known, masks_for(coverage, known, 8)


def matched(
    sampled: torch.Tensor, truth: torch.Tensor, how: str = "seam", kind: str = "pinned", overlap: int = 32
) -> torch.Tensor:
    """Levels in and out."""
    known, masks = prepared(str(sampled.device), overlap)
    source = truth / 255 * known
    return colour.match(sampled / 255, source, known, masks, how, kind, 8)[0] * 255  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["off", "mean", "seam"])
@pytest.mark.parametrize("kind", ["pinned", "whole"])
def test_what_has_not_drifted_is_returned_as_it_is(how: str, kind: str) -> None:
    truth = photo("coffee", SIZE)
    assert torch.equal(matched(truth, truth, how, kind), truth / 255 * 255)


def test_off_does_nothing() -> None:
    truth = photo("coffee", SIZE)
    sampled = clipped_bytes(truth + 9)
    assert torch.equal(matched(sampled, truth, "off"), sampled / 255 * 255)


@pytest.mark.parametrize("how", ["mean", "seam"])
def test_half_a_level_lost_by_truncating_comes_back(how: str) -> None:
    truth = photo("chelsea", SIZE)
    fraction = torch.rand(truth.shape, generator=torch.Generator().manual_seed(1))
    sampled = (truth + fraction - 0.5).clamp(0, 255).floor()  # a decoder's floats, truncated: half a level too dark
    assert abs(float((sampled - truth).mean()) + 0.5) < 0.02
    assert abs(float((matched(sampled, truth, how) - truth)[:, :, :128].mean())) < 0.05


@pytest.mark.parametrize("level", [0.0, 3.0, 128.0, 252.0, 255.0])
@pytest.mark.parametrize("shift", [-6.0, 0.0, 5.0])
def test_flat_pictures(level: float, shift: float) -> None:
    """One level everywhere: no division by a zero deviation, and the drift goes where it was not clipped away."""
    truth = torch.full((3, 192, 256), level)
    left = (matched(clipped_bytes(truth + shift), truth) - truth)[:, :, :128]
    assert bool(torch.isfinite(left).all())
    assert float(left.abs().max()) <= abs(shift)
    if 10 < level + shift < 245 and 10 < level < 245:
        assert float(left.abs().max()) <= 0.51


def test_clipped_white_stays_white() -> None:
    """Half the picture is white: a drift of +6 is not taken out of what it clipped."""
    truth = photo("coffee", SIZE).clone()
    truth[:, ::2] = 255
    found = matched(clipped_bytes(truth + 6), truth)
    assert float((found - truth)[:, ::2, :128].abs().max()) <= 1


def test_no_evidence_on_a_pinned_host_without_overlap() -> None:
    truth = photo("coffee", SIZE)
    sampled = clipped_bytes(truth + 5)
    known, _ = prepared()
    pinned = torch.where(known[None], truth, sampled)
    assert torch.equal(matched(pinned, truth, overlap=0), pinned / 255 * 255)


@pytest.mark.parametrize("dims", [(1,), (2,), (1, 2)])
def test_mirrored_windows_are_matched_alike(dims: tuple[int, ...]) -> None:
    truth = photo("rocket", SIZE)
    sampled = clipped_bytes(truth * 1.03 + 2)
    known, masks = prepared()
    there = colour.match(sampled / 255, truth / 255 * known, known, masks, "seam", "pinned", 8)[0]
    flipped = Masks(*(m.flip([d - 1 for d in dims]) for m in (masks.coverage, masks.latent, masks.conditioning)))
    back = colour.match(
        (sampled / 255).flip(dims),
        (truth / 255 * known).flip(dims),
        known.flip([d - 1 for d in dims]),
        flipped,
        "seam",
        "pinned",
        8,
    )[0].flip(dims)
    assert float((there - back).abs().max()) * 255 <= 1.01
    assert float(((there - back).abs() * 255 > 0.5).float().mean()) < 0.01


def test_a_float_sampler_is_not_rounded() -> None:
    truth = photo("rocket", SIZE)
    found = matched((truth * 1.01 + 2.345).clamp(0, 255), truth)
    assert float((found - found.round()).abs().max()) > 0.2
    assert float((found - truth)[:, :, :128].abs().mean()) < 0.1


def test_whole_levels_stay_whole_levels() -> None:
    truth = photo("rocket", SIZE)
    found = matched(clipped_bytes(truth * 1.03), truth)[:, :, :128]
    assert float((found - found.round()).abs().max()) < 1e-3


def test_the_membrane_solves_its_equation() -> None:
    """Against a dense solution of the same least squares problem."""
    generator = torch.Generator().manual_seed(0)
    values, weight = torch.randn(1, 6, 7, generator=generator), torch.rand(1, 6, 7, generator=generator)
    stiffness, reach = 0.5, 3.0
    matrix = torch.diag(weight.flatten()) + stiffness / reach**2 * torch.eye(42)
    for row in range(6):
        for column in range(7):
            for down, right in ((1, 0), (0, 1)):
                if row + down < 6 and column + right < 7:
                    a, b = row * 7 + column, (row + down) * 7 + column + right
                    matrix[a, a] += stiffness
                    matrix[b, b] += stiffness
                    matrix[a, b] -= stiffness
                    matrix[b, a] -= stiffness
    dense = torch.linalg.solve(matrix, (weight * values).flatten())
    assert torch.allclose(membrane(values, weight, stiffness, reach).flatten(), dense, atol=1e-4)


def test_the_membrane_fades() -> None:
    values, weight = torch.ones(1, 8, 64), torch.zeros(1, 8, 64)
    weight[:, :, 0] = 100
    found = membrane(values, weight, 0.25, 8.0)[0, 4]
    assert float(found[0]) > 0.9
    assert bool((found[1:] <= found[:-1] + 1e-6).all())
    assert float(found[63]) < 0.01


def test_blending_in_two_bands_keeps_both_ends() -> None:
    known, masks = prepared()
    first, second = photo("coffee", SIZE) / 255, photo("rocket", SIZE) / 255
    found = composite.blend_bands(first * known, second, masks.coverage, known)
    assert torch.equal(found[:, masks.coverage >= 1], second[:, masks.coverage >= 1])
    assert torch.equal(found[:, masks.coverage <= 0], first[:, masks.coverage <= 0])
    same = composite.blend_bands(first * known, first, masks.coverage, known)
    assert torch.allclose(same, first, atol=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("how", ["mean", "seam"])
def test_gpu_and_cpu_agree_within_a_level(how: str) -> None:
    truth = photo("astronaut", SIZE)
    sampled = clipped_bytes(OFFSET.applied(truth * 1.02, 0))
    known, masks = prepared()
    there_known, there_masks = prepared("cuda")
    cpu = matched(sampled, truth, how)
    gpu = matched(sampled.cuda(), truth.cuda(), how)
    assert gpu.is_cuda
    assert float((cpu - gpu.cpu()).abs().max()) <= 1.01
    mixed = composite.blend_bands(truth / 255 * known, cpu / 255, masks.coverage, known)
    there = composite.blend_bands(truth.cuda() / 255 * there_known, gpu / 255, there_masks.coverage, there_known)
    assert float((mixed - there.cpu()).abs().max()) * 255 <= 1.01


def test_without_cells_outside_nothing_shows_a_drift_of_all_pixels() -> None:
    source = torch.zeros(3, 4, 64)
    cells = Cells(source + 40, source, torch.ones(4, 64, dtype=torch.bool), torch.arange(4), torch.arange(4), (4, 4), 8)
    assert colour._everywhere(cells)
    assert not colour._everywhere(cells.only(torch.zeros(4, dtype=torch.bool)))


def test_a_drift_of_cells_too_small_for_slopes_has_none() -> None:
    source = torch.rand(3, 5, 4)
    places = torch.arange(5)
    cells = Cells(source, source, torch.ones(5, 4, dtype=torch.bool), places, places, (5, 5), 2)
    found = derivatives(cells)
    assert [part.shape for part in found] == [(3, 5)] * 3
    assert not any(part.any() for part in found)
