"""Detail for an enlarged picture: what the draft adds at full size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from skimage import data

from lib_outpaint.backends.draft import EXAMPLE, Draft, beside
from lib_outpaint.engine.loop import outpaint
from lib_outpaint.engine.protocol import Job, Outcome
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.parameters.params import Params
from lib_outpaint.pixels.detail import Example, refined
from lib_outpaint.pixels.filters import blurred, gaussian
from lib_outpaint.pixels.scaling import part_resized
from lib_outpaint.planning.geometry import Box, Extent


def resized(pixels: torch.Tensor, extent: Extent) -> torch.Tensor:
    return part_resized(pixels, (0.0, 0.0, float(pixels.shape[2]), float(pixels.shape[1])), extent)


SCALE = 4


def gravel() -> torch.Tensor:
    return torch.from_numpy(data.gravel()[:384].copy()).expand(3, -1, -1).float() / 255


def enlarged(pixels: torch.Tensor) -> torch.Tensor:
    height, width = pixels.shape[1:]
    return resized(resized(pixels, Extent(width // SCALE, height // SCALE)), Extent(width, height))


def right_half(height: int, width: int) -> torch.Tensor:
    hole = torch.zeros(height, width, dtype=torch.bool)
    hole[:, width // 2 :] = True
    return hole


def made(replaced: float = 0.4, seed: int = 1, top: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A window whose right half is an enlarged copy of what the example shows, with detail: before, after, the truth."""
    photo = gravel()
    truth = torch.cat([photo[:, 96:288, 256:448], photo[:, 100:292, 100:292]], 2)
    hole = right_half(192, 384)
    before = torch.where(hole, enlarged(truth), truth)
    return before, refined(before, hole, Example(photo[:, top:], top - 96, -256), SCALE, replaced, seed), truth


def fine(pixels: torch.Tensor) -> torch.Tensor:
    return (pixels - gaussian(pixels, 2))[:, :, 200:-8]


def test_it_finds_the_detail_that_enlarging_lost() -> None:
    before, after, truth = made()
    like = torch.corrcoef(torch.stack([fine(after).flatten(), fine(truth).flatten()]))[0, 1]
    assert float(like) > 0.8
    assert float(fine(before).std()) < 0.5 * float(fine(truth).std()), "nothing was lost"
    assert 0.8 < float(fine(after).std() / fine(truth).std()) < 1.25
    assert torch.equal(after[:, :, :192], before[:, :, :192]), "px outside changed"
    assert 0 <= float(after.min()) <= float(after.max()) <= 1


def test_detail_of_what_the_example_does_not_show_is_as_lively() -> None:
    _, after, truth = made(top=320)  # 64 rows of other stones
    assert 0.75 < float(fine(after).std() / fine(truth).std()) < 1.25
    far = abs(gaussian(after, 16) - gaussian(truth, 16))[:, :, 224:]
    assert float(far.mean()) < 0.02, "the enlarged picture's colours are not kept"


def test_how_much_is_replaced() -> None:
    before = made()[0]
    changes = [float((made(share)[1] - before).abs().mean()) for share in (0.0, 0.1, 0.2, 0.4, 1.0)]
    assert changes[0] == 0
    assert changes == sorted(changes)
    assert changes[1] < 0.8 * changes[3]


def test_the_seed_chooses_among_what_looks_alike() -> None:
    noise = 0.5 + 0.1 * torch.randn(1, 256, 256, generator=torch.Generator().manual_seed(2)).expand(3, -1, -1)
    hole = right_half(256, 256)
    before = torch.where(hole, 0.5, noise)
    found = [refined(before, hole, Example(noise[:, :, :128], 0, 0), SCALE, 0.4, seed) for seed in (1, 1, 2)]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert 0.7 < float(found[0][:, :, 144:].std()) / 0.1 < 1.2


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (8, 8), (9, 40), (300, 9), (64, 64)], ids=str)
@pytest.mark.parametrize("scale", [1.01, 2.6, 3.9, 9.0])
def test_examples_of_any_size(size: tuple[int, int], scale: float) -> None:
    example = Example(gravel()[:, : size[0], : size[1]], -3, 5)
    before = enlarged(gravel()[:, :100, :132])
    hole = right_half(100, 132)
    after = refined(before, hole, example, scale, 1.0, 1)
    assert after.shape == before.shape
    assert bool(torch.isfinite(after).all())
    assert torch.equal(after[:, ~hole], before[:, ~hole])


