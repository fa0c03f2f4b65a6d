"""Prefill methods: what all of them promise, and what each of them is."""

from __future__ import annotations

import builtins
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lib_outpaint.errors import MissingExtra, ParamError
from lib_outpaint.fills import REGISTRY, Fill, copies, prefill, working_device
from lib_outpaint.fills.libraries import patchmatch_library
from lib_outpaint.params import FILLS, Params

DEFAULTS = Params(left=1)
RANDOM = [name for name in FILLS if REGISTRY[name].random]
every_fill = pytest.mark.parametrize("fill", FILLS)


def mask(rows: list[str]) -> torch.Tensor:
    return torch.tensor([[c == "#" for c in row] for row in rows])


def scaled(rows: list[str], by: int = 8) -> torch.Tensor:
    return mask(rows).repeat_interleave(by, 0).repeat_interleave(by, 1)


KNOWN = {
    "left-new": scaled(["..####"] * 4),
    "right-new": scaled(["####.."] * 4),
    "up-new": scaled(["......"] * 2 + ["######"] * 3),
    "down-new": scaled(["######"] * 3 + ["......"] * 2),
    "corner-new": scaled(["......", "..####", "..####", "..####"]),
    "l-shape": scaled(["##....", "##....", "######"]),
    "ring": scaled(["#####", "#...#", "#...#", "#####"]),
    "hole": scaled(["######", "###.##", "######"]),
    "island": scaled([".....", "..#..", "....."]),
    "two-islands": scaled(["#....", ".....", "....#"]),
    "single-pixel": mask(["." * 20] * 7 + ["." * 9 + "#" + "." * 10] + ["." * 20] * 8),
    "checks": mask(["#." * 8, ".#" * 8] * 6),
    "one-row": mask(["##......"]),
    "one-column": mask(["#"] * 3 + ["."] * 5),
    "one-pixel-window": mask(["."]),
    "nothing-known": mask(["." * 12] * 9),
    "all-known": mask(["#" * 12] * 9),
}
every_shape = pytest.mark.parametrize("shape", KNOWN)


