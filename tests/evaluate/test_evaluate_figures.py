"""The figures of an evaluation: what they are for pictures whose answer is known."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from laboratory.drifts import gaussian

from lib_outpaint.errors import ParamError, PictureError
from lib_outpaint.evaluate import measures, similarity, texture
from lib_outpaint.evaluate.cut import case_of
from lib_outpaint.evaluate.figures import FIGURES, figures
from lib_outpaint.evaluate.sizes import Cut, sides_of
from lib_outpaint.planning.geometry import Box, Extent, Side


def levels(seed=0, height=64, width=80):
    drawn = torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed)) * 255
    return gaussian(drawn, 1.0).round()


def case(truth, side=Side.RIGHT, cut="half"):
    array = truth.byte().permute(1, 2, 0).numpy()
    return case_of("a.png", "a", array, side, Cut.parse(cut))


def array(levels):
    return levels.round().clamp(0, 255).byte().permute(1, 2, 0).numpy()


@pytest.mark.parametrize("side", list(Side), ids=lambda s: s.value)
def test_the_truth_itself_is_perfect(photo, side):
    truth = (photo * 255).round()
    found = figures(case(truth, side), array(truth), 32)
    assert list(found) == [figure.name for figure in FIGURES]
    assert found["psnr"] == math.inf
    assert found["ssim"] == pytest.approx(1, abs=1e-12)
    assert found["lpips"] is None
    assert all(found[name] == 0 for name in ("seam_slope", "colour_step", "spectrum", "detail", "histogram", "low_error"))
    assert found["detail_share"] == pytest.approx(1)


@pytest.mark.parametrize("side", list(Side), ids=lambda s: s.value)
@given(offset=st.integers(-40, 40))
def test_a_known_offset_is_what_is_measured(side, offset):
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(96.0), indexing="ij")
    truth = (60 + y + 0 * x).expand(3, -1, -1) if side.horizontal else (60 + x + 0 * y).expand(3, -1, -1)  # plain across
    one = case(truth, side)
    rows, columns = one.new.slices
    made = truth.clone()
    made[:, rows, columns] += offset
    found = figures(one, array(made), 0)
    assert found["colour_step"] == pytest.approx(abs(offset), abs=1e-4)
    assert found["histogram"] == pytest.approx(abs(offset), abs=1e-6)
    assert found["low_error"] == pytest.approx(abs(offset), abs=1e-4)
    assert found["seam_slope"] == pytest.approx(abs(offset) / 3, abs=1e-4)  # the slope is of a running mean of 3 px
    assert found["psnr"] == (pytest.approx(20 * math.log10(255 / abs(offset))) if offset else math.inf)
    assert found["detail"] == pytest.approx(0, abs=1e-6)  # the mean is taken off


def test_an_object_on_the_seam_is_no_colour_step_but_a_step_along_it_is():
    truth = torch.full((3, 128, 64), 100.0)
    made = truth.clone()
    made[:, 40:60, 32:] = 200  # an object that begins at the seam
    assert measures.colour_step(made, truth, Box(0, 0, 32, 128), Side.RIGHT) == 0
    made[:, :, 32:] += 7
    assert measures.colour_step(made, truth, Box(0, 0, 32, 128), Side.RIGHT) == 7


def test_a_jump_that_the_truth_has_too_is_none():
    truth = torch.full((3, 64, 64), 100.0)
    truth[:, :, 32:] = 160
    assert measures.colour_step(truth.clone(), truth, Box(0, 0, 32, 64), Side.RIGHT) == 0
    smooth = torch.full_like(truth, 100)
    assert measures.colour_step(smooth, truth, Box(0, 0, 32, 64), Side.RIGHT) == 0


def test_ssim_is_scikit_images(photos):
    metrics = pytest.importorskip("skimage.metrics")
    one, other = (photos[name] * 255 for name in ("astronaut", "chelsea"))
    for made in (gaussian(one, 2.0), one + 20, other):
        expected = metrics.structural_similarity(
            one.double().numpy(),
            made.double().numpy(),
            channel_axis=0,
            data_range=255,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        assert similarity.ssim(made, one) == pytest.approx(expected, abs=1e-6)
        expected = metrics.peak_signal_noise_ratio(one.numpy(), made.numpy(), data_range=255)
        assert similarity.psnr(made, one) == pytest.approx(expected, abs=1e-4)


def test_thin_areas_have_no_ssim_and_no_spectrum():
    assert similarity.ssim(levels(height=10), levels(1, height=10)) is None
    assert similarity.ssim(levels(height=11), levels(1, height=11)) is not None
    assert texture.spectrum_distance(levels(width=31), levels(1, width=31)) is None
    assert texture.detail_difference(levels(width=31), levels(1, width=31)) is None
    assert texture.spectrum_distance(levels(width=32), levels(1, width=32)) is not None


def test_white_noise_has_its_variance_at_every_frequency():
    drawn = torch.randn(1, 256, 256, generator=torch.Generator().manual_seed(3)).expand(3, -1, -1) * 10
    spectrum = texture.radial_spectrum(drawn)
    assert spectrum.shape == (8,)
    assert spectrum[2:].numpy() == pytest.approx(np.full(6, 100.0), rel=0.2)  # few waves lie in the coarse rings


def test_a_wave_lies_in_its_own_ring():
    wave = 50 * torch.sin(2 * math.pi * torch.arange(256) / 12)  # 1/12 cycles a px: between 1/16 and 1/11.3
    spectrum = texture.radial_spectrum(wave.expand(3, 256, 256))
    edges = texture.EDGES
    assert edges[int(spectrum.argmax())] <= 1 / 12 < edges[int(spectrum.argmax()) + 1]
    assert spectrum.max() > 0.95 * spectrum.sum()


@given(st.floats(0.6, 4.0), st.floats(1.2, 2.0))
def test_more_blur_lowers_the_spectrums_likeness_and_the_detail(sigma, more):
    truth = levels()
    little, much = gaussian(truth, sigma), gaussian(truth, sigma * more)
    assert 0 < texture.spectrum_distance(little, truth) < texture.spectrum_distance(much, truth)
    assert 0 > texture.detail_difference(little, truth) > texture.detail_difference(much, truth)


def test_what_is_rougher_has_more_detail(photo):
    truth = photo * 255
    rough = truth + 20 * torch.randn(truth.shape, generator=torch.Generator().manual_seed(1))
    assert texture.detail_difference(rough, truth) > 1


def test_the_histogram_does_not_ask_where_things_lie():
    one = levels()
    assert texture.histogram_distance(one.flip(1, 2), one) == 0
    assert texture.spectrum_distance(one.flip(1, 2), one) == pytest.approx(0, abs=1e-9)
    assert similarity.psnr(one.flip(1, 2), one) < 20


def test_psnr_likes_a_flat_colour_better_than_the_same_texture_elsewhere(photos):
    """What the report says of PSNR: the reason for its baselines."""
    texture_ = levels(5)
    flat = texture_.mean((1, 2), keepdim=True).expand_as(texture_)
    elsewhere = texture_.roll(17, 2)
    assert similarity.psnr(flat, texture_) > similarity.psnr(elsewhere, texture_) + 2
    assert texture.spectrum_distance(elsewhere, texture_) < 2 < 20 < texture.spectrum_distance(flat, texture_)


CUTS = [
    ("half", 101, 50),
    ("third", 100, 33),
    ("quarter", 100, 25),
    ("30%", 64, 19),
    ("12.5%", 200, 25),
    ("40", 100, 40),
    ("40px", 100, 40),
    (" Half ", 64, 32),
]


@pytest.mark.parametrize(("text", "length", "amount"), CUTS)
def test_what_is_cut_off(text, length, amount):
    assert Cut.parse(text).amount(length) == amount


@pytest.mark.parametrize("text", ["", "most", "0", "15", "-20", "0%", "100%", "20.5", "nan", "1e9", "half%"])
def test_what_is_no_cut(text):
    with pytest.raises(ParamError, match=r"^cut: ") as raised:
        Cut.parse(text)
    assert raised.value.code in ("not-a-cut", "cut-percentage", "cut-pixels")


@given(st.integers(32, 300), st.integers(32, 300), st.sampled_from(list(Side)), st.sampled_from([c for c, _, _ in CUTS]))
def test_what_is_left_and_what_is_new_make_the_picture(width, height, side, cut):
    truth = np.zeros((height, width, 3), np.uint8)
    try:
        one = case_of("a", "a", truth, side, Cut.parse(cut))
    except PictureError:
        length = width if side.horizontal else height
        assert min(Cut.parse(cut).amount(length), length - Cut.parse(cut).amount(length)) < 16
        return
    assert one.source.area + one.new.area == width * height
    assert one.source.intersect(one.new).empty
    assert Extent(width, height).box.contains(one.new)
    assert one.left.shape == (one.source.height, one.source.width, 3)
    assert (one.new.width if side.horizontal else one.new.height) == one.amount


def test_seeds_follow_from_pixels_alone():
    one, other = (array(levels(seed)) for seed in (1, 2))
    cut = Cut.parse("half")
    seeds = [
        case_of(name, name, truth, side, cut).seed(base)
        for name, truth, side, base in (
            ("a", one, Side.LEFT, 0),
            ("b", one, Side.UP, 0),
            ("a", other, Side.LEFT, 0),
            ("a", one, Side.LEFT, 1),
        )
    ]
    assert seeds[0] == seeds[1]
    assert len(set(seeds)) == 3


def test_sides():
    assert sides_of("all") == tuple(Side)
    assert sides_of("up, left,up") == (Side.UP, Side.LEFT)
    for text in ("", "top", "left;right"):
        with pytest.raises(ParamError, match=r"^side: "):
            sides_of(text)


def test_liveliness_is_the_share_of_the_truths_detail():
    truth = levels()
    made = (truth - 128) / 2 + 128
    found = figures(case(truth), array(made), 0)
    assert found["detail_share"] == pytest.approx(0.5, abs=0.01)
    assert figures(case(torch.full_like(truth, 9.0)), array(truth), 0)["detail_share"] is None, "no detail to share"
    assert figures(case(levels(width=32)), array(levels(width=32)), 0)["detail_share"] is None, "too thin"


def test_foreign_colours_are_those_that_the_band_has_not():
    truth = torch.full((3, 64, 256), 100.0)
    one = case(truth, cut="half")
    truth[:, :, :32] = 200.0  # farther than 64 px from the new area: not of the band
    made = truth.clone()
    made[:, :16, 128:] = 124.0  # 24 levels of each channel: 41.6 off
    made[0, 16:32, 128:] = 124.0  # 24 levels off: as near as may be
    made[:, 32:40, 128:] = 200.0
    found = figures(case_of("a.png", "a", array(truth), one.side, Cut.parse("half")), array(made), 0)
    assert found["foreign"] == pytest.approx(100 * (16 + 8) / 64)
