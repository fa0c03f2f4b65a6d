"""Forge Neo: model families by their class, what it keeps from job to job, and what it cannot sample."""

import gc
import sys
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from lib_outpaint.errors import BackendError, ParamError

from .conftest import array, raises
from .neo_host import SIGNS, Dynamic, neo_of
from .test_controlnet import ControlNet, Unit


@pytest.fixture
def neo(host, as_host, tmp_path):
    return neo_of(host, as_host, tmp_path)


def references(host):
    """What an edit model does: the encoded picture becomes the reference once the prompt is encoded."""

    def sample(c):
        Dynamic.ref_latents.clear()
        Dynamic.ref_latents = ["our window"]
        host.shared.sd_model.ini_latent = "our window"

    return sample


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("how", ["loaded", "from its file"])
def test_a_family_is_told_loaded_and_from_its_file(host, neo, name, how):
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    if how == "loaded":
        neo.load(name)
        found = checkpoint_for({})
    else:
        neo.add(name)
        found = checkpoint_for({"sd_model_checkpoint": f"{name}.safetensors"})
    key = "flux1" if name == "flux1-dev" else name
    assert (found.family.key, found.native_side, found.inpainting) == (key, 1024, name == "flux1-fill")


def test_a_gguf_file_is_told_before_it_is_loaded(host, neo, tmp_path):
    import struct

    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    name = b"txt_norm.weight"
    path = tmp_path / "q.gguf"
    path.write_bytes(
        b"GGUF" + struct.pack("<IQQQ", 3, 1, 0, len(name)) + name + struct.pack("<IQIQ", 1, 8, 0, 0) + bytes(32)
    )
    info = SimpleNamespace(name="q.gguf", title="q.gguf", name_for_extra="q", filename=str(path))
    host.sd_models.checkpoint_aliases["q.gguf"] = info
    assert checkpoint_for({"sd_model_checkpoint": "q.gguf"}).family.key == "qwen-image"


