"""The smooth fill: the colours go on, the texture does not."""

from __future__ import annotations

import torch
from fill_shapes import DEFAULTS
from hypothesis import given, settings
from hypothesis import strategies as st

from lib_outpaint.pixels.fills import prefill


def test_smooth_continues_without_texture(photo: torch.Tensor) -> None:
    known = torch.ones(128, 192, dtype=torch.bool)
    known[:, :64] = False
    pixels = photo[:, :128, 64:]
    filled = prefill("smooth", pixels, known, DEFAULTS, 0)
    new, old = filled[:, :, :64], filled[:, :, 64:]
    assert float(new.diff(dim=1).abs().mean()) < 0.5 * float(old.diff(dim=1).abs().mean())
    beside = torch.corrcoef(torch.stack([new[:, :, -1].flatten(), old[:, :, 0].flatten()]))[0, 1]
    assert float(beside) > 0.7, "the colours do not continue at the seam"


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**31))
@settings(max_examples=60)
def test_smooth_stays_between_the_known_values(width: int, height: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    known = torch.rand(height, width, generator=generator) > 0.9
    known[0, 0] = True
    pixels = torch.rand(3, height, width, generator=generator) * 0.4 + 0.3
    filled = prefill("smooth", pixels, known, DEFAULTS, 0)
    for channel in range(3):
        inside = pixels[channel][known]
        assert float(filled[channel].min()) >= float(inside.min()) - 1e-4
        assert float(filled[channel].max()) <= float(inside.max()) + 1e-4
