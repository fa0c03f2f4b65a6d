"""Which ControlNet models there are and fit, and Forge's own ControlNet, whose behaviour is mirrored from its source.

Forge and Fooocus's patch have not been run here with real weights.
"""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lib_outpaint.errors import BackendError, ParamError

from .test_controlnet import ControlNet, Unit

LEFT = {"left": 16}
FOOOCUS = "inpaint_v26.fooocus [be360607]"
SD1 = "control_v11p_sd15_inpaint [ebff9138]"
UNKNOWN = "my_inpaint [1234]"
PORTABLE = "inpaint_global_harmonious"
MODULES = ["None", PORTABLE, "inpaint_only", "inpaint_only+lama"]


class ForgeControlNet(ControlNet):
    """Forge's script: dicts become units, names are exact keys, a unit without a picture takes the job's and its mask.

    With Fooocus's patch, as in forge_fooocus_inpaint.py: the mask pooled to latent cells and the window are what the
    inpaint head is fed; here they are only kept.
    """

    def __init__(self, files, *units):
        super().__init__(*units)
        self.files, self.fed = files, []

    def process(self, p, *units):
        super().process(p, *units)
        for unit in units:
            fields = unit if isinstance(unit, dict) else vars(unit)
            if not fields["enabled"]:
                continue
            assert fields["module"] in MODULES
            self.files[fields["model"]]  # a KeyError, as there
            image = np.asarray(p.init_images[0].convert("RGB"))
            mask = torch.from_numpy(np.array(p.image_mask.convert("L"))).float() / 255
            assert mask.shape == image.shape[:2]
            self.fed.append((image, torch.nn.functional.max_pool2d(mask[None, None], (8, 8)).round()[0, 0]))


PATCHES = {"Forge": "backend.patcher.lora"}  # where the host keeps what applies a patch
BEFORE = "ldm_patched.modules.model_patcher"  # in its older descendants


@pytest.fixture
def hosted():
    return "Forge"


@pytest.fixture
def forge(as_host, tmp_path, hosted):
    """Forge's registers with Fooocus's patch, the ControlNet for SD 1, and one that says nothing of itself."""
    files = {
        "None": "model.safetensors",
        UNKNOWN: str(tmp_path / "my_inpaint.safetensors"),
        FOOOCUS: "x.patch",
        SD1: "x.pth",
    }
    save_file({"what": torch.zeros(1)}, files[UNKNOWN])
    state = SimpleNamespace(
        controlnet_filename_dict=files,
        get_all_controlnet_names=lambda: list(files),
        get_all_preprocessor_names=lambda: MODULES,
    )
    as_host(
        hosted,
        {
            "lib_controlnet.global_state": state,
            # Forge's external_code lists nothing.
            "lib_controlnet.external_code": SimpleNamespace(get_max_models_num=lambda: 3),
            PATCHES.get(hosted, BEFORE): SimpleNamespace(extra_weight_calculators={"fooocus": None}),
        },
    )
    return files


@pytest.fixture
def on(run, host, tmp_path):
    """Runs on a checkpoint: plain (SD 1), inpainting (SD 1), xl, xl-inpainting."""
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    host.sd_models.add("xl-inpainting.safetensors", tmp_path / "xl-inpainting.safetensors", sdxl=True, inpainting=True)
    return lambda name, arguments, script, **fields: run(
        {**LEFT, **arguments}, scripts=[script], override_settings={"sd_model_checkpoint": f"{name}.safetensors"}, **fields
    )


def attached(script):
    return [u["model"] for u in script.seen[0] if u["enabled"]]


@pytest.mark.parametrize("hosted", ["Forge", "Forge of 2024"])
@pytest.mark.parametrize(("checkpoint", "model"), [("xl", FOOOCUS), ("plain", SD1), ("xl-inpainting", None)])
def test_auto_on_forge(forge, on, checkpoint, model):
    script = ForgeControlNet(forge, Unit(), Unit())
    processed = on(checkpoint, {}, script)
    assert attached(script) == ([model] if model else [])
    assert ("fooocus was attached, because the checkpoint is SDXL" in processed.comments) == (model == FOOOCUS)


