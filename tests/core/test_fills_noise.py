"""The noise fill: its two settings mean what they mean in mk2."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch

from lib_outpaint.evaluate.starts import foreign_share
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill
from lib_outpaint.planning.geometry import Box


def noise_beside(photo: torch.Tensor, **values: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The new part, 128 px wide, and the known band of 64 px beside it."""
    known = torch.ones(256, 256, dtype=torch.bool)
    known[:, :128] = False
    pixels = torch.cat([torch.zeros(3, 256, 128), photo[:, :, :128]], 2)
    filled = prefill("noise", pixels, known, Params(left=1, **values), 3)
    return filled[:, :, :128], filled[:, :, 128:192]


def roughness(pixels: torch.Tensor) -> float:
    return float(pixels.diff(dim=1).abs().mean() + pixels.diff(dim=2).abs().mean()) / float(pixels.std())


def test_a_higher_exponent_is_smoother(photos: dict[str, torch.Tensor]) -> None:
    for name in ("astronaut", "coffee"):
        photo = photos[name]
        found = [roughness(noise_beside(photo, noise_exponent=exponent)[0]) for exponent in (0, 0.5, 1, 2, 4)]
        assert all(rough > smoother for rough, smoother in pairwise(found)), (name, found)


def chroma(pixels: torch.Tensor) -> float:
    """How much the channels differ from each other beside what the seam's band differs: noise matched per channel."""
    ranks = pixels.flatten(1).argsort(1).argsort(1).float()
    return float(1 - torch.corrcoef(ranks)[torch.triu_indices(3, 3, 1).unbind()].mean())


def test_color_variation_parts_colours_from_brightness(photos: dict[str, torch.Tensor]) -> None:
    grey = photos["astronaut"].mean(0, keepdim=True).expand(3, -1, -1)
    found = [chroma(noise_beside(grey, color_variation=variation)[0]) for variation in (0, 0.05, 0.3, 1)]
    assert found[0] < 1e-3, "not grey beside a grey picture"
    assert all(before < after for before, after in pairwise(found))
    apart = [chroma(noise_beside(photos["coffee"], color_variation=variation)[0]) for variation in (0, 1)]
    assert apart[0] < apart[1]


def test_no_variation_brings_colours_that_the_band_has_not(photos: dict[str, torch.Tensor]) -> None:
    for photo in (photos["coffee"], photos["astronaut"].mean(0, keepdim=True).expand(3, -1, -1).contiguous()):
        for variation in (0.05, 1):
            new, band = noise_beside(photo, color_variation=variation)
            whole = torch.cat([new, band], 2) * 255
            assert foreign_share(whole, Box(128, 0, 192, 256), Box(0, 0, 128, 256)) <= 0.01


def test_the_histogram_is_that_of_the_seams_band(photos: dict[str, torch.Tensor]) -> None:
    levels = torch.linspace(0.02, 0.98, 25)
    for name, photo in photos.items():
        new, band = noise_beside(photo)
        for channel in range(3):
            # The mean: where a band has few colours between two groups, a sample of it says little of any one quantile.
            difference = (new[channel].quantile(levels) - band[channel].quantile(levels)).abs().mean()
            assert float(difference) < 0.02, (name, channel)