def test_windows_and_masks_are_made_of_the_familys_cells(host, neo, run):
    neo.load("flux2-klein")
    picture = Image.new("RGB", (200, 152), "gray")
    processed = run({"left": 37, "overlap": 5}, init_images=[picture])
    assert processed.images[0].size == (237, 152)
    np.testing.assert_array_equal(array(processed.images[0])[:, 42:], array(picture)[:, 5:])
    (c,) = host.processing.calls
    assert (c.width % 16, c.height % 16) == (0, 0)
    (s,) = host.processing.sampled
    assert s.latent_mask.size == (c.width // 16, c.height // 16)


@pytest.mark.parametrize(("name", "calls"), [("flux1-dev", 1), ("z-image", 1), ("flux1-kontext", 2), ("qwen-image", 2)])
def test_pictures_that_see_each_other_are_sampled_one_at_a_time(host, neo, run, name, calls):
    neo.load(name)
    processed = run({"left": 32, "overlap": 0}, batch_size=2)
    assert [c.batch_size for c in host.processing.calls] == [2 // calls] * calls
    pictures = processed.images[processed.index_of_first_image :]
    for picture, seed in zip(pictures, (5, 6), strict=True):
        np.testing.assert_array_equal(array(run({"left": 32, "overlap": 0}, seed=seed).images[0]), array(picture))


@pytest.mark.parametrize("end", ["success", "error", "interrupt"])
def test_what_the_host_keeps_is_put_back(host, neo, run, end):
    neo.load("flux1-kontext")
    model = host.shared.sd_model
    model.ini_latent, model.ref_latents = "before", [1]
    changed = references(host)

    def sample(c):
        changed(c)
        Dynamic.last_extra_generation_params.clear()
        if end == "error":
            raise RuntimeError("shapes cannot be multiplied")
        host.shared.state.interrupted = end == "interrupt"

    host.processing.hooks["sample"] = sample
    if end == "error":
        with pytest.raises(BackendError):
            run({"left": 32})
    else:
        run({"left": 32})
    assert Dynamic.ref_latents == ["the user's"]
    assert Dynamic.last_extra_generation_params == {"Emphasis": "No norm"}
    assert (model.ini_latent, model.ref_latents) == ("before", [1])


def test_a_model_that_the_job_replaces_is_let_go(host, neo):
    from lib_outpaint.webui.sampler import guard

    neo.load("flux1-kontext")
    before = weakref.ref(host.shared.sd_model)
    info = host.shared.sd_model.sd_checkpoint_info
    with guard.untouched():
        info.model = host.shared.sd_model = None
        del info
        host.sd_models.checkpoints.clear()
        host.sd_models.checkpoint_aliases.clear()
        gc.collect()
        assert before() is None


@pytest.mark.parametrize(("name", "code"), [("flux1-fill", "checkpoint-only-fills")])
@pytest.mark.parametrize("how", ["loaded", "override"])
def test_what_no_webui_can_outpaint_with_is_refused_before_sampling(host, neo, run, name, code, how):
    (neo.load if how == "loaded" else neo.add)(name)
    with pytest.raises(ParamError) as refused:
        run({"left": 32}, override_settings={"sd_model_checkpoint": f"{name}.safetensors"} if how == "override" else {})
    assert (refused.value.field, refused.value.code) == ("sd_model_checkpoint", code)
    assert host.processing.calls == []


def test_a_model_that_wants_no_mask_is_refused(host):
    from lib_outpaint.models.families import by_key
    from lib_outpaint.webui.sampler.checkpoint import Checkpoint

    for key in ("pid", "wan-i2v"):
        with pytest.raises(ParamError) as refused:
            Checkpoint("it", by_key(key), 1024, False).check()
        assert refused.value.code == "checkpoint-cannot-outpaint"


def test_options_are_restored_with_what_neo_has(host, neo):
    """It has no settings of memory to refresh, and its `reload_vae_weights` wants a file."""
    from lib_outpaint.webui.sampler import guard

    overrides = guard.Overrides()
    values = {"sd_vae": "x", "forge_additional_modules": [], "sd_model_checkpoint": "y", "forge_inference_memory": 1}
    host.shared.opts.data |= values
    overrides.note(values)
    overrides.restore()
    assert host.sd_vae.reloads == []
    assert len(neo.refreshed) == 1


def test_a_checkpoint_is_loaded_again_by_the_host_itself(host, neo):
    from lib_outpaint.webui.sampler import guard

    neo.load("flux1-dev")
    host.sd_models.loads.clear()
    guard.reload_checkpoint(host.sd_models.checkpoints["plain.safetensors"])
    assert host.sd_models.loads == []


def test_errors_of_one_pass_leave_the_picture_of_those_before(host, neo, run):
    neo.load("qwen-image-edit")
    host.processing.hooks["sample"] = raises(RuntimeError("sizes do not match"), at=2)
    processed = run({"left": 64, "step": 32, "context": 64, "overlap": 16})
    assert "sizes do not match" in processed.comments


UNION, CANNY = "controlnet-union-sdxl-promax", "controlnet-canny-sdxl"


@pytest.mark.parametrize(
    ("models", "model", "kind"),
    [([CANNY, UNION], UNION, "Inpaint"), ([UNION, "sdxl_inpaint"], "sdxl_inpaint", None), ([CANNY], None, None)],
)
def test_a_model_for_many_things_inpaints(host, neo, run, monkeypatch, tmp_path, models, model, kind):
    state = SimpleNamespace(get_all_controlnet_names=lambda: ["None", *models], get_all_preprocessor_names=lambda: [])
    monkeypatch.setitem(sys.modules, "lib_controlnet.global_state", state)
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    script = ControlNet(Unit())
    override = {"sd_model_checkpoint": "xl.safetensors"}
    if model is None:
        with pytest.raises(ParamError):
            run({"left": 32, "controlnet": "on"}, scripts=[script], override_settings=override)
        return
    run({"left": 32, "controlnet": "on"}, scripts=[script], override_settings=override)
    (unit,) = script.seen[0]
    assert (unit["model"], unit.get("type_filter")) == (model, kind)


@pytest.mark.parametrize(
    ("name", "metadata", "module"),
    [
        ("noobai_inpaint_xl", {}, "inpaint_noobai"),
        ("lllite_sdxl", {"lllite.inpaint_masked_input": "true"}, "None"),
        ("sdxl_inpaint", {"lllite.inpaint_masked_input": "false"}, "inpaint_global_harmonious"),
    ],
)
def test_a_model_gets_the_module_that_it_learned_with(host, neo, run, monkeypatch, tmp_path, name, metadata, module):
    path = tmp_path / f"{name}.safetensors"
    save_file({"lllite_unet_x": torch.zeros(1)}, str(path), metadata)
    state = SimpleNamespace(
        get_all_controlnet_names=lambda: ["None", name],
        get_all_preprocessor_names=lambda: ["None", "inpaint_noobai"],
        controlnet_filename_dict={name: str(path)},
    )
    monkeypatch.setitem(sys.modules, "lib_controlnet.global_state", state)
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    script = ControlNet(Unit())
    run({"left": 32, "controlnet": "on"}, scripts=[script], override_settings={"sd_model_checkpoint": "xl.safetensors"})
    assert (script.seen[0][0]["model"], script.seen[0][0]["module"]) == (name, module)


def test_loras_are_for_the_models_that_share_a_network(host, neo, run, monkeypatch, tmp_path):
    found = {}
    for name, base in (("brush", "sd_v1"), ("glow", "flux1")):
        path = tmp_path / f"{name}.safetensors"
        save_file({"lora_unet_x.lora_down.weight": torch.zeros(4, 8)}, str(path), {"ss_base_model_version": base})
        found[name] = SimpleNamespace(name=name, filename=str(path))
    networks = SimpleNamespace(available_networks=found, available_network_aliases=found, forbidden_network_aliases={})
    monkeypatch.setitem(sys.modules, "networks", networks)
    neo.load("flux1-kontext")
    run({"left": 32, "loras": "glow"})
    with pytest.raises(ParamError) as refused:
        run({"left": 32, "loras": "brush"})
    assert refused.value.code == "lora-other-family"
