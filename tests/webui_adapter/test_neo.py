"""Forge Neo: model families by their class, what it keeps from job to job, and what it cannot sample."""

import gc
import importlib
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
from .test_controlnet import ControlNet, Unit

# What tells a file, what Neo calls the model's class, and the network's settings.
SIGNS = {
    "flux1-dev": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 64)}, "Flux", 16),
    "flux1-kontext": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 64)}, "Flux", 16),
    "flux1-fill": ({"double_blocks.0.img_attn.norm.key_norm.scale": (8,), "img_in.weight": (8, 384)}, "Flux", 96),
    "flux2-klein": ({"double_stream_modulation_img.lin.weight": (48, 8), "img_in.weight": (8, 128)}, "Flux2", 128),
    "qwen-image": ({"txt_norm.weight": (8,), "img_in.weight": (8, 64)}, "QwenImage", 64),
    "qwen-image-edit": ({"txt_norm.weight": (8,), "img_in.weight": (8, 64)}, "QwenImage", 64),
    "z-image": ({"cap_embedder.1.weight": (8, 8), "x_embedder.weight": (8, 64)}, "ZImage", 16),
}


class Dynamic:
    """As backend.args.dynamic_args: attributes of a class."""


@pytest.fixture
def neo(host, as_host, tmp_path):
    """The stand-in as Forge Neo; loads a checkpoint by name, and encodes and prompts as its edit models do."""
    Dynamic.ref_latents = ["the user's"]
    Dynamic.concat_latent = None
    Dynamic.last_extra_generation_params = {"Emphasis": "No norm"}
    refreshed = []
    main = SimpleNamespace(refresh_model_loading_parameters=lambda: refreshed.append(1))
    as_host(
        "Forge Neo",
        {"modules_forge.main_entry": main, "backend.args": SimpleNamespace(dynamic_args=Dynamic)},
    )
    loads = {}

    def added(name):
        shapes, kind, channels = SIGNS[name]
        path = tmp_path / f"{name}.safetensors"
        info = host.sd_models.add(f"{name}.safetensors", path)
        save_file({"model.diffusion_model." + tensor: torch.zeros(shape) for tensor, shape in shapes.items()}, str(path))
        info.model = type(kind, (), {})()
        info.model.__dict__ |= dict(
            sd_checkpoint_info=info,
            filename=str(path),
            model=SimpleNamespace(conditioning_key="crossattn"),
            model_config=SimpleNamespace(unet_config={"in_channels": channels}),
            ini_latent=None,
            ref_latents=[],
        )
        loads[name] = info
        return info

    def load(name):
        host.sd_models.reload_model_weights(info=added(name))
        host.shared.opts.data["sd_model_checkpoint"] = f"{name}.safetensors"
        host.processing.opt_f = 16 if "flux2" in name else 8

    return SimpleNamespace(load=load, add=added, refreshed=refreshed)


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


@pytest.fixture
def encoder(host, monkeypatch):
    """Neo's editing models: what is encoded last is the reference once the prompt is. Gives what was sampled with."""
    kind, seen = host.processing.StableDiffusionProcessingImg2Img, []
    init = kind.init

    def encode(image, approximation, model):
        model.ini_latent = image.clone()
        torch.rand(7)  # an encoder draws
        return image

    def whole(self, *args):
        init(self, *args)
        looks = type(host.shared.sd_model).__name__ in ("Flux2", "QwenImage") and not encode.off
        host.shared.sd_model.ini_latent = self.init_latent.clone() if looks else None

    encode.off = False
    common = importlib.import_module("modules.sd_samplers_common")
    monkeypatch.setattr(common, "images_tensor_to_samples", encode, raising=False)
    monkeypatch.setattr(kind, "init", whole)
    monkeypatch.setattr(host.shared, "device", torch.device("cpu"))
    host.processing.hooks["sample"] = lambda c: seen.append(host.shared.sd_model.ini_latent)
    return SimpleNamespace(seen=seen, encode=encode)


def test_an_editing_model_sees_the_known_picture_alone(host, neo, encoder, run, picture):
    """Never the prefill, and on the later of two passes the picture as far as it was made."""
    neo.load("flux2-klein")
    run({"left": 64, "step": 32, "context": 64, "overlap": 0, "fill": "edge"})
    first, second = encoder.seen
    assert first.shape[-2:] == (80, 64)  # the window's known part, in whole cells, ending where the window does
    np.testing.assert_allclose(first[0].permute(1, 2, 0).numpy(), array(picture)[:, :64] / 255, atol=1e-6)
    assert second.shape[-2:] == (80, 64)
    assert run({"left": 16, "overlap": 0}).images[0].tobytes() == run({"left": 16, "overlap": 0}).images[0].tobytes()


@pytest.mark.parametrize(("name", "off"), [("flux1-dev", False), ("flux2-klein", True)])
def test_a_model_that_looks_at_nothing_is_shown_nothing(host, neo, encoder, run, name, off):
    """A setting may switch it off."""
    neo.load(name)
    encoder.encode.off = off
    run({"left": 64})
    assert encoder.seen == [None]


def test_where_nothing_is_known_as_a_rectangle_nothing_is_shown(host, neo, encoder):
    from lib_outpaint.webui.variants import variant

    neo.load("flux2-klein")
    host.shared.sd_model.ini_latent = "the prefilled window"
    variant().show(None)
    assert host.shared.sd_model.ini_latent is None


@pytest.mark.parametrize(("reference", "shown"), [("auto", True), ("on", True), ("off", False)])
def test_whether_an_editing_model_is_shown_a_picture_can_be_set(host, neo, encoder, run, reference, shown):
    neo.load("flux2-klein")
    processed = run({"left": 32, "reference": reference})
    assert (encoder.seen[0] is not None) is shown
    assert ("Outpaint reference: " in processed.infotexts[0]) is (reference != "auto")


def test_other_models_cannot_be_shown_one(host, neo, run):
    neo.load("flux1-dev")
    with pytest.raises(ParamError) as refused:
        run({"left": 32, "reference": "on"})
    assert (refused.value.field, refused.value.code) == ("reference", "reference-needs-editing")
    run({"left": 32, "reference": "off"})


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
