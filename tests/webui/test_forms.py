"""Every API form gives exactly the size asked for, and bad input is a 422 with the message."""

import numpy as np
import pytest

from lib_outpaint.parameters.params import DECLARED

SMALL = {"step": 64, "context": 64}


def test_the_script_is_listed_with_meaningful_labels(webui):
    assert "directional outpaint" in webui.get("/sdapi/v1/scripts")["img2img"]
    info = next(s for s in webui.get("/sdapi/v1/script-info") if s["name"] == "directional outpaint")
    assert [arg["label"] for arg in info["args"]] == [param.label for param in DECLARED]
    assert info["args"][0]["maximum"] == 4096


@pytest.mark.parametrize(
    ("width", "height", "arguments", "size"),
    [
        (371, 681, {"left": 128}, (499, 681)),
        (501, 503, {"left": 100, "right": 100}, (701, 503)),
        (133, 97, {"left": 31, "right": 8, "up": 17, "down": 1}, (172, 115)),
        (133, 97, {"left": 31, "right": 8, "up": 17, "down": 1, "order": "one by one", **SMALL}, (172, 115)),
        (120, 90, {"right": 96, "step": 32, "context": 64}, (216, 90)),
        (120, 90, {"aspect": "2:1"}, (180, 90)),
    ],
    ids=["one side", "two sides", "four sides", "one by one", "three passes", "aspect"],
)
def test_named_parameters_give_the_exact_size(webui, photo_of, width, height, arguments, size):
    picture = photo_of(width, height)
    answer = webui.outpaint(picture, arguments, steps=1, denoising_strength=0.9)
    assert answer.size() == size
    assert (answer.info["width"], answer.info["height"]) == size
    assert f"Size: {size[0]}x{size[1]}" in answer.infotext


@pytest.mark.parametrize(
    "arguments",
    [
        [40, 0, 24],
        [40, 0, 24] + [None] * (len(DECLARED) - 3),
        [40, 0, 24, 0, "px"],
    ],
    ids=["three values", "all values", "five values"],
)
def test_positional_parameters(webui, picture, arguments):
    assert webui.outpaint(picture, *arguments).size() == (96 + 40, 80 + 24)


@pytest.mark.parametrize(
    "arguments",
    [
        ["", 24, 8, ["left", "down"], 1.0, 0.05],
        [24, 8, 0, ["left", "down"]],
        [24, 8, "fill", "left,down"],
        [{"pixels": 24, "mask_blur": 8, "direction": ["left", "down"]}],
        [{"pixels": 24, "direction": "left, down", "noise_q": 1.2}],
    ],
    ids=["mk2", "poor man's", "poor man's, text", "mk2 names", "direction as text"],
)
def test_the_forms_of_mk2_and_poor_mans(webui, picture, arguments):
    assert webui.outpaint(picture, *arguments).size() == (96 + 24, 80 + 24)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([{}], "nothing grows"),
        ([], "nothing grows"),
        ([{"left": 5000}], "left: 5000 is outside 0..4096"),
        ([{"sideways": 8}], "sideways: no such parameter"),
        ([{"left": "wide"}], "left: 'wide' is not a number"),
        ([{"left": 8, "fill": "lava"}], "fill: 'lava' is not one of"),
        ([8] * (len(DECLARED) + 3), "script_args: "),
    ],
    ids=["empty", "nothing", "range", "unknown", "type", "choice", "too many"],
)
def test_bad_input_is_a_422_with_the_message(webui, picture, arguments, message):
    response = webui.img2img(picture, script_name="directional outpaint", script_args=arguments)
    assert response.status_code == 422, response.text[:500]
    assert message in response.json()["detail"]


def test_a_mask_weight_on_a_checkpoint_that_has_none_is_refused(webui, picture):
    response = webui.img2img(
        picture, model=webui.plain, script_name="directional outpaint", script_args=[{"left": 16, "mask_weight": 0.5}]
    )
    assert response.status_code == 422
    assert "mask_weight" in response.json()["detail"]


def test_an_unknown_checkpoint_in_the_overrides_is_refused(webui, picture):
    response = webui.img2img(
        picture, model="no-such-model-anywhere", script_name="directional outpaint", script_args=[{"left": 16}]
    )
    assert response.status_code == 422
    assert "no-such-model-anywhere" in response.json()["detail"]


def test_the_webuiapi_client(webui, picture):
    webuiapi = pytest.importorskip("webuiapi")
    from PIL import Image

    client = webuiapi.WebUIApi(baseurl=f"{webui.url}/sdapi/v1", sampler="Euler", steps=2)
    result = client.img2img(
        images=[Image.fromarray(picture)],
        prompt="a cup",
        seed=5,
        steps=2,
        denoising_strength=0.75,
        script_name="Directional outpaint",
        script_args=[{"left": 24}],
        override_settings={"sd_model_checkpoint": webui.inpainting},
    )
    assert result.image.size == (96 + 24, 80)
    np.testing.assert_array_equal(np.array(result.image.convert("RGB"))[:, 24 + 32 :], picture[:, 32:])
