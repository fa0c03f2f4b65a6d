"""Infotext -> paste -> generate makes the same picture, by the API's field `infotext`. test_page.py does it on the page."""

import random

import numpy as np
import pytest

from lib_outpaint.parameters.params import DECLARED

from .conftest import answered, encoded

CASES = range(10)


@pytest.fixture(scope="module")
def loras(webui):
    return webui.loras()


@pytest.fixture(scope="module")
def inpaint_control(webui):
    return bool(webui.inpaint_controlnets())


def random_parameters(dice, *, inpainting, control, loras):
    """Parameters from all over their ranges; growth stays small for a CPU's sake."""
    sides = dice.sample(["left", "right", "up", "down"], dice.randint(1, 3))
    values = {side: dice.randint(1, 40) for side in sides}
    if dice.random() < 0.2:
        width, height = 96 + dice.randint(1, 40), 80 + dice.randint(0, 40)
        values = {"size": f"{width}x{height}", "anchor": dice.choice(["up left", "right"])}
    elif dice.random() < 0.3:
        values = {**{side: dice.choice([12.5, 25, 33.3]) for side in sides}, "unit": "%"}
    values |= {
        "order": dice.choice(["auto", "together", "one by one"]),
        "step": dice.choice([0, 24]),
        "context": dice.choice([0, 48]),
        "fill": dice.choice(["edge", "mirror", "mosaic", "smooth", "noise"]),
        "noise_exponent": round(dice.uniform(0, 4), 3),
        "color_variation": dice.random(),
        "mosaic": dice.randint(2, 32),
        "overlap": dice.choice([0, 8, 17, 32]),
        "mask_blur": dice.randint(0, 12),
        "mask_falloff": round(dice.uniform(0.25, 4), 2),
        "color_match": dice.choice(["off", "mean", "seam"]),
        "extras": dice.choice(["none", "mask"]),
    }
    words = dice.choice(["calm sea", 'a "sign": x, y', "天空, (clouds:1.3)", "back\\slash: [a|b]"])
    lines = [f"{dice.choice(['', '!'])}{side}: {words}" for side in sides[:2]]
    if loras:
        lines.append(f"{sides[0]} 1: <lora:{dice.choice(loras)}:0.7> wood")
        values["loras"] = dice.choice(["", f"{dice.choice(loras)}:0.4"])
    if dice.random() < 0.6:
        values["side_prompts"] = "\n".join([*lines, f"{sides[0]} -: people, text"])
        values["order"] = dice.choice(["auto", "one by one"])
    if inpainting:
        values["mask_weight"] = dice.choice([None, 0.0, 0.35])
    if control:
        values |= {"controlnet": dice.choice(["auto", "off", "on"])}
        if values["controlnet"] == "on":
            values |= {"controlnet_weight": round(dice.uniform(0, 2), 2), "controlnet_mode": "My prompt is more important"}
    return values


@pytest.mark.parametrize("case", CASES)
def test_a_random_settings_picture_is_made_again_from_its_infotext(webui, picture, loras, inpaint_control, case):
    dice = random.Random(case)
    inpainting = case % 2 == 0
    model = webui.inpainting if inpainting else webui.plain
    values = random_parameters(dice, inpainting=inpainting, control=inpaint_control, loras=loras)
    batch = dice.choice([1, 2])
    fields = {
        "prompt": dice.choice(["a cup", "a (cup:1.2), table\nsecond line"]),
        "seed": dice.randrange(2**32),
        "negative_prompt": dice.choice(["", "blur, text"]),
        "steps": dice.randint(1, 3),
        "batch_size": batch,
        "cfg_scale": dice.choice([1.5, 7]),
        "denoising_strength": dice.choice([0.6, 0.9, 1.0]),
        "sampler_name": dice.choice(["Euler", "Euler a", "DDIM"]),
        "override_settings": {"return_grid": False},
    }
    if dice.random() < 0.4:
        fields |= {"subseed": 77, "subseed_strength": 0.3}
    if dice.random() < 0.3:
        fields["override_settings"] |= {"CLIP_stop_at_last_layers": 2, "outpaint_largest_window": 0.25}
    first = webui.outpaint(picture, values, model=model, **fields)
    which = batch - 1
    response = webui.again(picture, first.info["infotexts"][which], model=model)
    assert response.status_code == 200, response.text[:500]
    again = answered(response)
    assert again.size() == first.size(which)
    assert np.abs(again.first.astype(int) - first.pictures[which]).max() <= 1
    ours = [text.split("Outpaint version")[1] for text in (again.infotext, first.info["infotexts"][which])]
    assert ours[0] == ours[1]


