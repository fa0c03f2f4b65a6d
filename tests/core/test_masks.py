"""Masks: where the output changes, where the sampler paints, what the model is told is unknown."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.masks import as_pixels, box_coverage, masks_for, ramp, region_coverage
from lib_outpaint.planning.capabilities import Capabilities
from lib_outpaint.planning.geometry import Box, Extent
from lib_outpaint.planning.plan import make_plan

CPU = torch.device("cpu")
bands = st.tuples(
    st.sampled_from([1, 2, 3, 8, 33, 256]), st.sampled_from([0, 1, 4, 17, 64]), st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0])
)


def percent(mask: torch.Tensor) -> list[list[int]]:
    return [[round(100 * float(value)) for value in row] for row in mask]


def coverage(new: list[Box], window: Box, source: Box, **values: object) -> torch.Tensor:
    return box_coverage(new, window, Params(**values), source, CPU)


# The ramp


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


# Coverage, written out: a picture of 10x10 px that grew by 3 on one side

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


# Latent and conditioning masks


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


# A painted region


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
