"""The checkpoint that a job is planned for and sampled with, and what only an inpainting one can do."""

from types import SimpleNamespace

import pytest
from PIL import Image

from lib_outpaint.errors import ParamError


def test_mask_weight_is_refused_where_the_checkpoint_has_none(host, run):
    with pytest.raises(ParamError) as refused:
        run({"left": 16, "mask_weight": 0.5})
    assert (refused.value.field, refused.value.code) == ("mask_weight", "mask-weight-needs-inpainting")
    assert str(refused.value) == "mask_weight: 0.5 needs an inpainting checkpoint, and plain is not one"
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


@pytest.mark.parametrize(
    ("values", "native"), [({}, 512), ({"sdxl": True}, 1024), ({"sd2": True}, 512), ({"sd2": True, "velocity": True}, 768)]
)
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


@pytest.mark.parametrize(("predicts", "native"), [("v_prediction", 768), ("epsilon", 512)])
def test_forge_keeps_what_a_checkpoint_predicts_in_its_unet(host, run, as_host, predicts, native):
    as_host("Forge")
    unet = SimpleNamespace(model=SimpleNamespace(predictor=SimpleNamespace(prediction_type=predicts)))
    host.shared.sd_model.is_sd1, host.shared.sd_model.is_sd2 = False, True
    host.shared.sd_model.forge_objects = SimpleNamespace(unet=unet)
    host.shared.sd_model.parameterization = "eps"
    run({"left": 8}, init_images=[Image.new("RGB", (2048, 64), "gray")])
    assert host.processing.calls[0].width == native


def loaded_by_comfys_backend(model, kind="EPS", **unet):
    """A model as the Forge of 2024 and its descendants load it: SD 2 has the flag of SD 1 there."""
    built = SimpleNamespace(model_config=SimpleNamespace(unet_config=unet), model_type=SimpleNamespace(name=kind))
    model.forge_objects = SimpleNamespace(unet=SimpleNamespace(model=built))
    model.is_sd1, model.is_sd2 = True, False


@pytest.mark.parametrize("name", ["Forge of 2024", "Forge Classic", "reForge"])
@pytest.mark.parametrize(
    ("unet", "kind", "family", "native"),
    [
        ({"context_dim": 1024, "use_linear_in_transformer": True}, "EPS", "sd2", 512),
        ({"context_dim": 1024, "use_linear_in_transformer": True}, "V_PREDICTION", "sd2", 768),
        ({"context_dim": 96, "use_linear_in_transformer": True}, "EPS", "sd2", 512),  # a small one, of no known width
        ({"context_dim": 768, "use_linear_in_transformer": False}, "EPS", "sd1", 512),
        ({"context_dim": 64, "use_linear_in_transformer": False}, "EPS", "sd1", 512),
        ({"context_dim": 1280, "use_linear_in_transformer": True}, "EPS", "sdxl-refiner", 1024),
    ],
)
def test_the_loaded_unet_tells_the_family(host, as_host, name, unet, kind, family, native):
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    as_host(name)
    loaded_by_comfys_backend(host.shared.sd_model, kind, **unet)
    found = checkpoint_for({})
    assert (found.family.key, found.native_side) == (family, native)


@pytest.mark.parametrize(("channels", "inpainting"), [(9, True), (4, False), (8, False)])
def test_the_loaded_unet_tells_an_inpainting_model(host, as_host, channels, inpainting):
    """The Forge of 2024 gives every SDXL model the conditioning of one that is none."""
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    as_host("Forge of 2024")
    loaded_by_comfys_backend(host.shared.sd_model, context_dim=2048, in_channels=channels)
    host.shared.sd_model.is_sdxl = True
    found = checkpoint_for({})
    assert (found.family.key, found.inpainting) == ("sdxl", inpainting)


def test_sdxl_keeps_its_flag_where_the_unet_is_like_that_of_another_family(host, as_host):
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    as_host("Forge of 2024")
    loaded_by_comfys_backend(host.shared.sd_model, context_dim=160, use_linear_in_transformer=True)
    host.shared.sd_model.is_sdxl = True
    assert checkpoint_for({}).family.key == "sdxl"


def test_a_checkpoint_is_named_exactly_or_refused(host, run):
    """The host drops an override that is no exact name, and would sample with another model than was planned for."""
    with pytest.raises(ParamError) as refused:
        run({"left": 8}, override_settings={"sd_model_checkpoint": "inpaint"})
    assert (refused.value.field, refused.value.code) == ("sd_model_checkpoint", "no-such-checkpoint")


def test_a_validation_error_loads_no_checkpoint(host, run):
    host.sd_models.reload_model_weights(info=host.sd_models.checkpoints["inpainting.safetensors"])
    host.sd_models.loads.clear()
    with pytest.raises(ParamError):
        run({"left": -8})
    assert host.sd_models.loads == []


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


def test_without_a_choice_in_the_settings_the_loaded_checkpoint_is_planned_for(host):
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    host.sd_models.reload_model_weights(info=host.sd_models.checkpoints["inpainting.safetensors"])
    host.shared.opts.sd_model_checkpoint = None
    found = checkpoint_for({})
    assert (found.name, found.family.key, found.native_side, found.inpainting) == ("inpainting", "sd1", 512, True)


def test_without_any_checkpoint_nothing_is_taken_for_granted(host):
    from lib_outpaint.models.families import UNKNOWN
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    host.shared.opts.sd_model_checkpoint = host.shared.sd_model = None
    found = checkpoint_for({})
    assert (found.name, found.family, found.native_side, found.inpainting) == ("", UNKNOWN, 512, False)


@pytest.mark.parametrize("name", ["Forge", "reForge", "A1111"])
def test_what_a_loaded_inpainting_checkpoint_is_told_by(host, as_host, name):
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    if name != "A1111":
        as_host(name)
    assert not checkpoint_for({}).inpainting
    if name == "Forge":
        host.shared.sd_model.is_inpaint = True
    else:
        host.shared.sd_model.model.conditioning_key = "hybrid"
    assert checkpoint_for({}).inpainting


def test_forges_stand_in_for_a_model_is_no_checkpoint(host, as_host):
    """Until the first generation: the file's header is read instead."""
    from lib_outpaint.webui.sampler.checkpoint import checkpoint_for

    as_host("Forge")
    host.shared.sd_model = SimpleNamespace(cond_stage_model=None, chunk_length=75)
    host.shared.opts.sd_model_checkpoint = "inpainting.safetensors"
    found = checkpoint_for({})
    assert (found.name, found.family.key, found.inpainting) == ("inpainting", "sd1", True)
