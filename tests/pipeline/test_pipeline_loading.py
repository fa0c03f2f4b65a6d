"""Files of every layout are recognised and loaded without network; what cannot be is said clearly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import FEW, job
from safetensors.torch import load_file, save_file

from lib_outpaint.errors import InputError, ModelError, ParamError
from lib_outpaint.hosts.pipeline import PipelineHost, controlnet, sources
from lib_outpaint.hosts.pipeline.batches import loras_asked
from lib_outpaint.hosts.pipeline.loading import predicts_v
from lib_outpaint.hosts.pipeline.loras import Library
from lib_outpaint.lora_syntax import Lora
from lib_outpaint.models import ModelInfo
from lib_outpaint.params import Params


def host(model: Path, **values: Any) -> PipelineHost:
    return PipelineHost(model, device="cpu", local_files_only=True, **values)


def sampled(one: PipelineHost, **params: Any) -> torch.Tensor:
    pixels = one.inpaint([job("the house", sampling=FEW, **params)])[0].pixels
    assert pixels is not None
    assert pixels.shape == (3, 64, 96)
    assert pixels.dtype == torch.float32
    assert bool(torch.isfinite(pixels).all())
    return pixels


@pytest.mark.parametrize(("name", "base", "channels", "side"), [
    ("tiny", "sd1", 4, 512), ("tiny-inpainting", "sd1", 9, 512), ("tiny-xl", "sdxl", 4, 1024),
    ("tiny-inpainting-xl", "sdxl", 9, 1024)])
def test_single_files(models: Path, name: str, base: str, channels: int, side: int) -> None:
    one = host(models / f"{name}.safetensors")
    caps = one.capabilities()
    assert (one.info.base, one.info.channels, caps.native_side) == (base, channels, side)
    assert caps.inpainting == (channels == 9) == ("mask_weight" in caps.features)
    assert "controlnet" not in caps.features
    assert {"prompts", "loras", "sampling", "batch"} <= caps.features
    sampled(one)
    assert one.passes.parts.unet.config.in_channels == channels


def test_sd2_files_say_what_they_predict_or_are_asked(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ldm_layout

    words = len(json.loads((models / "clip" / "vocab.json").read_text(encoding="utf-8")))
    silent = ldm_layout.write_sd2(models / "sd2.safetensors", words)
    said = ldm_layout.write_sd2(models / "sd2-v.safetensors", words, {"modelspec.prediction_type": "v"})
    one, v = host(silent), host(said)
    assert (one.info.prediction, v.info.prediction) == ("", "v")
    assert (one.capabilities().native_side, v.capabilities().native_side) == (512, 768)  # the silent one was asked
    assert one.info.prediction == "epsilon"
    assert host(silent, prediction="v").capabilities().native_side == 768
    assert not torch.equal(sampled(one), sampled(v))
    monkeypatch.setattr("lib_outpaint.hosts.pipeline.loading.predicts_v", lambda unet: True)
    assert host(silent).capabilities().native_side == 768


def test_a_single_file_gives_what_its_folder_gives(models: Path, tmp_path: Path) -> None:
    one = host(models / "tiny-inpainting-xl.safetensors")
    one.passes.parts.pipe.save_pretrained(tmp_path / "folder")
    torch.testing.assert_close(sampled(one), sampled(host(tmp_path / "folder")), atol=1e-4, rtol=0)


def test_without_a_tokenizer_the_message_says_what_is_missing(models: Path, tmp_path: Path,
                                                              monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", unreachable)
    alone = shutil.copy(models / "tiny.safetensors", tmp_path / "alone.safetensors")
    for local in (True, False):
        with pytest.raises(ModelError, match=r"no tokenizer.*vocab\.json and merges\.txt"):
            PipelineHost(alone, device="cpu", local_files_only=local)
    one = host(alone, config=models / "clip")
    assert sampled(one).shape == (3, 64, 96)


def test_heads_come_from_the_yaml_or_the_family(models: Path, tmp_path: Path) -> None:
    assert host(models / "tiny.safetensors").passes.parts.unet.config.attention_head_dim == 4
    alone = shutil.copy(models / "tiny.safetensors", tmp_path / "alone.safetensors")
    assert host(alone, config=models / "clip").passes.parts.unet.config.attention_head_dim == 8
    (tmp_path / "alone.yaml").write_text("model: [")
    with pytest.raises(ModelError, match="is no model config"):
        host(alone, config=models / "clip")


def test_another_vae(models: Path, folders: Path, tmp_path: Path) -> None:
    weights = load_file(models / "tiny.safetensors")
    prefix = "first_stage_model."
    alone = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
    save_file(alone, tmp_path / "vae.safetensors")
    save_file(alone | {"decoder.conv_out.weight": alone["decoder.conv_out.weight"] * 0.9}, tmp_path / "other.safetensors")
    usual = sampled(host(models / "tiny.safetensors"))
    assert torch.equal(usual, sampled(host(models / "tiny.safetensors", vae=tmp_path / "vae.safetensors")))
    for other in (tmp_path / "other.safetensors", folders / "sd15" / "vae"):
        assert not torch.equal(usual, sampled(host(models / "tiny.safetensors", vae=other)))
    save_file({k: v for k, v in weights.items() if not k.startswith(prefix)}, models / "no-vae.safetensors")
    with pytest.raises(ModelError, match="has no VAE"):
        host(models / "no-vae.safetensors")
    assert torch.equal(usual, sampled(host(models / "no-vae.safetensors", config=models / "tiny.yaml",
                                           vae=tmp_path / "vae.safetensors")))


def test_controlnets_as_file_and_folder(models: Path, folders: Path, tmp_path: Path) -> None:
    file = host(models / "tiny.safetensors", controlnet=models / "control_v11p_sd15_inpaint.safetensors")
    file.passes.parts.controlnet.save_pretrained(tmp_path / "control-inpaint")
    folder = host(models / "tiny.safetensors", controlnet=tmp_path / "control-inpaint")
    assert "controlnet" in folder.capabilities().features
    assert torch.equal(sampled(file), sampled(folder))
    weights = tmp_path / "control-inpaint" / "diffusion_pytorch_model.safetensors"
    loose = host(models / "tiny.safetensors", controlnet=weights)
    assert torch.equal(sampled(file), sampled(loose))


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_half_precision_is_near_full(models: Path, dtype: str) -> None:
    full = sampled(host(models / "tiny-inpainting.safetensors"))
    half = sampled(host(models / "tiny-inpainting.safetensors", dtype=dtype))
    assert 0 < float((full - half).abs().mean()) < 0.05


def test_sdxls_vae_stays_in_full_precision(models: Path) -> None:
    parts = host(models / "tiny-xl.safetensors", dtype="fp16").passes.parts
    assert (parts.unet.dtype, parts.vae.dtype) == (torch.float16, torch.float32)


def test_offload_and_tiling(models: Path) -> None:
    usual = sampled(host(models / "tiny.safetensors"))
    assert torch.equal(usual, sampled(host(models / "tiny.safetensors", cpu_offload=True)))
    tiled = host(models / "tiny.safetensors", vae_tiling=True)
    assert tiled.passes.parts.vae.use_tiling
    sampled(tiled)


def test_what_is_no_model(models: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ckpt").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty").mkdir()
    cases: list[tuple[Any, str]] = [
        (models / "loras" / "kohya.safetensors", "LoRA for SD 1, rank 4.*a checkpoint or a diffusers folder is wanted"),
        (models / "control_v11p_sd15_inpaint.safetensors", "ControlNet for SD 1, inpaint"),
        (tmp_path / "x.ckpt", "pickle"), (tmp_path / "empty", "no diffusers model"),
        (tmp_path / "nowhere.safetensors", "no file or folder"), ("no-such-owner/no-such-model", "not in the local cache")]
    for path, words in cases:
        with pytest.raises(ModelError, match=words):
            host(path)


def test_what_does_not_fit(models: Path, folders: Path, tmp_path: Path) -> None:
    control = models / "control_v11p_sd15_inpaint.safetensors"
    with pytest.raises(ModelError, match="SD 1 only"):
        host(models / "tiny-xl.safetensors", controlnet=control)
    canny = shutil.copy(control, tmp_path / "control_v11p_sd15_canny.safetensors")
    with pytest.raises(ModelError, match="is for canny; one for inpainting is wanted"):
        host(models / "tiny.safetensors", controlnet=canny)
    with pytest.raises(ModelError, match="a ControlNet is wanted"):
        host(models / "tiny.safetensors", controlnet=models / "tiny.safetensors")
    with pytest.raises(ModelError, match="is for SD 1, the model is SDXL"):
        host(models / "tiny-xl.safetensors", loras=[(models / "loras" / "kohya.safetensors", 1.0)])
    with pytest.raises(ModelError, match="a LoRA is wanted"):
        host(models / "tiny.safetensors", loras=[(control, 1.0)])
    save_file({"lora_unet_x.hada_w1_a": torch.ones(2, 2)}, tmp_path / "loha.safetensors")
    with pytest.raises(ModelError, match="LyCORIS"):
        host(models / "tiny.safetensors", loras=[(tmp_path / "loha.safetensors", 1.0)])
    save_file({f"lora_unet_elsewhere.lora_{way}.weight": torch.ones(2, 2) for way in ("down", "up")},
              tmp_path / "misfit.safetensors")
    misfit = host(models / "tiny.safetensors", loras=[(tmp_path / "misfit.safetensors", 1.0)])
    with pytest.raises(ModelError, match="misfit"):
        sampled(misfit)


@pytest.mark.parametrize(("values", "words"), [
    ({"dtype": "fp8"}, "dtype"), ({"prediction": "x"}, "prediction"), ({"mask_weight": 2.0}, "mask_weight"),
    ({"vae": "nowhere"}, "vae"), ({"config": "nowhere"}, "config"), ({"lora_dir": "nowhere"}, "lora-dir"),
    ({"controlnet": "nowhere"}, "controlnet")])
def test_bad_arguments(models: Path, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        host(models / "tiny.safetensors", **values)


@pytest.mark.parametrize("device", ["tpu", "gpu", "cuda:99"])
def test_devices_that_are_not_there(models: Path, device: str) -> None:
    with pytest.raises(ParamError, match="device"):
        PipelineHost(models / "tiny.safetensors", device=device)


def test_folders_without_safetensors_are_not_read(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "sd15", tmp_path / "pickled")
    for file in (tmp_path / "pickled" / "unet").glob("*.safetensors"):
        file.rename(file.with_suffix(".bin"))
    with pytest.raises(ModelError, match=r"pickles \(.bin\) are not read"):
        sampled(host(tmp_path / "pickled"))


def test_v_prediction_is_read_from_a_folder(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "sd15", tmp_path / "v")
    config = tmp_path / "v" / "scheduler" / "scheduler_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"prediction_type": "v_prediction"}))
    one = host(tmp_path / "v")
    assert one.info.prediction == "v"
    assert not torch.equal(sampled(one), sampled(host(folders / "sd15")))
    assert torch.equal(sampled(host(tmp_path / "v", prediction="epsilon")), sampled(host(folders / "sd15")))


@pytest.mark.parametrize(("factor", "v"), [(1.0, False), (-3.0, True)])
def test_asking_a_unet_what_it_predicts(factor: float, v: bool) -> None:
    class Unet:
        dtype = torch.float32
        config = type("Config", (), {"in_channels": 4, "cross_attention_dim": 8})

        def __call__(self, x: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor]:
            return x * factor,

    assert predicts_v(Unet()) is v


def test_a_folder_of_half_precision_files(folders: Path, tmp_path: Path) -> None:
    import diffusers

    kind = diffusers.StableDiffusionPipeline
    pipe = kind.from_pretrained(folders / "sd15", torch_dtype=torch.float16, safety_checker=None)
    pipe.save_pretrained(tmp_path / "half", variant="fp16")
    assert sampled(host(tmp_path / "half")).shape == (3, 64, 96)


@pytest.mark.parametrize(("names", "channels", "words"), [
    ("conditioner.embedders.0.model.x", 4, "SDXL refiner; SD 1, SD 2 and SDXL can be used"),
    ("cond_stage_model.transformer.x", 5, "a UNet of 5 channels; 4, and 9 for inpainting, can be used")])
def test_checkpoints_that_cannot_be_used(tmp_path: Path, names: str, channels: int, words: str) -> None:
    file = tmp_path / "odd.safetensors"
    save_file({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, channels, 1, 1), names: torch.zeros(1)}, file)
    with pytest.raises(ModelError, match=words):
        sources.located(file, True)


def test_heads_come_from_a_config_that_was_given(tmp_path: Path) -> None:
    info = ModelInfo(tmp_path / "x.safetensors", "checkpoint", "sd1", "original", 4)
    (tmp_path / "unet").mkdir()
    config = tmp_path / "unet" / "config.json"
    config.write_text('{"attention_head_dim": 6}')
    (tmp_path / "text_encoder").mkdir()
    (tmp_path / "text_encoder" / "config.json").write_text('{"num_attention_heads": 3, "hidden_act": "gelu", "more": 1}')
    found = sources.hints(info, tmp_path, None)
    assert (found.unet_heads, found.text) == (6, {"num_attention_heads": 3, "hidden_act": "gelu"})
    config.write_text('{"attention_head_dim": [5, 10]}')
    (tmp_path / "text_encoder" / "config.json").unlink()
    found = sources.hints(info, tmp_path, None)
    assert (found.unet_heads, found.text) == (0, {})


def test_loras_need_a_folder_that_is_there_and_must_fit(models: Path, tmp_path: Path) -> None:
    class Pipe:
        def load_lora_weights(self, *_: Any, **__: Any) -> None:
            pass

        def get_list_adapters(self) -> dict[str, list[str]]:
            return {"unet": ["another"]}

    info = ModelInfo(models / "tiny.safetensors", "checkpoint", "sd1", "original", 4)
    with pytest.raises(ModelError, match="lora-dir: there is no folder"):
        Library(tmp_path / "nowhere", [], info)
    library = Library(models / "loras", [], info)
    with pytest.raises(ModelError, match=r"kohya\.safetensors: nothing in it fits the model"):
        library.use((Lora("kohya"),), Pipe())


def test_a_controlnet_in_diffusers_layout_needs_its_config(tmp_path: Path) -> None:
    info = ModelInfo(tmp_path / "inpaint.safetensors", "controlnet", "sd1", "diffusers")
    with pytest.raises(ModelError, match=r"in diffusers' layout and has no config\.json beside it"):
        controlnet._from_diffusers_file(None, info)


def test_a_negative_prompt_of_a_side_asks_for_no_lora() -> None:
    params = Params(left=8, side_prompts="left: sea <lora:a:1>\nleft -: ugly <lora:b:1>")
    assert [[lora.name for lora in found] for found in loras_asked(params, ("",), ())] == [[], ["a"]]