def picture(known: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return torch.rand(3, *known.shape, generator=torch.Generator().manual_seed(seed))


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
    known = torch.ones(96, 128, dtype=torch.bool)
    known[:, :40] = False
    pixels = photo[:, 60:156, 100:228]
    once = prefill(fill, pixels, known, DEFAULTS, 7)
    assert torch.equal(prefill(fill, pixels, known, DEFAULTS, 7), once)
    assert not torch.equal(prefill(fill, pixels, known, DEFAULTS, 8), once)
    for big in (2**31, 2**32 - 1, 2**40):
        prefill(fill, pixels, known, DEFAULTS, big)


DIGESTS = """
import hashlib, torch
from lib_outpaint.fills import REGISTRY, prefill
from lib_outpaint.params import Params
pixels = torch.rand(3, 64, 96, generator=torch.Generator().manual_seed(3))
known = torch.ones(64, 96, dtype=torch.bool)
known[:, :32] = False
found = [hashlib.sha256(prefill(name, pixels, known, Params(left=1), 5).numpy().tobytes()).hexdigest()
         for name, fill in REGISTRY.items() if fill.random]
"""


def test_random_fills_are_the_same_in_another_process() -> None:
    here: dict[str, Any] = {}
    exec(DIGESTS, here)
    run = subprocess.run([sys.executable, "-c", DIGESTS + "print(*found)"], check=True, capture_output=True, text=True)
    assert run.stdout.split() == here["found"]
    assert len(here["found"]) == len(RANDOM)


@pytest.mark.parametrize("fill", [name for name in FILLS if name not in RANDOM])
def test_other_fills_do_not(fill: str) -> None:
    known = KNOWN["l-shape"]
    assert torch.equal(prefill(fill, picture(known), known, DEFAULTS, 7),
                       prefill(fill, picture(known), known, DEFAULTS, 8))


# Edge, mirror, mosaic: written out

def row(values: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A window of one row: digits are known tenths, dots are not known."""
    pixels = torch.tensor([0.0 if c == "." else int(c) / 10 for c in values])
    return pixels.expand(3, 1, -1).clone(), mask(["".join("." if c == "." else "#" for c in values)])


def shown(pixels: torch.Tensor) -> str:
    return "".join(str(round(10 * float(value))) for value in pixels[0, 0])


@pytest.mark.parametrize(("fill", "given_row", "filled"), [
    ("edge", "...123", "111123"),
    ("edge", "123...", "123333"),
    ("edge", "1...45", "111445"),
    ("mirror", "...123", "321123"),
    ("mirror", "123...", "123321"),
    ("mirror", "........123", "21123321123"),
    ("mirror", "12.......", "122112211"),
    ("mirror", "5.....", "555555"),
    ("mirror", "12...34", "1221334"),
])
def test_copies_of_a_row(fill: str, given_row: str, filled: str) -> None:
    pixels, known = row(given_row)
    assert shown(prefill(fill, pixels, known, DEFAULTS, 0)) == filled


def test_mirror_fills_a_corner_from_both_mirrors(photo: torch.Tensor) -> None:
    whole = photo[:, :60, :60]
    big = torch.zeros(3, 80, 80)
    known = torch.zeros(80, 80, dtype=torch.bool)
    big[:, 20:, 20:], known[20:, 20:] = whole, True
    filled = prefill("mirror", big, known, DEFAULTS, 0)
    assert torch.equal(filled[:, 20:, :20], whole[:, :, :20].flip(2))
    assert torch.equal(filled[:, :20, 20:], whole[:, :20, :].flip(1))
    assert torch.equal(filled[:, :20, :20], whole[:, :20, :20].flip((1, 2)))


@pytest.mark.parametrize("tile", [2, 8, 16, 128])
def test_mosaic_is_made_of_tiles_of_the_mirrors_mean(tile: int, photo: torch.Tensor) -> None:
    known = torch.ones(64, 128, dtype=torch.bool)
    known[:, :64] = False
    pixels = photo[:, :64, :128]
    filled = prefill("mosaic", pixels, known, Params(left=1, mosaic=tile), 0)
    mirrored = prefill("mirror", pixels, known, DEFAULTS, 0)
    first = filled[:, :tile, :min(tile, 64)]
    assert float((first - first[:, :1, :1]).abs().max()) == 0
    if tile <= 64:
        assert torch.allclose(first[:, 0, 0], mirrored[:, :tile, :tile].mean((1, 2)), atol=1e-5)
        assert len(torch.unique(filled[0, :, :64])) <= (64 // tile) ** 2


# Smooth

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


# Noise: the two settings mean what they mean in mk2

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


@pytest.mark.parametrize("how", ["edge", "mirror"])
@pytest.mark.parametrize(("rows", "columns"), [
    ("####", "..####.."), ("..##..", "########"), ("...####..", ".#####......."), (".#..##..", "#...###"), ("#", "..#"),
])
def test_rectangles_are_filled_as_any_other_shape(how: str, rows: str, columns: str) -> None:
    known_rows, known_columns = (torch.tensor([mark == "#" for mark in line]) for line in (rows, columns))
    known = known_rows[:, None] & known_columns[None, :]
    pixels = torch.rand(3, *known.shape, generator=torch.Generator().manual_seed(1))
    expected = copies._in_rounds(pixels, known, how)
    assert torch.equal(copies._extended(pixels, known, how), expected)


# Which methods there are

def test_an_unknown_method() -> None:
    with pytest.raises(ParamError, match=r"^fill: 'lama' is none of edge, mirror,"):
        prefill("lama", torch.zeros(3, 4, 4), mask(["##.."] * 4), DEFAULTS, 0)


@pytest.mark.parametrize(("fill", "modules", "words"), [
    ("telea", ("cv2",), "fill 'telea' needs opencv-python-headless: pip install -e \".[opencv]\" in this program's folder"),
    ("patchmatch", ("patchmatch",), "pip install -e \".[draft]\" in this program's folder"),
])
def test_a_missing_package_is_named(fill: str, modules: tuple[str, ...], words: str,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] in modules:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    for known in (mask(["##.."] * 4), mask(["####"] * 4)):
        with pytest.raises(MissingExtra) as caught:
            prefill(fill, torch.zeros(3, 4, 4), known, DEFAULTS, 0)
        assert words in str(caught.value)


def test_the_registry_says_what_it_needs() -> None:
    assert tuple(REGISTRY) == FILLS
    assert all(isinstance(fill, Fill) and (fill.look is None) == (fill.extra == "") for fill in REGISTRY.values())
    assert RANDOM == ["noise", "patchmatch"]


@pytest.mark.parametrize(("device", "works_on"), [
    ("mps", "cpu"), ("privateuseone:0", "cpu"), ("cuda:1", "cuda:1"), ("xpu:0", "xpu:0"), ("cpu", "cpu")])
def test_devices_without_float64_leave_fills_to_the_cpu(device: str, works_on: str) -> None:
    assert working_device(torch.device(device)) == torch.device(works_on)


def test_a_patchmatch_whose_library_does_not_load_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(patchmatch_available=True)
    monkeypatch.setitem(sys.modules, "patchmatch", there)
    assert patchmatch_library() is there
    there.patchmatch_available = False
    with pytest.raises(MissingExtra, match="PatchMatch"):
        patchmatch_library()
