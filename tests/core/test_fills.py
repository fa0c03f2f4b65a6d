"""Prefill methods: what all of them promise."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch
from fill_shapes import DEFAULTS, KNOWN, RANDOM, picture

from lib_outpaint.parameters.params import FILLS, Params
from lib_outpaint.pixels.fills import prefill

every_fill = pytest.mark.parametrize("fill", FILLS)
every_shape = pytest.mark.parametrize("shape", KNOWN)


@every_fill
@every_shape
def test_what_every_fill_promises(fill: str, shape: str) -> None:
    known = KNOWN[shape]
    pixels = picture(known)
    given_pixels, given_known = pixels.clone(), known.clone()
    filled = prefill(fill, pixels, known, DEFAULTS, 1)
    assert torch.equal(pixels, given_pixels), "the window was changed in place"
    assert torch.equal(known, given_known)
    assert (filled.shape, filled.dtype) == (pixels.shape, torch.float32)
    assert torch.equal(filled[:, known], pixels[:, known]), "the known part has changed"
    assert bool(torch.isfinite(filled).all())
    assert 0 <= float(filled.min()) <= float(filled.max()) <= 1
    for held in (torch.zeros_like(pixels), torch.ones_like(pixels), picture(known, 9)):
        other = torch.where(known, pixels, held)
        assert torch.equal(prefill(fill, other, known, DEFAULTS, 1), filled), "what was there before shows through"


@every_fill
@pytest.mark.parametrize("level", [0.0, 0.25, 1.0])
def test_a_flat_picture_stays_flat(fill: str, level: float) -> None:
    known = KNOWN["left-new"]
    pixels = torch.where(known, level, 1 - level).expand(3, -1, -1).contiguous()
    filled = prefill(fill, pixels, known, DEFAULTS, 1)
    assert float((filled - level).abs().max()) <= 1 / 255


@every_fill
def test_colours_come_from_beside_the_seam(fill: str) -> None:
    # Green at the seam, red far from it: nothing of the far red may dominate the new area.
    known = torch.ones(64, 320, dtype=torch.bool)
    known[:, :64] = False
    pixels = torch.zeros(3, 64, 320)
    pixels[1, :, :192] = 0.8
    pixels[0, :, 192:] = 0.8
    filled = prefill(fill, pixels, known, DEFAULTS, 1)[:, :, :64]
    red, green, blue = filled.mean((1, 2)).tolist()
    assert green > 0.6
    assert max(red, blue) < 0.15


@pytest.mark.parametrize("fill", ["edge", "mirror", "mosaic", "smooth", "noise"])
def test_flips_and_transposes_of_the_shape_are_filled_alike(fill: str) -> None:
    known, pixels = KNOWN["left-new"], picture(KNOWN["left-new"])
    filled = prefill(fill, pixels, known, Params(left=1, mosaic=8), 1)
    turned = prefill(fill, pixels.flip(2), known.flip(1), Params(left=1, mosaic=8), 1)
    if fill == "noise":  # follows its seed: alike in its colours, not in its pixels
        assert torch.allclose(filled.mean((1, 2)), turned.mean((1, 2)), atol=0.05)
    else:
        # The pyramid of the smooth fill pads odd sizes on one side: a difference no one can see.
        near = 0.02 if fill == "smooth" else 1e-5
        assert torch.allclose(turned, filled.flip(2), atol=near)
        assert torch.allclose(prefill(fill, pixels.mT, known.mT, Params(left=1, mosaic=8), 1), filled.mT, atol=near)


@pytest.mark.parametrize("fill", RANDOM)
def test_random_fills_follow_the_seed(fill: str, photo: torch.Tensor) -> None:
    known = torch.ones(48, 64, dtype=torch.bool)
    known[:, :20] = False
    pixels = photo[:, 60:108, 100:164]
    once = prefill(fill, pixels, known, DEFAULTS, 7)
    assert torch.equal(prefill(fill, pixels, known, DEFAULTS, 7), once)
    assert not torch.equal(prefill(fill, pixels, known, DEFAULTS, 8), once)
    for big in (2**31, 2**32 - 1, 2**40):
        prefill(fill, pixels, known, DEFAULTS, big)


DIGESTS = """
import hashlib, torch
from lib_outpaint.pixels.fills import REGISTRY, prefill
from lib_outpaint.parameters.params import Params
pixels = torch.rand(3, 64, 96, generator=torch.Generator().manual_seed(3))
known = torch.ones(64, 96, dtype=torch.bool)
known[:, :32] = False
found = [hashlib.sha256(prefill(name, pixels, known, Params(left=1), 5).numpy().tobytes()).hexdigest()
         for name, fill in REGISTRY.items() if fill.random]
"""


@pytest.mark.long
def test_random_fills_are_the_same_in_another_process() -> None:
    here: dict[str, Any] = {}
    exec(DIGESTS, here)
    run = subprocess.run([sys.executable, "-c", DIGESTS + "print(*found)"], check=True, capture_output=True, text=True)
    assert run.stdout.split() == here["found"]
    assert len(here["found"]) == len(RANDOM)


@pytest.mark.parametrize("fill", [name for name in FILLS if name not in RANDOM])
def test_other_fills_do_not(fill: str) -> None:
    known = KNOWN["l-shape"]
    assert torch.equal(prefill(fill, picture(known), known, DEFAULTS, 7), prefill(fill, picture(known), known, DEFAULTS, 8))
