"""Seeds, batches, the conditioning mask weight, interrupts and settings, as the host's own code treats them."""

import numpy as np
import pytest
import torch

from .conftest import levels, pixels

LEFT = {"left": 32, "overlap": 16}
TWO_PASSES = {"left": 64, "step": 32, "context": 64, "overlap": 16}
THREE_PASSES = {**TWO_PASSES, "left": 96}


def test_the_mask_weight_is_the_parameters_else_the_settings(host, outpaint, watch, monkeypatch):
    named = outpaint({"left": 32, "mask_weight": 0.25})
    override = outpaint({"left": 32}, override_settings={"inpainting_mask_weight": 0.25})
    monkeypatch.setitem(host.shared.opts.data, "inpainting_mask_weight", 0.25)
    setting = outpaint({"left": 32})
    over_the_setting = outpaint({"left": 32, "mask_weight": 1})
    np.testing.assert_array_equal(pixels(named), pixels(override))
    np.testing.assert_array_equal(pixels(named), pixels(setting))
    assert levels(pixels(named), pixels(over_the_setting)) > 1
    assert len(watch.calls) == 4


def test_the_hosts_own_generations_stay_the_same(outpaint, img2img):
    def plain():
        torch.manual_seed(3)  # the host encodes with whatever the generator holds
        return pixels(img2img(model="plain"))

    before = plain()
    state = torch.get_rng_state()
    outpaint(TWO_PASSES)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(plain(), before)


@pytest.mark.parametrize("model", ["plain", "inpainting"])
def test_each_of_a_batch_is_made_again_alone(outpaint, watch, model):
    both = outpaint(TWO_PASSES, model=model, batch_size=2)
    assert both.all_seeds == [5, 6]
    assert [len(decoded) for decoded in watch.decoded] == [2, 2]
    assert levels(pixels(both, 0), pixels(both, 1)) > 8
    for index, seed in enumerate(both.all_seeds):
        assert levels(pixels(outpaint(TWO_PASSES, model=model, seed=seed)), pixels(both, index)) <= 1


@pytest.fixture
def interrupt_at(host):
    """Interrupts at a step of the sampler, counted over all passes, as the button does in mid-sampling."""
    steps = []

    def arm(number):
        def step(params):
            steps.append(params)
            if len(steps) == number:
                host.shared.state.interrupt()

        steps.clear()
        host.script_callbacks.on_cfg_denoised(step)
        arm.callbacks.append(step)
        return steps

    arm.callbacks = []
    yield arm
    for callback in arm.callbacks:
        host.script_callbacks.remove_callbacks_for_function(callback)
    host.shared.state.begin()


def test_an_interrupt_in_pass_2_keeps_pass_1_and_drops_the_half_sampled_one(outpaint, watch, interrupt_at):
    whole = pixels(outpaint(THREE_PASSES))
    assert len(watch.calls) == 3
    watch.calls.clear()
    steps = interrupt_at(3)  # two steps a pass
    processed = outpaint(THREE_PASSES)
    assert len(steps) == 3
    assert len(watch.calls) == 2  # the host decodes the half-sampled picture and hands it over
    assert processed.images[0].size == (96 + 32, 80)
    np.testing.assert_array_equal(pixels(processed)[:, 32:], whole[:, 96:])
    assert "stopped: interrupted" in processed.comments
    assert processed.extra_generation_params["Outpaint complete"] == "no"


def test_an_interrupt_before_anything_is_finished_gives_no_picture(outpaint, interrupt_at):
    interrupt_at(1)
    processed = outpaint(LEFT)
    assert processed.images == []
    assert "nothing was finished" in processed.comments


@pytest.mark.parametrize("override", ["inpainting.safetensors", "inpainting"])
def test_an_override_by_any_of_its_names_is_no_checkpoint_exchanged_in_mid_job(host, outpaint, override):
    assert override in host.sd_models.checkpoint_aliases
    processed = outpaint(LEFT, model="plain", override_settings={"sd_model_checkpoint": override})
    assert "in mid-job" not in processed.comments
    assert "in mid-job" not in outpaint(LEFT, model="plain").comments


@pytest.mark.parametrize("happening", ["success", "interrupt"])
def test_settings_and_checkpoint_are_as_before(host, outpaint, interrupt_at, happening):
    """The host itself leaves a setting behind that was never stored."""
    data = host.shared.opts.data
    stored = data.pop("inpainting_mask_weight")
    try:
        overrides = {"sd_model_checkpoint": "inpainting.safetensors", "inpainting_mask_weight": 0.5}
        if happening == "interrupt":
            interrupt_at(1)
        before = {**data, "sd_model_checkpoint": "plain.safetensors"}
        processed = outpaint(LEFT, model="plain", override_settings=overrides)
        assert bool(processed.images) == (happening == "success")
        assert data == before
        assert host.shared.sd_model.sd_checkpoint_info.name == "plain.safetensors"
    finally:
        data["inpainting_mask_weight"] = stored
