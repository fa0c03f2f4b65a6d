"""The texture fill: the colours that it goes on with, its liveliness, its colours and its seam."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
import torch
from fill_shapes import DEFAULTS
from PIL import Image
from skimage import data

from lib_outpaint.evaluate import starts
from lib_outpaint.evaluate.cut import Case, as_levels
from lib_outpaint.pixels.fills import prefill
from lib_outpaint.pixels.fills.colours import drawn_to_own, jointly_matched
from lib_outpaint.pixels.fills.continuation import in_cells, spread
from lib_outpaint.pixels.filters import gaussian
from lib_outpaint.planning.geometry import Side

SIDES = (Side.LEFT, Side.RIGHT)
OTHERS = ("edge", "mirror", "smooth")
# The fill's figures were chosen on other photos than these.
UNSEEN = ("coins.png", "grass.png", "ihc.png", "moon.png", "motorcycle_left.png", "retina.jpg")


def unseen(name: str, longest: int = 640) -> np.ndarray:
    image = Image.open(f"{data.data_dir}/{name}").convert("RGB")
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.array(image)


def grown(fill: str, case: Case, seed: int = 1) -> torch.Tensor:
    """What a fill makes of a cut side, levels (3, H, W)."""
    known = torch.zeros(case.truth.shape[:2], dtype=torch.bool)
    known[case.source.slices] = True
    return prefill(fill, case.levels() / 255, known, DEFAULTS, seed) * 255


CASES = [Case(name, name, unseen(name), side, 128) for name in UNSEEN for side in SIDES]


@pytest.mark.long
def test_its_low_frequencies_are_nearer_to_the_truth_than_other_fills() -> None:
    found: dict[str, list[float]] = {
        fill: [
            starts.low_error(grown(fill, case)[:, rows, columns], case.levels()[:, rows, columns])
            for case in CASES
            for rows, columns in [case.new.slices]
        ]
        for fill in ("texture", *OTHERS)
    }
    assert statistics.median(found["texture"]) <= min(statistics.median(found[fill]) for fill in OTHERS), found
    assert max(found["texture"]) <= 1.05 * min(max(found[fill]) for fill in OTHERS), found


@pytest.mark.long
def test_it_is_as_lively_as_the_truth_and_has_no_foreign_colours() -> None:
    shares = []
    for case in CASES[1::2]:
        made = grown("texture", case)
        rows, columns = case.new.slices
        shares.append(starts.detail_share(made[:, rows, columns], case.levels()[:, rows, columns]))
        assert starts.foreign_share(made, case.source, case.new) <= 0.01, case.name
    assert 0.8 <= statistics.median([share for share in shares if share is not None]) <= 1.25, shares


def test_there_is_no_line_at_the_seam() -> None:
    for case in CASES[::2]:
        if case.name == "moon.png":
            continue  # scaled up before it came here: every other step is 0
        steps = grown("texture", case).diff(dim=2).abs().mean((0, 1))
        seam = (case.source.left if case.side is Side.LEFT else case.source.right) - 1
        beside = torch.cat([steps[seam - 8 : seam], steps[seam + 1 : seam + 9]])
        assert 1 / 1.5 < float(steps[seam] / beside.mean()) < 1.5, (case.name, case.side)


def beside(band: torch.Tensor, new: int = 96) -> torch.Tensor:
    """What it grows to the left of a picture (3, H, W)."""
    known = torch.ones(band.shape[1], band.shape[2] + new, dtype=torch.bool)
    known[:, :new] = False
    pixels = torch.cat([torch.zeros(3, band.shape[1], new), band], 2)
    return prefill("texture", pixels, known, DEFAULTS, 4)[:, :, :new]


def noise(height: int, width: int, channels: int = 1) -> torch.Tensor:
    return torch.randn(channels, height, width, generator=torch.Generator().manual_seed(0))


def test_every_stretch_of_the_seam_has_its_own_texture_and_colour() -> None:
    band = torch.full((3, 384, 128), 0.6)
    band[2, :192] = 0.9  # sky, flat
    band[:, 192:] += 0.08 * noise(192, 128) - 0.2  # ground, rough
    made = beside(band)
    sky, ground = made[:, 40:110], made[:, 274:344]
    assert float((sky - gaussian(sky, 3)).std()) < 0.003
    assert 0.8 < float(ground.std((1, 2)).mean() / band[:, 274:344].std((1, 2)).mean()) < 1.25
    assert float((sky.mean((1, 2)) - torch.tensor([0.6, 0.6, 0.9])).abs().max()) < 0.06
    assert float((ground.mean((1, 2)) - 0.4).abs().max()) < 0.06


def test_its_noise_has_the_direction_of_the_texture() -> None:
    fine = noise(192, 192).expand(3, -1, -1)
    lying = fine.unfold(2, 9, 1).mean(3)[:, :, :128]  # blurred along the rows
    made = beside(0.5 + 0.2 * lying)[:, :, :80]
    assert float(made.diff(dim=1).std()) > 2 * float(made.diff(dim=2).std())
    turned = beside(0.5 + 0.2 * lying.mT.contiguous()[:, :, :128])[:, :, :80]
    assert float(turned.diff(dim=2).std()) > 2 * float(turned.diff(dim=1).std())


def test_its_colours_vary_together_as_those_of_the_band_do() -> None:
    one = noise(192, 128)[0]
    made = beside(torch.stack([0.5 + 0.1 * one, 0.5 + 0.05 * one, 0.5 - 0.1 * one]))[:, :, :64].flatten(1)
    together = torch.corrcoef(made)
    assert float(together[0, 1]) > 0.9
    assert float(together[0, 2]) < -0.9


def test_it_follows_the_picture_that_it_fills(photos: dict[str, torch.Tensor]) -> None:
    made = [beside(photos[name]) for name in ("astronaut", "coffee")]
    assert not torch.allclose(made[0], made[1], atol=0.05)


@pytest.mark.parametrize("new", [1, 3, 400])
def test_any_width(new: int, photo: torch.Tensor) -> None:
    made = beside(photo[:, :, :40], new)
    assert made.shape == (3, 256, new)
    assert float((made.mean((1, 2)) - photo[:, :, :40].mean((1, 2))).abs().max()) < 0.1


def test_what_is_known_spreads_wider_with_distance_and_fades_out() -> None:
    values, mass = torch.zeros(1, 64, 96), torch.zeros(64, 96)
    mass[:, :16] = 1
    values[:, :32, :16] = 1  # 1 above, 0 below
    found = spread(values, mass, (0.5, 1, 2, 4), (1, 1, 1, 1))[0]
    soft = [int(((found[:, x] > 0.02) & (found[:, x] < 0.98)).sum()) for x in (16, 18, 22)]
    assert soft[0] <= 2 < soft[1] < soft[2], "not wider with the distance"
    assert float(found[:, 48:].abs().max()) == 0
    everywhere = spread(torch.full((2, 64, 96), 0.25) * mass, mass, (0.5, 8, 32), (1, 1, 1))
    assert torch.allclose(everywhere[:, :, :32], torch.tensor(0.25), atol=1e-6)


@pytest.mark.parametrize("length", [40, 300])
def test_its_blur_is_a_gaussian_whatever_way_it_takes(length: int) -> None:
    values = torch.rand(2, 24, length, generator=torch.Generator().manual_seed(1))
    found = spread(values, torch.ones(24, length), (2.5,), (1,))
    assert torch.allclose(found, gaussian(values, 2.5), atol=1e-5)


def test_cells_are_means_with_nothing_beyond_the_edges() -> None:
    found = in_cells(torch.ones(1, 8, 12))
    assert found.tolist() == [[[1.0, 0.5]]]


def test_colours_are_drawn_to_the_nearest_of_the_reference() -> None:
    generator = torch.Generator().manual_seed(2)
    reference = torch.rand(3, 4, 5, generator=generator)
    values = torch.rand(3, 30, 40, generator=generator)
    everywhere, of = torch.ones(30, 40, dtype=torch.bool), torch.ones(4, 5, dtype=torch.bool)
    drawn = drawn_to_own(values, everywhere, reference, of).flatten(1).T * 255
    own = reference.flatten(1).T * 255
    before = torch.cdist(values.flatten(1).T * 255, own)
    assert float(torch.cdist(drawn, own).amin(1).max()) <= 24
    # It goes to the nearest one, give or take the cells in which colours are counted.
    gone_to = torch.cdist(drawn, own).argmin(1)
    assert float((before.gather(1, gone_to[:, None])[:, 0] - before.amin(1)).max()) <= 32
    near = drawn_to_own(reference, of, reference, of)
    assert torch.allclose(near, reference, atol=2 / 255), "colours of the reference stay"


def test_two_colours_stay_two_colours() -> None:
    blue, brown = torch.tensor([0.2, 0.4, 0.8]), torch.tensor([0.6, 0.4, 0.1])
    band = torch.ones(20, 20, dtype=torch.bool)
    reference = torch.where(torch.arange(20)[None, :, None] < 10, blue[:, None, None], brown[:, None, None])
    reference = reference.expand(3, 20, 20)
    values = torch.rand(3, 40, 40, generator=torch.Generator().manual_seed(3))
    found = jointly_matched(values, torch.ones(40, 40, dtype=torch.bool), reference, band).flatten(1).T
    apart = torch.cdist(found, torch.stack([blue, brown]))
    assert float(apart.amin(1).max()) * 255 <= 24
    assert 0.35 < float((apart[:, 0] < apart[:, 1]).float().mean()) < 0.65


def test_the_figures_of_a_fill() -> None:
    truth = as_levels(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    assert starts.low_error(truth + 7, truth) == pytest.approx(7, abs=1e-3)
    assert starts.detail_share(truth, truth) == pytest.approx(1)
    assert starts.detail_share((truth - 128) / 2 + 128, truth) == pytest.approx(0.5, abs=1e-3)
    assert starts.detail_share(truth, torch.full_like(truth, 9.0)) is None
    assert starts.detail_share(truth[:, :16], truth[:, :16]) is None


def test_one_photo_that_it_was_not_tuned_to() -> None:
    case = Case("motorcycle", "motorcycle", unseen("motorcycle_left.png", 320), Side.RIGHT, 64)
    rows, columns = case.new.slices
    truth, made = case.levels()[:, rows, columns], grown("texture", case)
    others = [starts.low_error(grown(fill, case)[:, rows, columns], truth) for fill in OTHERS]
    assert starts.low_error(made[:, rows, columns], truth) <= statistics.median(others)
    share = starts.detail_share(made[:, rows, columns], truth)
    assert share is not None
    assert 0.7 < share < 1.4
    assert starts.foreign_share(made, case.source, case.new) <= 0.01
