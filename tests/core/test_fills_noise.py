"""The noise fill: its two settings mean what they mean in mk2."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch

from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.fills import prefill


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


def test_color_variation_goes_from_grey_to_coloured(photo: torch.Tensor) -> None:
    grey = photo.mean(0, keepdim=True).expand(3, -1, -1)
    found = [chroma(noise_beside(grey, color_variation=variation)[0]) for variation in (0, 0.05, 0.3, 1)]
    assert found[0] < 1e-3, "not grey beside a grey picture"
    assert all(before < after for before, after in pairwise(found))
    coloured = [chroma(noise_beside(photo, color_variation=variation)[0]) for variation in (0, 1)]
    assert coloured[0] < coloured[1]


def test_the_histogram_is_that_of_the_seams_band(photos: dict[str, torch.Tensor]) -> None:
    levels = torch.linspace(0.02, 0.98, 25)
    for name, photo in photos.items():
        new, band = noise_beside(photo)
        for channel in range(3):
            difference = (new[channel].quantile(levels) - band[channel].quantile(levels)).abs().max()
            assert float(difference) < 0.03, (name, channel)
