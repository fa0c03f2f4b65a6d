"""LoRAs on a running WebUI. Wants one that fits the checkpoints, such as a tiny one for SD 1."""

import numpy as np
import pytest

# Context keeps each side's window clear of the other side's new area.
SIDES = {"left": 32, "right": 32, "order": "one by one", "context": 32, "overlap": 8}


@pytest.fixture
def lora(webui):
    names = [entry["name"] for entry in webui.get("/sdapi/v1/loras")]
    if not names:
        pytest.skip("no LoRA is installed")
    return names[0]


def parts(answer):
    """The left part, the kept middle and the right part."""
    return answer.first[:, :32], answer.first[:, 40:-40], answer.first[:, -32:]


@pytest.mark.parametrize("model", ["plain", "inpainting"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_lora_in_the_prompt_acts_on_every_pass(webui, picture, lora, model, batch):
    def grown(prompt, **arguments):
        return parts(webui.outpaint(picture, {**SIDES, **arguments}, prompt=prompt, batch_size=batch,
                                    model=getattr(webui, model), override_settings={"return_grid": False}))

    without, again = grown("a cup"), grown("a cup")
    tagged, listed = grown(f"a cup <lora:{lora}:1>"), grown("a cup", loras=f"{lora}:1")
    for i in (0, 2):
        np.testing.assert_array_equal(without[i], again[i])
        assert (without[i] != tagged[i]).any()
        np.testing.assert_array_equal(tagged[i], listed[i])
    np.testing.assert_array_equal(without[1], tagged[1])


def test_a_lora_in_one_sides_prompt_changes_that_side_only(webui, picture, lora):
    without = parts(webui.outpaint(picture, SIDES))
    right = parts(webui.outpaint(picture, {**SIDES, "side_prompts": f"right: <lora:{lora}:1>"}))
    np.testing.assert_array_equal(without[0], right[0])
    assert (without[2] != right[2]).any()
    left = parts(webui.outpaint(picture, {**SIDES, "side_prompts": f"left: <lora:{lora}:1>"}))
    assert (without[0] != left[0]).any()
    np.testing.assert_array_equal(without[2], left[2])


def test_prompts_per_side_change_their_sides_only(webui, picture):
    without = parts(webui.outpaint(picture, SIDES))
    with_prompts = parts(webui.outpaint(picture, {**SIDES, "side_prompts": "left: the sea\n# nothing\nright -: people"}))
    assert (without[0] != with_prompts[0]).any()
    assert (without[2] != with_prompts[2]).any()
    only = parts(webui.outpaint(picture, {**SIDES, "side_prompts": "!right: hills"}))
    np.testing.assert_array_equal(without[0], only[0])
    assert (without[2] != only[2]).any()


@pytest.mark.parametrize(("arguments", "prompt", "field"), [
    ({"loras": "no-such-lora:0.5"}, "a cup", "loras"),
    ({}, "a cup <lora:no-such-lora:1>", "prompt"),
    ({"side_prompts": "left: <lora:no-such-lora:1>"}, "a cup", "side_prompts"),
])
def test_a_missing_lora_is_refused_before_sampling(webui, picture, lora, arguments, prompt, field):
    response = webui.img2img(picture, script_name="directional outpaint", script_args=[{"left": 16, **arguments}],
                             prompt=prompt)
    assert response.status_code == 422, response.text[:300]
    detail = response.json()["detail"]
    assert detail.startswith(f"{field}: 'no-such-lora' is no LoRA of this WebUI")
    assert lora in detail