def test_a_flat_picture_stays_flat() -> None:
    flat = torch.full((3, 64, 96), 0.3)
    assert torch.allclose(refined(flat, right_half(64, 96), Example(flat, 0, 0), SCALE, 1.0, 1), flat, atol=1e-5)


@pytest.mark.parametrize("sigma", [1.0, 3.0, 3.9, 7.0, 16.0])
def test_the_quick_blur_is_nearly_a_gaussian(sigma: float) -> None:
    photo = gravel()[:, :301, :277]
    apart = blurred(photo, sigma) - gaussian(photo, sigma)
    # At the border it repeats larger px. One that is off by a tenth of its width would differ by three times as much.
    within = math.ceil(3 * sigma)
    assert float(apart[:, within:-within, within:-within].std()) < 0.003
    assert float(apart.mean().abs()) < 0.001


class Watched(Draft):
    """A draft engine that keeps its jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []

    def inpaint(self, jobs: Any) -> list[Outcome]:
        self.jobs += jobs
        return super().inpaint(jobs)


def large() -> torch.Tensor:
    """A picture of 1200x800 as sharp as a photo of 512 px: gravel, mirrored again and again."""
    tile = data.gravel()
    tile = np.concatenate([tile, tile[:, ::-1]], 1)
    tile = np.concatenate([tile, tile[::-1]])
    return torch.from_numpy(np.tile(tile, (1, 2))[:800, :1200].copy()).expand(3, -1, -1).float() / 255


@pytest.mark.long
def test_a_small_picture_first_and_its_detail_at_full_size() -> None:
    picture, engine = large(), Watched()
    grown = outpaint(Request((picture,), Params(right=400, hires="on"), numbered_shots(1, 1)), engine).pictures[0]
    first, *others = engine.jobs
    assert (first.refines, first.enlarged) == (False, None)
    assert others
    for job in others:
        assert job.refines
        assert job.enlarged is not None
        assert 1.4 < job.enlarged.times < 4
        assert job.enlarged.original.extent == Extent(1200, 800)
        assert torch.equal(job.enlarged.look(job.enlarged.original)[:, :, :-32], picture[:, :, :-32]), "not the original"
    assert torch.equal(grown.pixels[:, :, :1168], picture[:, :, :1168])
    new, old = grown.pixels[:, :, 1208:-8], picture[:, :, 880:]
    rich = (new - gaussian(new, 2)).std() / (old - gaussian(old, 2)).std()
    assert 0.8 < float(rich) < 1.25
    steps = grown.pixels.diff(dim=2).abs().mean((0, 1))
    assert float(steps[1199]) < 1.5 * float(torch.cat([steps[1175:1196], steps[1203:1224]]).mean()), "a line at the seam"


def test_what_the_draft_copies_from_is_bounded() -> None:
    for original in (Box(-3744, 0, 256, 3000), Box(-5000, -20, -4000, 9000), Box(300, 300, 310, 400)):
        box = beside(original, Box(0, 0, 512, 1536))
        assert 0 < box.area <= EXAMPLE
        assert box.intersect(original) == box
    assert beside(Box(300, 300, 310, 400), Box(0, 0, 512, 1536)) == Box(300, 300, 310, 400)
    near = beside(Box(-3744, 0, 256, 3000), Box(0, 0, 512, 1536))
    assert near.right == 256
    assert near.top == 0


def test_a_window_that_shows_more_than_an_example_is_one() -> None:
    window = Box(0, 0, 2000, 1500)
    assert beside(Box(0, 0, 4000, 3000), window) == window
