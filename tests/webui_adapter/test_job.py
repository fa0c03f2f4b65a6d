"""Whole jobs on the stand-in: sizes, seeds, options, faults, results."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.errors import HostError, ParamError

from .conftest import TWO_PASSES, array, raises


def test_the_tabs_size_is_not_used(run):
    assert run({"left": 24}, width=1024, height=1024).images[0].size == (120, 80)


@pytest.mark.parametrize(("values", "size"), [
    ({"left": 13, "down": 7}, (109, 87)),
    ({"pixels": 16, "direction": "left,up"}, (112, 96)),
    (["", 16, 8, ["right"], 1.0, 0.05], (112, 80)),
    ([16, 8, 0, ["right", "down"]], (112, 96)),
], ids=["named", "mk2 names", "mk2", "poor man's"])
def test_forms_of_arguments(run, values, size):
    arguments = values if isinstance(values, list) else [values]
    assert run(*arguments).images[0].size == size


@pytest.mark.parametrize("count", [1, 3, 27])
def test_a_short_positional_list_does_not_take_the_next_scripts_values(host, make, count):
    """By API the list is shorter by what is missing, and the slice reaches into what stands behind it."""
    values = ([24] + [None] * 26)[:count]
    p = make(is_api=True)
    start, end = p.place
    behind = [["left"], "next script", 7]
    host.shared.state.begin()
    p.scripts.scripts.append(type("Next", (), {"args_from": end, "args_to": end + 3})())
    p.script_args = [*([None] * start), *values, *behind]
    processed = host.job.run(p, p.script_args[start:end], p.place)
    assert processed.images[0].size == (120, 80)


@pytest.mark.parametrize("given", [[{"left": 24}], [{"left": 24}, "ignored"], [24, 0, 8], [24] + [None] * 50, []], ids=len)
def test_a_list_of_another_length_leaves_always_on_scripts_behind_ours_their_values(host, make, given):
    seen = []

    class Behind:
        values = (0.5, ["left"])

        def title(self):
            return "Behind"

        def process(self, p, *values):
            seen.append(values)

    p = make(is_api=True)
    start, end = p.place
    behind = Behind()
    behind.args_from, behind.args_to = end, end + 2
    p.scripts.scripts.append(behind)
    p.scripts.alwayson_scripts.append(behind)
    p.script_args = [*([None] * start), *given, *Behind.values]
    host.shared.state.begin()
    if given and (len(given) < 50):
        host.job.run(p, p.script_args[start:end], p.place)
        assert seen == [Behind.values]
    else:
        fastapi = pytest.importorskip("fastapi")
        with pytest.raises(fastapi.HTTPException):
            host.job.run(p, p.script_args[start:end], p.place)
    assert tuple(p.script_args[end:]) == Behind.values


def test_a_picture_of_the_batch_tab_that_cannot_grow_is_left_out(host, make, monkeypatch):
    warned = []
    monkeypatch.setitem(sys.modules, "gradio", SimpleNamespace(Warning=warned.append))
    p = make()
    for number, left in enumerate([24, 5000, 16], 1):
        host.shared.state.job = f"{number} out of 3"
        processed = host.job.run(p, [{"left": left}], p.place)
        assert len(processed.images) == len(processed.infotexts) == (0 if left == 5000 else 1)
    assert warned == ["picture 2 out of 3 is left out: left: 5000 is outside 0..4096"]
    assert warned[0] in "".join(p.comments)


def test_bad_input_is_422_by_api_and_the_message_on_the_page(run, make, host):
    fastapi = pytest.importorskip("fastapi")
    with pytest.raises(ParamError, match="left: 5000 is outside"):
        run({"left": 5000})
    with pytest.raises(fastapi.HTTPException) as raised:
        run({"left": 5000}, is_api=True)
    assert raised.value.status_code == 422
    assert "left: 5000 is outside 0..4096" in raised.value.detail
    assert host.processing.calls == []
    assert host.images.saved == []


def test_seeds_and_batches(host, run):
    processed = run(TWO_PASSES, n_iter=2, batch_size=2)
    assert processed.all_seeds == [5, 6, 7, 8]
    first, second, third, _ = host.processing.calls
    assert first.seed == [5, 6]
    assert third.seed == [7, 8]
    assert second.seed != first.seed
    pictures = processed.images[processed.index_of_first_image:]
    for number, seed in enumerate([5, 6, 7, 8]):
        alone = run(TWO_PASSES, seed=seed).images[0]
        np.testing.assert_array_equal(array(alone), array(pictures[number]))
        assert f"Seed: {seed}" in processed.infotexts[number + processed.index_of_first_image]


def test_variation_seeds(host, run):
    processed = run(TWO_PASSES, batch_size=2, subseed_strength=0.3)
    assert processed.all_seeds == [5, 5]
    assert processed.all_subseeds == [9, 10]
    first, second = host.processing.calls
    assert first.subseed == [9, 10]
    assert second.subseed != first.subseed
    assert second.seed[0] == second.seed[1]


def test_prompts_per_side(host, run):
    run({"left": 16, "right": 16, "side_prompts": "left: sea\n!right: hills\nright -: people"}, negative_prompt="blur")
    assert [c.prompt for c in host.processing.calls] == [["a cup, sea"], ["hills"]]
    assert [c.negative_prompt for c in host.processing.calls] == [["blur"], ["blur, people"]]


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
        with pytest.raises(HostError, match="broken"):
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
    pictures = processed.images[processed.index_of_first_image:]
    assert [image.size for image in pictures] == [(128, 80), (160, 80)]
    assert "skipped" in processed.comments


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


def test_mask_weight_is_refused_where_the_checkpoint_has_none(host, run):
    with pytest.raises(ParamError, match="mask_weight"):
        run({"left": 16, "mask_weight": 0.5})
    run({"left": 16, "mask_weight": 0.5}, override_settings={"sd_model_checkpoint": "inpainting.safetensors"})


@pytest.mark.parametrize("given", ["parameter", "override", "setting"])
def test_the_mask_weight_reaches_the_sampler_and_the_infotext(host, run, given):
    overrides = {"sd_model_checkpoint": "inpainting.safetensors"}
    host.sd_models.reload_model_weights(info=host.sd_models.checkpoints["inpainting.safetensors"])
    values = {"left": 16}
    if given == "parameter":
        values["mask_weight"] = 0.25
    elif given == "override":
        overrides["inpainting_mask_weight"] = 0.25
    else:
        host.shared.opts.inpainting_mask_weight = 0.25
    processed = run(values, override_settings=overrides)
    assert "Conditional mask weight: 0.25" in processed.infotexts[0]
    (c,) = host.processing.sampled
    assert getattr(c, "inpainting_mask_weight", 0.25) == 0.25
    hole = c.image_conditioning[0, :1] > 0
    blanked = c.image_conditioning[0, 1:][:, hole[0]].mean()
    kept = c.init_latent[0][:, hole[0]].mean()
    assert abs(float(blanked) - 0.75 * float(kept)) < 0.02


def test_the_painted_mask_is_a_pass_of_its_own(host, run, picture):
    painted = np.zeros((80, 96), np.uint8)
    painted[30:50, 40:60] = 255
    processed = run({"left": 16, "overlap": 0}, mask=Image.fromarray(painted), inpainting_fill=1)
    assert len(host.processing.calls) == 2
    out = array(processed.images[0])[:, 16:]
    changed = (out != array(picture)).any(-1)
    assert changed[painted > 0].mean() > 0.9
    assert not changed[painted == 0].any()


def test_a_blank_mask_is_no_mask(host, run):
    run({"left": 16}, mask=Image.new("L", (96, 80)))
    assert len(host.processing.calls) == 1


def test_a_mask_of_the_tabs_size_is_brought_to_the_pictures(host, run):
    mask = Image.new("L", (48, 40))
    mask.paste(255, (20, 20, 30, 30))
    run({"left": 16}, mask=mask)
    assert len(host.processing.calls) == 2


def test_the_batch_tab_reuses_one_object_for_several_files(host, make, run, picture):
    p = make({"left": 16}, batch_size=2)
    sizes = []
    for size in ((96, 80), (64, 64)):
        p.init_images = [picture.resize(size)] * 2
        p.outpath_samples = "out"
        p.override_settings["samples_filename_pattern"] = f"file{size[0]}"
        processed = run({"left": 16}, p=p)
        sizes.append(processed.images[processed.index_of_first_image].size)
    assert sizes == [(112, 80), (80, 64)]
    names = [r["pattern"] for r in host.images.saved if not r["grid"]]
    assert names == ["file96", "file96", "file64", "file64"]
    assert host.shared.opts.samples_filename_pattern == "[seed]"


@pytest.mark.parametrize(("values", "native"), [
    ({}, 512), ({"sdxl": True}, 1024), ({"sd2": True}, 512), ({"sd2": True, "velocity": True}, 768)])
@pytest.mark.parametrize("how", ["loaded", "override"])
def test_the_checkpoint_that_will_be_used_decides_the_native_side(host, run, values, native, how, tmp_path):
    host.sd_models.add("big.safetensors", tmp_path / "big.safetensors", **values)
    overrides = {"sd_model_checkpoint": "big.safetensors"}
    if how == "loaded":
        host.shared.opts.data |= overrides
        host.sd_models.reload_model_weights()
        overrides = {}
    run({"left": 8}, init_images=[Image.new("RGB", (2048, 64), "gray")], override_settings=overrides)
    assert host.processing.calls[0].width == native


def test_transparency_is_laid_on_the_hosts_background(run, picture):
    clear = picture.convert("RGBA")
    clear.putalpha(128)
    processed = run({"left": 16, "overlap": 0}, init_images=[clear])
    assert processed.images[0].mode == "RGB"
    assert "background colour" in processed.comments
    assert array(processed.images[0])[40, 60].mean() > array(picture)[40, 44].mean()


def test_a_random_seed_is_another_one_each_time(run):
    """The generators are put back after a job: drawn inside, -1 would be the same seed for ever."""
    seeds = {run({"left": 8}, seed=-1).all_seeds[0] for _ in range(3)}
    assert len(seeds) == 3


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

    from lib_outpaint.working import Picture

    put = Picture.put

    def full(self, step, pixels):
        if self.image == 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        put(self, step, pixels)

    monkeypatch.setattr(Picture, "put", full)
    processed = run({"left": 8}, n_iter=2)
    assert len(processed.images) == 1
    assert "out of memory" in processed.comments


@pytest.mark.parametrize("images", [[], [None]], ids=["api", "page"])
def test_no_picture_on_page_or_api_is_one_clear_line(run, images):
    from lib_outpaint.errors import PictureError

    with pytest.raises(PictureError, match="there is no picture"):
        run({"left": 8}, init_images=images)


def test_an_interrupt_before_anything_leaves_params_txt(host, run, tmp_path):
    host.processing.hooks["sample"] = lambda p: host.shared.state.interrupt()
    run(TWO_PASSES)
    assert (tmp_path / "params.txt").read_text(encoding="utf8") == "the last finished job"


def test_a_checkpoint_is_named_exactly_or_refused(host, run):
    """The host drops an override that is no exact name, and would sample with another model than was planned for."""
    with pytest.raises(ParamError, match="sd_model_checkpoint: 'inpaint'"):
        run({"left": 8}, override_settings={"sd_model_checkpoint": "inpaint"})


def test_a_validation_error_loads_no_checkpoint(host, run):
    host.sd_models.reload_model_weights(info=host.sd_models.checkpoints["inpainting.safetensors"])
    host.sd_models.loads.clear()
    with pytest.raises(ParamError):
        run({"left": -8})
    assert host.sd_models.loads == []


def test_a_batch_of_different_pictures(host, run, picture):
    from lib_outpaint.errors import PictureError

    other = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    processed = run({"left": 8, "overlap": 0}, init_images=[picture, other], batch_size=3)
    made = processed.images[processed.index_of_first_image:]
    assert len(made) == 2
    np.testing.assert_array_equal(array(made[1])[:, 8:], array(other))
    with pytest.raises(PictureError, match="2 different pictures were given for a batch size of 1"):
        run({"left": 8}, init_images=[picture, other])


def test_seed_resize_is_off_and_not_in_the_infotext(host, run):
    processed = run({"left": 8}, seed_resize_from_w=32, seed_resize_from_h=32)
    assert "seed resize was off" in processed.comments
    assert host.processing.calls[0].seed_resize_from_w == -1


def test_a_checkpoint_that_an_extension_exchanges_in_mid_job_is_told(run):
    class Exchanges:
        def title(self):
            return "Exchanges"

        def before_process(self, p):
            p.override_settings["sd_model_checkpoint"] = "inpainting.safetensors"

    run({"left": 16})
    assert "in mid-job" not in " ".join(run.p.comments)
    run({"left": 16}, scripts=[Exchanges()])
    assert "the checkpoint inpainting was loaded in mid-job" in " ".join(run.p.comments)


def test_more_values_than_parameters_are_refused(host, run):
    from lib_outpaint.params import DECLARED

    with pytest.raises(ParamError, match=f"{len(DECLARED) + 1} values' are more than the {len(DECLARED)} parameters"):
        run(24, *[None] * len(DECLARED))
    assert host.processing.calls == []


def test_without_a_choice_in_the_settings_the_loaded_checkpoint_is_planned_for(host, run, make):
    from lib_outpaint.hosts.webui.checkpoint import checkpoint_for

    host.sd_models.reload_model_weights(info=host.sd_models.checkpoints["inpainting.safetensors"])
    host.shared.opts.sd_model_checkpoint = None
    found = checkpoint_for(make())
    assert (found.name, found.base, found.native_side, found.inpainting) == ("inpainting", "SD 1", 512, True)


def test_a_job_without_any_scripts_takes_the_pictures_the_host_returns(host, make, run):
    """They are truncated to 8 bits: half a level is given back to them."""
    expected = array(run({"left": 16, "overlap": 0, "color_match": "off"}).images[0])
    p = make({"left": 16, "overlap": 0, "color_match": "off"})
    p.scripts = None
    processed = host.job.run(p, [{"left": 16, "overlap": 0, "color_match": "off"}], p.place)
    found = array(processed.images[0])
    assert found.shape == (80, 112, 3)
    np.testing.assert_array_equal(found[:, 16:], expected[:, 16:])
    assert np.abs(found[:, :16].astype(int) - expected[:, :16]).max() <= 1
    assert abs(found[:, :16].mean() - expected[:, :16].mean()) < 0.4  # as they come they would be 0.5 darker


def test_fewer_pictures_than_windows_is_the_hosts_failure(host, make, monkeypatch):
    whole = host.processing.process_images

    def loses(p):
        processed = whole(p)
        del processed.images[processed.index_of_first_image:]
        return processed

    monkeypatch.setattr(host.processing, "process_images", loses)
    p = make({"left": 16})
    p.scripts = None
    host.shared.state.begin()
    with pytest.raises(HostError, match="the WebUI returned 0 pictures for 1 windows"):
        host.job.run(p, [{"left": 16}], p.place)


def test_a_host_samples_for_whoever_keeps_its_options_themselves(host, make, picture):
    import torch

    from lib_outpaint.engine import outpaint
    from lib_outpaint.hosts.webui import settings
    from lib_outpaint.hosts.webui.checkpoint import checkpoint_for
    from lib_outpaint.hosts.webui.sampling import WebUIHost
    from lib_outpaint.params import Params
    from lib_outpaint.request import Request, numbered_shots

    p = make()
    pixels = torch.from_numpy(array(picture)).permute(2, 0, 1).float() / 255
    host.shared.state.begin()
    result = outpaint(Request((pixels,), Params(left=16), numbered_shots(1, 5, "a cup")),
                      WebUIHost(p, checkpoint_for(p), settings.current({})))
    assert result.stopped is None
    assert result.pictures[0].extent.width == 112
    assert [c.prompt for c in host.processing.calls] == [["a cup"]]


def test_pictures_of_several_sizes_are_no_batch(host, run, picture):
    from lib_outpaint.errors import PictureError

    with pytest.raises(PictureError, match="the pictures of a batch differ in size: 96x80, 64x64"):
        run({"left": 16}, init_images=[picture, picture.resize((64, 64))], batch_size=2)
    assert host.processing.calls == []


def test_sixteen_bit_grey_is_reduced_with_a_note(run):
    grey = np.linspace(0, 65535, 96 * 80).reshape(80, 96).astype(np.uint16)
    processed = run({"left": 16, "overlap": 0}, init_images=[Image.fromarray(grey)])
    assert "16-bit grey was reduced to 8 bits" in processed.comments
    expected = np.repeat((grey / 257).round().astype(np.uint8)[..., None], 3, -1)
    assert np.abs(array(processed.images[0])[:, 16:].astype(int) - expected).max() <= 1


def test_an_alpha_that_hides_nothing_is_dropped_without_a_note(run, picture):
    opaque = picture.convert("RGBA")
    processed = run({"left": 16, "overlap": 0}, init_images=[opaque])
    assert "transparency" not in processed.comments
    np.testing.assert_array_equal(array(processed.images[0])[:, 16:], array(picture))


def test_a_masked_content_of_no_host_is_refused(run, host):
    with pytest.raises(ParamError, match="inpainting_fill: 'lava' is none of"):
        run({"pixels": 16, "inpainting_fill": "lava"})
    assert host.processing.calls == []