def test_fooocus_is_fed_the_window_and_whole_cells(forge, on, host):
    script = ForgeControlNet(forge, Unit(), Unit())
    on("xl", {"overlap": 16}, script, batch_size=2)
    assert len(script.fed) == 2  # one by one
    for (image, cells), c in zip(script.fed, host.processing.calls, strict=True):
        assert image.shape == (c.height, c.width, 3)
        assert cells.shape == (c.height // 8, c.width // 8)
        assert set(cells.unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("hosted", ["reForge"])
def test_reforge_registers_the_patch_and_never_applies_it(forge, on):
    script = ForgeControlNet(forge, Unit(), Unit())
    on("xl", {}, script)
    assert attached(script) == []


def test_the_patch_is_not_for_hosts_that_cannot_load_it(forge, on, monkeypatch):
    monkeypatch.delitem(sys.modules, "backend.patcher.lora")
    script = ForgeControlNet(forge, Unit(), Unit())
    comments = on("xl", {}, script).comments
    assert attached(script) == []
    assert "xl is not an inpainting checkpoint: xl-inpainting would do better" in comments


@pytest.mark.parametrize(
    ("checkpoint", "model", "families"),
    [
        ("plain", "inpaint_v26.fooocus", ("SDXL", "SD 1")),
        ("xl", "control_v11p_sd15_inpaint", ("SD 1", "SDXL")),
    ],
)
def test_a_model_for_another_base_is_refused(forge, on, host, checkpoint, model, families):
    with pytest.raises(ParamError) as refused:
        on(checkpoint, {"controlnet": "on", "controlnet_model": model}, ForgeControlNet(forge, Unit()))
    told = refused.value.message
    assert (told.code, told.values["checkpoint"]) == ("controlnet-other-family", checkpoint)
    assert (told.values["made_for"], told.values["family"]) == families
    assert host.processing.calls == []


def test_a_model_that_says_nothing_of_itself_is_taken_when_named(forge, on):
    script = ForgeControlNet(forge, Unit())
    on("xl", {"controlnet": "on", "controlnet_model": "my_inpaint"}, script)
    assert attached(script) == [UNKNOWN]


def test_the_base_is_read_from_the_header_before_the_name(forge, on, tmp_path):
    save_file(
        {
            "control_model.input_hint_block.0.weight": torch.zeros(1),
            "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": torch.zeros(1, 2048),
        },
        forge[UNKNOWN],
    )
    with pytest.raises(ParamError) as refused:
        on("plain", {"controlnet": "on", "controlnet_model": "my_inpaint"}, ForgeControlNet(forge, Unit()))
    assert refused.value.message.values["made_for"] == "SDXL"


def test_inpaint_only_is_what_it_says_on_forge(forge, on):
    script = ForgeControlNet(forge, Unit())
    processed = on("plain", {"controlnet": "on", "controlnet_module": "inpaint_only"}, script)
    assert script.seen[0][0]["module"] == "inpaint_only"
    assert "A1111" not in processed.comments


def test_inpaint_only_is_another_on_a1111(on, monkeypatch):
    monkeypatch.setitem(
        sys.modules,
        "internal_controlnet.external_code",
        SimpleNamespace(get_models=lambda: [SD1], get_modules=lambda: MODULES),
    )
    script = ControlNet(Unit())
    processed = on("plain", {"controlnet": "on", "controlnet_module": "inpaint_only"}, script)
    assert script.seen[0][0]["module"] == "inpaint_global_harmonious"
    assert "A1111 uses inpaint_global_harmonious where inpaint_only" in processed.comments


@pytest.mark.parametrize("module", ["inpaint_only", "inpaint_only+lama"])
def test_modules_that_paste_the_known_back_know_only_what_is_not_repainted(forge, on, host, module):
    on("plain", {"controlnet": "on", "controlnet_module": module, "overlap": 16}, ForgeControlNet(forge, Unit()))
    (c,) = host.processing.sampled
    cells = np.array(c.image_mask).reshape(c.height // 8, 8, c.width // 8, 8).max((1, 3))
    np.testing.assert_array_equal(cells, np.array(c.latent_mask))


class Failing(ControlNet):
    def __init__(self, *units):
        super().__init__(*units)
        self.fails = True

    def process(self, p, *units):
        if self.fails and any(u["enabled"] if isinstance(u, dict) else u.enabled for u in units):
            raise OSError("Name or service not known")


@pytest.mark.parametrize("units", [[Unit()], [Unit(True), Unit()]], ids=["ours", "the user's"])
def test_a_failing_controlnet_ends_the_job_before_sampling(forge, on, host, units):
    script = Failing(*units)
    with pytest.raises(BackendError, match="Name or service not known") as failed:
        on("plain", {"controlnet": "on" if len(units) == 1 else "off"}, script)
    assert failed.value.code == "controlnet-failed"
    assert host.processing.sampled == []
    assert "process" not in vars(script)  # callbacks are as they were
    script.fails = False
    assert on("plain", {}, script).images


def test_a_controlnet_that_fails_with_all_its_units_off_ends_nothing(forge, on):
    class Broken(ControlNet):
        def process(self, p, *units):
            super().process(p, *units)
            raise AttributeError("made for another WebUI")

    script = Broken(Unit(), Unit())
    processed = on("plain", {"controlnet": "off"}, script)
    assert len(script.seen) == 1
    assert "another WebUI" not in processed.comments
    with pytest.raises(BackendError, match="made for another WebUI"):
        on("plain", {"controlnet": "on"}, script)


def test_missing_weights_of_lama_are_named(forge, on, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "modules_forge.shared", SimpleNamespace(preprocessor_dir=str(tmp_path)))
    arguments = {"controlnet": "on", "controlnet_module": "inpaint_only+lama"}
    with pytest.raises(BackendError, match=r"needs ControlNetLama\.pth") as failed:
        on("plain", arguments, Failing(Unit()))
    assert failed.value.code == "controlnet-failed-lama"
    (tmp_path / "ControlNetLama.pth").touch()
    with pytest.raises(BackendError) as failed:
        on("plain", arguments, Failing(Unit()))
    assert failed.value.code == "controlnet-failed"


def test_a_callback_that_another_extension_put_there_stays(forge, on):
    script = ForgeControlNet(forge, Unit())
    script.process = theirs = lambda p, *units: None
    on("plain", {}, script)
    assert vars(script)["process"] is theirs


@pytest.mark.parametrize("checkpoint", ["plain", "inpainting"])
def test_weight_0_attaches_nothing_but_names_are_checked(forge, on, checkpoint):
    script = ForgeControlNet(forge, Unit())
    on(checkpoint, {"controlnet": "on", "controlnet_weight": 0}, script)
    assert attached(script) == []
    with pytest.raises(ParamError) as refused:
        on(checkpoint, {"controlnet": "on", "controlnet_weight": 0, "controlnet_model": "none such"}, script)
    assert (refused.value.value, refused.value.code) == ("none such", "no-such-controlnet-model")


def test_auto_leaves_an_inpaint_unit_of_the_users_alone(forge, on):
    own = Unit(True, PORTABLE)
    own.model = SD1
    script = ForgeControlNet(forge, own, Unit())
    on("plain", {}, script)
    assert [bool(u["enabled"]) for u in script.seen[0]] == [True, False]


def test_where_lamas_weights_are_looked_for(host, as_host, monkeypatch, tmp_path):
    from lib_outpaint.webui.variants import variant

    monkeypatch.delitem(sys.modules, "annotator.annotator_path", raising=False)
    assert variant().lama_folder() is None
    monkeypatch.setitem(sys.modules, "annotator.annotator_path", SimpleNamespace(models_path=str(tmp_path)))
    assert variant().lama_folder() == tmp_path / "lama"
    for name in ("reForge", "Forge"):
        as_host(name, {"modules_forge.shared": SimpleNamespace(preprocessor_dir=str(tmp_path / "forge"))})
        assert variant().lama_folder() == tmp_path / "forge"