def test_it_is_not_the_same_without_the_infotext(webui, picture):
    """The parameters really come from it: without it the host makes a plain picture of the tab's size."""
    first = webui.outpaint(picture, {"left": 32, "fill": "mirror"}, prompt="a cup", negative_prompt="blur")
    again = answered(webui.again(picture, first.infotext.replace("Outpaint version", "Other version"), width=64, height=64))
    assert again.size() == (64, 64)
    assert "Script" not in again.info["extra_generation_params"]


def test_what_a_request_sets_itself_wins(webui, picture):
    first = webui.outpaint(picture, {"left": 32, "fill": "mirror"})
    again = answered(webui.again(picture, first.infotext, script_args=[{"up": 8}], seed=99))
    assert again.size() == (96, 88)
    assert "Seed: 99" in again.infotext
    assert "Outpaint fill" not in again.infotext


def test_a_painted_mask_is_filled_as_before(webui, picture):
    mask = np.zeros_like(picture)
    mask[20:60, 30:70] = 255
    first = webui.outpaint(picture, {"left": 24}, mask=encoded(255 - mask), inpainting_mask_invert=1, inpainting_fill=2)
    assert "Masked content: latent noise" in first.infotext
    again = answered(webui.again(picture, first.infotext, mask=encoded(255 - mask)))
    assert np.abs(again.first.astype(int) - first.first).max() <= 1


def test_a_grown_picture_does_not_grow_again_by_its_own_parameters(webui, picture):
    first = webui.outpaint(picture, {"left": 32})
    refused = webui.again(first.first, first.infotext)
    assert refused.status_code == 422
    assert "these parameters are for an image of 96x80, but this one is 128x80" in refused.json()["detail"]
    label = next(param.label for param in DECLARED if param.name == "source_size")
    assert f'clear "{label}"' in refused.json()["detail"]
    emptied = answered(webui.again(first.first, first.infotext.replace(", Outpaint source size: 96x80", "")))
    assert emptied.size() == (160, 80)


def test_two_generations_of_growth_each_come_back_from_their_own_infotext(webui, picture):
    first = webui.outpaint(picture, {"left": 32})
    second = webui.outpaint(first.first, {"up": 24, "fill": "edge"})
    assert "Outpaint source size: 128x80" in second.infotext
    again = answered(webui.again(first.first, second.infotext))
    assert np.abs(again.first.astype(int) - second.first).max() <= 1


def test_our_controlnet_unit_is_not_pasted_into_a_unit_of_the_user(webui, picture, inpaint_control):
    if not inpaint_control:
        pytest.skip("no inpaint ControlNet")
    first = webui.outpaint(picture, {"left": 32, "controlnet": "on", "controlnet_weight": 0.5}, model=webui.plain)
    assert 'Outpaint ControlNet: "Module: inpaint_global_harmonious' in first.infotext
    assert "ControlNet 0" not in first.infotext


def test_an_infotext_that_cannot_be_read_is_a_422(webui, picture):
    text = webui.outpaint(picture, {"left": 32, "fill": "edge"}).infotext
    response = webui.again(picture, text.replace("fill: edge", "fill: glitter"))
    assert response.status_code == 422
    assert response.json()["detail"].startswith("fill: 'glitter' is not one of")
