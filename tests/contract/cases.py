"""What every WebUI does with the script, whatever drives it. A folder of tests takes these in with a `driver` of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lib_outpaint.parameters.params import DECLARED

from .driver import Driver, Pixels

KINDS = ("plain", "inpainting")
SMALL = {"step": 64, "context": 64}
LEFT = {"left": 32, "overlap": 16}
TWO_PASSES = {"left": 64, "step": 32, "context": 64, "overlap": 16}


@pytest.fixture(scope="session")
def small() -> Pixels:
    """A small photo: 96x80."""
    return photo(96, 80)


def photo(width: int, height: int) -> Pixels:
    """A photo of any size up to 600x1200."""
    from skimage import data

    coffee = data.coffee()
    whole = np.concatenate([coffee, coffee[::-1], coffee])
    left = min(200, 600 - width)
    return np.ascontiguousarray(whole[100 : 100 + height, left : left + width])


def levels(a: Pixels, b: Pixels) -> int:
    """The largest difference, in levels of 0..255."""
    return int(np.abs(a.astype(int) - b).max())


# sizes and forms of arguments


@pytest.mark.parametrize(
    ("width", "height", "arguments", "size"),
    [
        (371, 681, {"left": 128}, (499, 681)),
        (501, 503, {"left": 100, "right": 100}, (701, 503)),
        (133, 97, {"left": 31, "right": 8, "up": 17, "down": 1}, (172, 115)),
        (133, 97, {"left": 31, "right": 8, "up": 17, "down": 1, "order": "one by one", **SMALL}, (172, 115)),
        (120, 90, {"right": 96, "step": 32, "context": 64}, (216, 90)),
        (120, 90, {"aspect": "2:1"}, (180, 90)),
        (96, 80, {"left": 24}, (120, 80)),
        (96, 80, {"right": 13, "down": 7}, (109, 87)),
        (96, 80, {"left": 9, "right": 9}, (114, 80)),
        (96, 80, {"left": 16, "right": 8, "up": 5, "down": 24}, (120, 109)),
        (96, 80, {"up": 64, "step": 32, "context": 64}, (96, 144)),
        (93, 71, {"left": 32, "up": 3}, (125, 74)),
    ],
    ids=lambda value: " ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else None,
)
@pytest.mark.parametrize("model", KINDS)
def test_the_exact_size(driver: Driver, width: int, height: int, arguments: Any, size: tuple[int, int], model: str) -> None:
    answer = driver.outpaint(photo(width, height), arguments, model=model, steps=1, denoising_strength=0.9)
    assert answer.size() == size
    assert (answer.info["width"], answer.info["height"]) == size
    assert f"Size: {size[0]}x{size[1]}" in answer.infotext
    told = answer.notes.split("; ")
    assert "latent pixels x steps" in told[-1]  # what it took; nothing of failures
    assert not any("failed" in line for line in told)


def test_the_tabs_size_is_not_used(driver: Driver, small: Pixels) -> None:
    assert driver.outpaint(small, {"left": 24}, width=1024, height=1024).size() == (120, 80)


@pytest.mark.parametrize(
    "arguments",
    [[40, 0, 24], [40, 0, 24] + [None] * (len(DECLARED) - 3), [40, 0, 24, 0, "px"]],
    ids=["three values", "all values", "five values"],
)
def test_positional_parameters(driver: Driver, small: Pixels, arguments: list[Any]) -> None:
    assert driver.outpaint(small, *arguments).size() == (96 + 40, 80 + 24)


@pytest.mark.parametrize(
    "arguments",
    [
        ["", 24, 8, ["left", "down"], 1.0, 0.05],
        [64, 24, 8, ["left", "down"], 1.0, 0.05],
        [None, "24px", None, ["left", "down"], None, None],
        [24, 8, 0, ["left", "down"]],
        [24, 8, "Fill", "left,down"],
        [{"pixels": 24, "mask_blur": 8, "direction": ["left", "down"]}],
        [{"pixels": 24, "direction": "left, down", "noise_q": 1.2}],
    ],
    ids=[
        "mk2",
        "mk2, a number first",
        "mk2, null and px",
        "poor man's",
        "poor man's, text",
        "mk2 names",
        "direction as text",
    ],
)
def test_the_forms_of_mk2_and_poor_mans(driver: Driver, small: Pixels, arguments: list[Any]) -> None:
    assert driver.outpaint(small, *arguments).size() == (96 + 24, 80 + 24)


@pytest.mark.parametrize(
    "arguments",
    [
        [{"left": "25%", "down": "30%"}],
        [{"LEFT": "24 px", "Down": 24, "mask-blur": None, "fill": "Noise", "order": None}],
        ["25%", None, None, "30 %", None],
    ],
    ids=["per cent", "names", "positional"],
)
def test_amounts_with_units_null_and_names_in_any_case(driver: Driver, small: Pixels, arguments: list[Any]) -> None:
    assert driver.outpaint(small, *arguments).size() == (96 + 24, 80 + 24)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([{}], "nothing grows"),
        ([{"left": "25%", "up": "16px"}], "left: '25%' and up '16px' are px and %"),
        ([{"lefft": None}], "lefft: no such parameter (did you mean left?)"),
        ([{"left": 8, "fill": "noize"}], "(did you mean noise?)"),
        ([], "nothing grows"),
        ([{"left": 5000}], "left: 5000 is outside 0..4096"),
        ([{"sideways": 8}], "sideways: no such parameter"),
        ([{"left": "wide"}], "left: 'wide' is not a number"),
        ([{"left": 8, "fill": "lava"}], "fill: 'lava' is not one of"),
        ([{"pixels": 16, "inpainting_fill": "lava"}], "inpainting_fill: 'lava' is not one of"),
        ([8] * (len(DECLARED) + 3), f"script_args: {len(DECLARED) + 3} values"),
    ],
    ids=[
        "empty",
        "mixed",
        "near name",
        "near choice",
        "nothing",
        "range",
        "unknown",
        "type",
        "choice",
        "masked content",
        "too many",
    ],
)
def test_bad_input_is_refused_with_the_message(driver: Driver, small: Pixels, arguments: list[Any], message: str) -> None:
    assert message in driver.refused(small, *arguments)


def test_a_mask_weight_on_a_checkpoint_that_has_none_is_refused(driver: Driver, small: Pixels) -> None:
    message = driver.refused(small, {"left": 16, "mask_weight": 0.5}, model="plain")
    assert message.startswith("mask_weight: 0.5 needs an inpainting checkpoint, and ")
    assert "engine" not in message


def test_an_unknown_checkpoint_in_the_overrides_is_refused(driver: Driver, small: Pixels) -> None:
    message = driver.refused(small, {"left": 16}, override_settings={"sd_model_checkpoint": "no-such-model-anywhere"})
    assert message.startswith("sd_model_checkpoint: 'no-such-model-anywhere'")


# pixels


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("overlap", [0, 16])
def test_source_bytes_outside_the_band_are_unchanged(driver: Driver, small: Pixels, model: str, overlap: int) -> None:
    arguments = {"left": 24, "right": 9, "up": 16, "down": 7, "overlap": overlap, "fill": "edge"}
    result = driver.outpaint(small, arguments, model=model).first
    height, width = small.shape[:2]
    kept = result[16 + overlap : 16 + height - overlap, 24 + overlap : 24 + width - overlap]
    np.testing.assert_array_equal(kept, small[overlap : height - overlap, overlap : width - overlap])
    if overlap:
        band = result[16 : 16 + height, 24 : 24 + overlap]
        assert (band != small[:, :overlap]).any()


def prefill_left(driver: Driver, small: Pixels, order: str, **fields: Any) -> NDArray[np.bool_]:
    """Where prefill is left in the new area. Twice the same job, but for the colour of the prefill: a pixel that has that
    colour both times holds prefill. (A random model may paint magenta by chance, but not magenta beside one frame and green
    beside another.)"""
    holds_prefill = []
    for colour in ((255, 0, 255), (0, 255, 0)):
        framed = small.copy()
        framed[:, 0] = framed[:, -1] = framed[0] = framed[-1] = colour  # the edge fill carries it over the new area
        sides = dict.fromkeys(("left", "right", "up", "down"), 32)
        arguments = {**sides, "fill": "edge", "overlap": 0, "color_match": "off", "order": order, "context": 64}
        result = driver.outpaint(framed, arguments, denoising_strength=1.0, steps=3, **fields).first
        np.testing.assert_array_equal(result[32:-32, 32:-32], framed)
        holds_prefill.append((np.abs(result.astype(int) - colour) <= 12).all(-1))
    found = holds_prefill[0] & holds_prefill[1]
    found[32:-32, 32:-32] = False
    return found


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("order", ["together", "one by one"])
def test_no_prefill_is_left(driver: Driver, small: Pixels, model: str, order: str) -> None:
    assert not prefill_left(driver, small, order, model=model).any()


@pytest.mark.parametrize("arguments", [{}, {"overlap": 0}, {"left": 0, "right": None}], ids=str)
def test_a_painted_mask_alone_is_repainted_at_the_same_size(driver: Driver, small: Pixels, arguments: Any) -> None:
    painted = np.zeros(small.shape[:2], np.uint8)
    painted[30:54, 40:70] = 255
    answer = driver.outpaint(small, arguments, mask=painted, inpainting_fill=1)
    assert answer.size() == (96, 80)
    assert "Outpaint passes: 1" in answer.infotext
    changed = (answer.first != small).any(-1)
    assert changed[30:54, 40:70].mean() > 0.8
    assert not changed[:8].any()  # the band around the region is 32 px at most, and less of a small picture
    if arguments.get("overlap") == 0:
        assert not changed[painted == 0].any()
    empty = np.zeros_like(painted)
    assert "nothing grows" in driver.refused(small, arguments, mask=empty)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_painted_mask_is_repainted_before_growing(driver: Driver, small: Pixels, inverted: bool) -> None:
    painted = np.zeros(small.shape[:2], np.uint8)
    painted[30:54, 40:70] = 255
    mask = 255 - painted if inverted else painted
    fields = {"mask": mask, "inpainting_fill": 1, "inpainting_mask_invert": int(inverted)}
    answer = driver.outpaint(small, {"left": 24, "overlap": 0}, **fields)
    assert "Outpaint passes: 2" in answer.infotext
    changed = (answer.first[:, 24:] != small).any(-1)
    assert changed[30:54, 40:70].mean() > 0.8
    assert not changed[painted == 0].any()


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA"])
def test_pictures_of_any_mode(driver: Driver, small: Pixels, mode: str) -> None:
    image = Image.fromarray(small).convert(mode)
    answer = driver.outpaint(image, {"left": 16, "overlap": 8})
    np.testing.assert_array_equal(answer.first[:, 16 + 8 :], np.array(image.convert("RGB"))[:, 8:])


def test_extras_show_the_prefill_and_the_mask(driver: Driver, small: Pixels) -> None:
    answer = driver.outpaint(small, {"left": 32, "fill": "edge", "overlap": 16, "extras": "both"})
    result, canvas, mask = answer.pictures
    assert result.shape == canvas.shape == mask.shape
    np.testing.assert_array_equal(canvas[:, :32], np.repeat(small[:, :1], 32, 1))
    assert (mask[:, :32] == 255).all()
    assert (mask[:, 32 + 16 :] == 0).all()


# the conditioning mask weight


def test_the_mask_weight_acts_on_an_inpainting_checkpoint(driver: Driver, small: Pixels) -> None:
    first, again, other = (driver.outpaint(small, {"left": 32, "mask_weight": weight}).first for weight in (1, 1, 0))
    assert levels(first, again) == 0
    assert levels(first, other) > 0


def test_the_users_mask_weight_is_used_and_told(driver: Driver, small: Pixels) -> None:
    override = driver.outpaint(small, {"left": 32}, override_settings={"inpainting_mask_weight": 0.25})
    named = driver.outpaint(small, {"left": 32, "mask_weight": 0.25})
    np.testing.assert_array_equal(override.first, named.first)
    if "mask weight in the infotext" not in driver.lacks:
        assert "Conditional mask weight: 0.25" in override.infotext
        assert "Conditional mask weight: 0.25" in named.infotext
    assert levels(named.first, driver.outpaint(small, {"left": 32}).first) > 0


# seeds and batches


@pytest.mark.parametrize("model", KINDS)
def test_repeating_a_job_gives_the_same_bytes_whatever_ran_in_between(driver: Driver, small: Pixels, model: str) -> None:
    first = driver.outpaint(small, LEFT, model=model)
    driver.outpaint(small, {"up": 24}, seed=99)
    driver.img2img(small, seed=1234, model="plain")
    again = driver.outpaint(small, LEFT, model=model)
    np.testing.assert_array_equal(first.first, again.first)
    assert first.infotext == again.infotext
    assert levels(first.first, driver.outpaint(small, LEFT, model=model, seed=6).first) > 1


def test_a_random_seed_is_recorded_and_makes_the_picture_again(driver: Driver, small: Pixels) -> None:
    free = driver.outpaint(small, LEFT, seed=-1)
    assert free.info["seed"] >= 0
    np.testing.assert_array_equal(free.first, driver.outpaint(small, LEFT, seed=free.info["seed"]).first)


def test_random_seeds_differ_also_when_nothing_else_moves_the_generator(driver: Driver, small: Pixels) -> None:
    """The generators are put back after a job: drawn inside, -1 would be the same seed for ever."""
    more = [{"force_task_id": f"task(outpaint{i})"} if "task ids" not in driver.lacks else {} for i in range(3)]
    assert len({driver.outpaint(small, LEFT, seed=-1, **fields).info["seed"] for fields in more}) == 3


@pytest.mark.parametrize("model", KINDS)
def test_each_picture_of_two_by_two_is_made_again_alone(driver: Driver, small: Pixels, model: str) -> None:
    four = driver.outpaint(small, TWO_PASSES, model=model, n_iter=2, batch_size=2, override_settings=driver.no_grid)
    assert four.info["all_seeds"] == [5, 6, 7, 8]
    assert [text.split("Seed: ")[1].split(",")[0] for text in four.info["infotexts"]] == ["5", "6", "7", "8"]
    assert len(four.pictures) == len({picture.tobytes() for picture in four.pictures}) == 4
    for picture, seed in zip(four.pictures, four.info["all_seeds"], strict=True):
        assert levels(driver.outpaint(small, TWO_PASSES, model=model, seed=seed).first, picture) <= 1


def test_variation_seeds(driver: Driver, small: Pixels) -> None:
    plain = driver.outpaint(small, LEFT)
    fields = {"batch_size": 2, "override_settings": driver.no_grid}
    varied = driver.outpaint(small, LEFT, subseed=77, subseed_strength=0.5, **fields)
    assert varied.info["all_seeds"] == [5, 5]
    assert varied.info["all_subseeds"] == [77, 78]
    assert (varied.first != plain.first).any()
    second = driver.outpaint(small, LEFT, subseed=78, subseed_strength=0.5)
    assert levels(second.first, varied.pictures[1]) <= 1
    if "variation in the infotext" not in driver.lacks:
        assert "Variation seed: 78" in second.infotext


def test_compare_returns_a_labelled_grid_and_the_pictures(driver: Driver, small: Pixels) -> None:
    answer = driver.outpaint(small, {"left": 32, "compare": "fill=edge,mirror; overlap=0,16"})
    assert answer.info["index_of_first_image"] == 1
    assert len(answer.pictures) == 5
    assert answer.pictures[0].shape[0] > 2 * 80
    texts = answer.info["infotexts"][1:]
    assert "Outpaint fill: mirror, Outpaint overlap: 16" not in texts[0]
    assert "Outpaint fill: mirror" in texts[2]


# notes, and what must stay as it was


@pytest.mark.parametrize("model", KINDS)
def test_a_plain_checkpoint_is_told_what_would_do_better(driver: Driver, small: Pixels, model: str) -> None:
    notes = driver.outpaint(small, {**LEFT, "controlnet": "off"}, model=model).notes
    assert ("is not an inpainting checkpoint" in notes) == (model == "plain")


def test_what_auto_chose(driver: Driver, small: Pixels) -> None:
    left = {"left": 32, "overlap": 8, "controlnet": "off"}
    both = {"right": 32, **left}
    assert "auto: all sides in one pass" in driver.outpaint(small, both).notes
    one_by_one = driver.outpaint(small, {**both, "order": "one by one"})
    assert "auto: 96 to 128 px of the image in view" in one_by_one.notes
    assert "auto" not in driver.outpaint(small, {**left, "context": 32}).notes


def test_time_and_advice_are_not_in_the_infotext(driver: Driver, small: Pixels) -> None:
    answer = driver.outpaint(small, TWO_PASSES)
    assert "latent pixels" in answer.notes
    assert all("latent pixels" not in text and "notes" not in text for text in answer.info["infotexts"])


def test_overrides_do_not_leak(driver: Driver, small: Pixels) -> None:
    before = driver.options()
    overrides = {"inpainting_mask_weight": 0.5, "CLIP_stop_at_last_layers": 2}
    if "our settings" not in driver.lacks:
        overrides["outpaint_largest_window"] = 0.25
    driver.outpaint(small, {"left": 16}, override_settings=overrides)
    assert driver.options() == before
