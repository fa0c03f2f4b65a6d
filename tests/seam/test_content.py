"""Samplers that do not paint the truth in the band: no ghost, and no colour taken from content."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from laboratory import drifts, residuals
from laboratory.drifts import OFFSET, Drift
from laboratory.photos import photo
from laboratory.seam import Report, measured
from laboratory.truth import shifted

from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.geometry import Extent

SIZE = Extent(576, 512)
PARAMS = Params(left=64, fill="edge")
HOW = pytest.mark.parametrize("how", ["mean", "seam"])


def quick_first(*values: Any, quick: int = 2) -> list[Any]:
    """All of them; those after the first few only in the long run."""
    return [value if number < quick else pytest.param(value, marks=pytest.mark.long) for number, value in enumerate(values)]


PAIRS = pytest.mark.parametrize(
    "pair",
    quick_first(
        ("astronaut", "chelsea"), ("coffee", "rocket"), ("chelsea", "retina"), ("rocket", "retina"), ("hubble", "astronaut")
    ),
    ids="-".join,
)
PHOTOS = pytest.mark.parametrize("name", quick_first("coffee", "astronaut", "chelsea", "rocket", "hubble", quick=1))


def band(found: Report) -> torch.Tensor:
    left = found.grown.source.left
    where = torch.zeros(SIZE.height, SIZE.width, dtype=torch.bool)
    where[:, left : left + 32] = True
    return where


def levels(found: Report) -> torch.Tensor:
    return (found.grown.pixels * 255).round()


@HOW
@PAIRS
def test_no_colour_is_taken_from_other_content(pair: tuple[str, str], how: str) -> None:
    """Another photo everywhere: the new area stays as the sampler painted it."""
    truth, other = (photo(name, SIZE) for name in pair)
    found = measured(truth, PARAMS.changed(color_match=how), other=other, everywhere=True)
    assert residuals.drift_left(levels(found) - other, found.grown.source) < 0.2


@PAIRS
def test_no_ghost_of_other_content(pair: tuple[str, str]) -> None:
    truth, other = (photo(name, SIZE) for name in pair)
    found = measured(truth, PARAMS, other=other)
    assert residuals.detail_kept(levels(found), truth, other, band(found)) >= 0.8


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (-2, 0), (0, 2)])
@PHOTOS
def test_a_shift_of_2_px_in_the_band(name: str, dx: int, dy: int) -> None:
    truth = photo(name, SIZE)
    moved = shifted(truth, dx, dy)
    found = measured(truth, PARAMS, other=moved)
    assert found.drift <= 0.25, "colour taken from content"
    assert residuals.detail_kept(levels(found), truth, moved, band(found)) >= 0.8


@pytest.mark.parametrize("name", quick_first("astronaut", "coffee", "chelsea", "rocket", quick=1))
def test_a_drift_is_found_under_a_shift_of_2_px(name: str) -> None:
    truth = photo(name, SIZE)
    found = measured(truth, PARAMS, OFFSET, other=shifted(truth, 2, 0))
    assert found.drift <= 0.4


@HOW
@pytest.mark.parametrize("drift", [Drift("blur", blur=1.5), Drift("noise", noise=4), drifts.VAE], ids=lambda d: d.name)
@PHOTOS
def test_blur_and_noise_are_not_taken_for_colour(name: str, drift: Drift, how: str) -> None:
    """Not worse than without colour match, in colour or in noise: `mean`, with fewer terms to explain a blur by, nearly."""
    truth = photo(name, SIZE)
    off = measured(truth, PARAMS.changed(color_match="off"), drift)
    found = measured(truth, PARAMS.changed(color_match=how), drift)
    assert found.drift <= off.drift + (0.05 if how == "seam" else 0.15)
    new = (slice(None), slice(None), slice(0, 64))
    assert float(found.residual[new].std()) <= 1.02 * float(off.residual[new].std())


@pytest.mark.parametrize("name", quick_first("astronaut", "coffee", "chelsea", "rocket", quick=1))
@pytest.mark.parametrize("drift", [OFFSET, drifts.GAIN, drifts.GRADIENT_X], ids=lambda d: d.name)
def test_a_drift_is_found_under_blur_and_noise(name: str, drift: Drift) -> None:
    """With the blur and grain of a VAE the low-passed residual is that of the grain alone, or little more."""
    truth = photo(name, SIZE)
    noisy = Drift(drift.name, drift.offset, drift.gain, drift.gradient, drift.axis, blur=0.7, noise=2)
    alone = measured(truth, PARAMS, drifts.VAE)
    assert measured(truth, PARAMS, noisy).drift <= alone.drift + 0.2
