"""Jobs that end early (interrupt, skip, stop, failure, lack of memory): what is kept, and that options are as before."""

import numpy as np
import pytest

from lib_outpaint.errors import BackendError, ParamError

from .conftest import TWO_PASSES, array, raises


def options_and_model(host):
    return dict(host.shared.opts.data), host.shared.sd_model


@pytest.mark.parametrize("happening", ["success", "error", "interrupt", "bad input"])
def test_options_and_checkpoint_are_as_before(host, run, happening):
    overrides = {"sd_model_checkpoint": "inpainting.safetensors", "overlay_inpaint": False, "eta": 0.1, "sd_vae": "other"}
    before = options_and_model(host)
    if happening == "success":
        run(TWO_PASSES, override_settings=overrides)
    elif happening == "bad input":
        with pytest.raises(ParamError):
            run({"left": -1}, override_settings=overrides)
    elif happening == "error":
        host.processing.hooks["sample"] = raises(RuntimeError("broken"))
        with pytest.raises(BackendError, match="broken"):
            run(TWO_PASSES, override_settings=overrides)
    else:
        host.processing.hooks["sample"] = lambda p: host.shared.state.interrupt()
        run(TWO_PASSES, override_settings=overrides)
    assert options_and_model(host) == before


def test_an_interrupt_in_pass_2_keeps_pass_1_and_drops_the_half_sampled_one(host, run, tmp_path):
    whole = array(run({**TWO_PASSES, "left": 96}).images[0])
    host.processing.calls.clear()
    host.processing.hooks["sample"] = lambda p: len(host.processing.calls) == 2 and host.shared.state.interrupt()
    processed = run({**TWO_PASSES, "left": 96}, do_not_save_samples=False)
    assert len(host.processing.calls) == 2
    assert processed.images[0].size == (96 + 32, 80)
    np.testing.assert_array_equal(array(processed.images[0])[:, 32:], whole[:, 96:])
    assert "stopped: interrupted" in processed.comments
    assert "Outpaint complete: no" in processed.infotexts[0]


def test_an_interrupt_before_anything_gives_nothing_and_does_not_raise(host, run, tmp_path):
    host.processing.hooks["sample"] = lambda p: host.shared.state.interrupt()
    processed = run(TWO_PASSES)
    assert processed.images == []
    assert "nothing was finished" in processed.comments


def test_skip_ends_this_batch_and_the_next_goes_on(host, run):
    def skip(p):
        host.shared.state.skipped = len(host.processing.calls) == 2

    host.processing.hooks["sample"] = skip
    processed = run(TWO_PASSES, n_iter=2)
    pictures = processed.images[processed.index_of_first_image :]
    assert [image.size for image in pictures] == [(128, 80), (160, 80)]
    assert "stopped in pass left 2" in processed.comments


def test_a_failure_after_a_finished_pass_returns_that_and_the_reason(host, run):
    host.processing.hooks["sample"] = raises(RuntimeError("the VAE made NaN"), at=2)
    processed = run(TWO_PASSES)
    assert processed.images[0].size == (128, 80)
    assert "the VAE made NaN" in processed.comments


def test_out_of_memory_is_tried_once_more_in_smaller_windows(host, run, picture):
    import torch

    host.processing.hooks["sample"] = raises(torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate"))
    big = picture.resize((256, 512))
    processed = run({"left": 64}, init_images=[big])
    assert processed.images[0].size == (320, 512)
    sizes = [c.width * c.height for c in host.processing.calls]
    assert max(sizes[1:]) <= sizes[0] // 2
    assert "smaller windows" in processed.comments
    assert host.devices.collected


def test_settings_that_somebody_changes_meanwhile_are_theirs(host, run):
    def somebody(p):
        host.shared.opts.data["grid_save"] = False
        host.shared.opts.data["img2img_background_color"] = "#123456"

    host.processing.hooks["sample"] = somebody
    run({"left": 8}, override_settings={"eta": 0.3})
    assert host.shared.opts.data["grid_save"] is False
    assert host.shared.opts.data["img2img_background_color"] == "#123456"
    assert "eta" not in host.shared.opts.data


def test_stop_after_this_image_keeps_the_pass_that_was_finished(host, run):
    """The host's interrupt button, pressed once, lets the sampler finish what it is at."""

    def pressed(p):
        host.shared.state.stopping_generation = len(host.processing.calls) == 2

    host.processing.hooks["sample"] = pressed
    processed = run({**TWO_PASSES, "left": 96})
    assert processed.images[0].size == (96 + 64, 80)
    host.processing.calls.clear()
    assert run(TWO_PASSES, n_iter=1).images[0].size == (96 + 64, 80)


def test_out_of_memory_in_our_own_work_keeps_finished_pictures(host, run, monkeypatch):
    import torch

    from lib_outpaint.engine.growing import Growing

    put = Growing.put

    def full(self, step, window, blended):
        if self.image == 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        put(self, step, window, blended)

    monkeypatch.setattr(Growing, "put", full)
    processed = run({"left": 8}, n_iter=2)
    assert len(processed.images) == 1
    assert "out of memory" in processed.comments


def test_an_interrupt_before_anything_leaves_params_txt(host, run, tmp_path):
    host.processing.hooks["sample"] = lambda p: host.shared.state.interrupt()
    run(TWO_PASSES)
    assert (tmp_path / "params.txt").read_text(encoding="utf8") == "the last finished job"
