"""One side again and again with mk2's settings: the job of docs/recipes.md, step by step."""

import numpy as np
import pytest

SETTINGS = {
    "sampler_name": "DPM++ 2M Karras",
    "steps": 4,
    "cfg_scale": 7,
    "denoising_strength": 0.75,
    "prompt": "explosion black white",
    "negative_prompt": "color object human",
}


def explosion():
    """A picture of 371x681: something bright in the middle of black."""
    y, x = np.mgrid[:681, :371]
    distance = np.hypot(x - 200, (y - 340) * 0.7)
    sparks = np.random.default_rng(3).normal(0, 12, (681, 371))
    bright = np.clip(255 * np.exp(-((distance / 110) ** 2)) + sparks * (distance < 160), 0, 255)
    return np.repeat(bright[:, :, None], 3, axis=2).astype(np.uint8)


@pytest.fixture
def grow(webui):
    def grown(picture, arguments, **fields):
        return webui.outpaint(picture, arguments, **{**SETTINGS, **fields})

    return grown


def test_128_px_are_128_px_and_the_picture_keeps_its_bytes(grow):
    picture = explosion()
    answer = grow(picture, {"left": 128, "overlap": 8, "mask_weight": 1})
    assert answer.size() == (499, 681)
    assert "Sampler: DPM++ 2M" in answer.infotext
    assert "Steps: 4," in answer.infotext
    assert "Karras" in answer.infotext
    np.testing.assert_array_equal(answer.first[:, 128 + 8 :], picture[:, 8:])
    assert answer.first[:, :128].std() > 1  # painted, and no band of one colour


def test_the_mask_weight_acts_at_their_strength(grow):
    picture = explosion()
    one, zero = (grow(picture, {"left": 128, "overlap": 8, "mask_weight": weight}).first for weight in (1, 0))
    assert (one[:, :128] != zero[:, :128]).any()
    np.testing.assert_array_equal(one[:, 136:], zero[:, 136:])


@pytest.mark.parametrize(
    ("first", "second"),
    [({"left": 141}, {"left": 128}), ({"left": 128}, {"size": "640x681", "anchor": "right"})],
    ids=["mk2's widths", "the size"],
)
def test_again_to_640_and_256_at_once_then_black(grow, first, second):
    picture = explosion()
    for arguments in (first, second, {"left": 256}):
        larger = grow(picture, {"mask_weight": 1, "overlap": 8, **arguments}, steps=1).first
        new = larger.shape[1] - picture.shape[1]
        np.testing.assert_array_equal(larger[:, new + 8 :], picture[:, 8:])
        picture = larger
    assert picture.shape == (681, 896, 3)
    sides = {"left": 64, "fill": "edge", "overlap": 8}
    main, black = (
        grow(picture, {**sides, "side_prompts": lines}, steps=1)
        for lines in ("", "!left: plain black background\nleft -: explosion, smoke, light, text")
    )
    assert main.size() == black.size() == (960, 681)
    assert (main.first[:, :64] != black.first[:, :64]).any()
    np.testing.assert_array_equal(main.first[:, 72:], black.first[:, 72:])


def test_mk2s_own_arguments_are_taken(webui):
    answer = webui.outpaint(explosion(), "", 128, 8, ["left"], 1.0, 0.05, **{**SETTINGS, "steps": 1})
    assert answer.size() == (499, 681)
