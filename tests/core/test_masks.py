"""Masks in cells: where the sampler paints, what the model is told is unknown; and a region painted by the user."""

from __future__ import annotations

import torch
from closeness import near
from hypothesis import given
from hypothesis import strategies as st
from mask_cases import bands, coverage, percent

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import as_pixels, latent_extent, masks_for, region_coverage
from lib_outpaint.planning.geometry import Box, Extent


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


def cells(mask: torch.Tensor) -> list[str]:
    return ["".join("#" if cell else "." for cell in row) for row in mask]


def test_latent_and_conditioning_masks_are_whole_cells() -> None:
    # Grown by 16 to the left; the band of 32 px is 4 cells wide, coverage is 0.5 in the middle of it.
    window, known = Box(0, 0, 80, 24), Box(16, 0, 80, 24)
    cover = coverage([Box(0, 0, 16, 24)], window, known, overlap=32, mask_blur=4)
    unknown = torch.ones(24, 80, dtype=torch.bool)
    unknown[:, :16] = False
    masks = masks_for(cover, unknown, 8)
    assert cells(masks.latent) == ["######...."] * 3
    assert cells(masks.conditioning) == ["####......"] * 3
    assert torch.equal(masks.coverage, cover)


def test_a_cell_that_a_seam_straddles_is_painted() -> None:
    window = Box(0, 0, 40, 16)
    cover = coverage([Box(0, 0, 13, 16)], window, Box(13, 0, 40, 16), overlap=0)
    known = cover == 0
    masks = masks_for(cover, known, 8)
    assert cells(masks.latent) == cells(masks.conditioning) == ["##..."] * 2
    assert float(masks.coverage[:, 13:].max()) == 0, "the output keeps the original there"


def test_slack_is_masked_as_new() -> None:
    # A picture of 13 rows in a window of 24: rows 13..23 lie beyond the canvas.
    window, new, source = Box(0, 0, 24, 24), Box(0, 0, 8, 13), Box(8, 0, 24, 13)
    known = torch.zeros(24, 24, dtype=torch.bool)
    known[:13, 8:] = True
    masks = masks_for(coverage([new], window, source, overlap=0), known, 8)
    assert cells(masks.latent) == cells(masks.conditioning) == ["#..", "###", "###"]


@given(bands, st.integers(1, 70), st.integers(0, 3))
def test_latent_masks_hold_every_covered_pixel_and_no_other_cell(band: tuple[int, int, float], grow: int, rows: int) -> None:
    overlap, blur, falloff = band
    window = Box(0, 0, 96, 8 + 8 * rows)
    cover = coverage(
        [Box(0, 0, grow, window.height)],
        window,
        Box(grow, 0, 96, window.height),
        overlap=overlap,
        mask_blur=blur,
        mask_falloff=falloff,
    )
    known = torch.ones(window.height, 96, dtype=torch.bool)
    known[:, :grow] = False
    masks = masks_for(cover, known, 8)
    for mask, wanted in ((masks.latent, cover > 0), (masks.conditioning, cover >= 0.5)):
        blocks = wanted.reshape(1 + rows, 8, 12, 8).permute(0, 2, 1, 3).flatten(2)
        assert torch.equal(mask, blocks.any(2))
        assert bool(as_pixels(mask, 8)[wanted].all())
    assert bool((masks.latent | ~masks.conditioning).all()), "a cell that counts as unknown is not painted"


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


def test_coverage_of_a_painted_region() -> None:
    painted = torch.zeros(10, 10, dtype=torch.bool)
    painted[4:6, 4:6] = True
    found = percent(region_coverage(painted, Params(overlap=2)))
    assert found == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 11, 22, 33, 33, 22, 11, 0, 0],
        [0, 0, 22, 44, 67, 67, 44, 22, 0, 0],
        [0, 0, 33, 67, 100, 100, 67, 33, 0, 0],
        [0, 0, 33, 67, 100, 100, 67, 33, 0, 0],
        [0, 0, 22, 44, 67, 67, 44, 22, 0, 0],
        [0, 0, 11, 22, 33, 33, 22, 11, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]


@given(st.integers(0, 2**31), st.sampled_from([0, 1, 2, 5, 32, 256]), st.sampled_from([0.25, 1.0, 4.0]))
def test_a_painted_region_stays_inside_its_band(seed: int, overlap: int, falloff: float) -> None:
    painted = torch.rand(60, 90, generator=torch.Generator().manual_seed(seed)) > 0.998
    painted[30, 45] = True
    found = region_coverage(painted, Params(overlap=overlap, mask_falloff=falloff))
    assert bool((found[painted] == 1).all())
    assert bool(((found >= 0) & (found <= 1)).all())
    y, x = torch.nonzero(painted).T
    rows, columns = torch.arange(60)[:, None, None], torch.arange(90)[None, :, None]
    away = torch.maximum((rows - y).abs(), (columns - x).abs()).amin(2)
    assert bool((found[away > overlap] == 0).all())
    if overlap > 1:
        assert bool((found[away == 1] > 0).all())


def test_a_painted_region_is_the_same_under_flips_and_transposes() -> None:
    painted = torch.rand(40, 56, generator=torch.Generator().manual_seed(1)) > 0.99
    params = Params(overlap=9, mask_falloff=2)
    found = region_coverage(painted, params)
    for turn in (lambda m: m.flip(0), lambda m: m.flip(1), lambda m: m.T):
        assert torch.allclose(region_coverage(turn(painted), params), turn(found), atol=1e-6)
