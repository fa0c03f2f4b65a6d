"""Files of every layout are recognised and loaded without network."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import loaded, sampled
from safetensors.torch import load_file, save_file

from lib_outpaint.backends.diffusers import sources
from lib_outpaint.backends.diffusers.batches import loras_asked
from lib_outpaint.backends.diffusers.loading import predicts_v
from lib_outpaint.errors import ModelError
from lib_outpaint.models import families
from lib_outpaint.models.families import by_key
from lib_outpaint.models.inspect import ModelInfo
from lib_outpaint.parameters.params import Params


@pytest.mark.parametrize(
    ("name", "base", "channels", "side"),
    [
        ("tiny", "sd1", 4, 512),
        ("tiny-inpainting", "sd1", 9, 512),
        ("tiny-xl", "sdxl", 4, 1024),
        ("tiny-inpainting-xl", "sdxl", 9, 1024),
    ],
)
def test_single_files(models: Path, name: str, base: str, channels: int, side: int) -> None:
    one = loaded(models / f"{name}.safetensors")
    caps = one.capabilities()
    assert (one.info.base, one.info.channels, caps.native_side) == (base, channels, side)
    assert caps.inpainting == (channels == 9) == ("mask_weight" in caps.features)
    assert "controlnet" not in caps.features
    assert {"prompts", "loras", "sampling"} <= caps.features
    assert (caps.cell, caps.size_multiple, caps.device, caps.window_area) == (8, 8, "cpu", 3 * side**2)
    sampled(one)
    assert one.passes.parts.unet.config.in_channels == channels


def test_sd2_files_say_what_they_predict_or_are_asked(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ldm_layout

    words = len(json.loads((models / "clip" / "vocab.json").read_text(encoding="utf-8")))
    silent = ldm_layout.write_sd2(models / "sd2.safetensors", words)
    said = ldm_layout.write_sd2(models / "sd2-v.safetensors", words, {"modelspec.prediction_type": "v"})
    one, v = loaded(silent), loaded(said)
    assert (one.info.prediction, v.info.prediction) == ("", "v")
    assert (one.capabilities().native_side, v.capabilities().native_side) == (512, 768)  # the silent one was asked
    assert one.info.prediction == ""  # to be asked changes nothing
    assert loaded(silent, prediction="v").capabilities().native_side == 768
    assert not torch.equal(sampled(one), sampled(v))
    monkeypatch.setattr("lib_outpaint.backends.diffusers.loading.predicts_v", lambda unet: True)
    assert loaded(silent).capabilities().native_side == 768


def test_a_familys_row_says_what_its_windows_are(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = replace(by_key("sd1"), key="dream", cell=16, size_multiple=32, native_side=640, largest_window=2.0)
    monkeypatch.setattr(families, "FAMILIES", (row, *families.FAMILIES))
    caps = loaded(models / "tiny.safetensors").capabilities()
    assert (caps.cell, caps.size_multiple, caps.native_side, caps.window_area) == (16, 32, 640, 2 * 640**2)
    assert loaded(models / "tiny.safetensors", largest_window=500_000).capabilities().window_area == 500_000


def test_a_single_file_gives_what_its_folder_gives(models: Path, tmp_path: Path) -> None:
    one = loaded(models / "tiny-inpainting-xl.safetensors")
    one.passes.parts.pipe.save_pretrained(tmp_path / "folder")
    torch.testing.assert_close(sampled(one), sampled(loaded(tmp_path / "folder")), atol=1e-4, rtol=0)


def test_heads_come_from_the_yaml_or_the_family(models: Path, tmp_path: Path) -> None:
    assert loaded(models / "tiny.safetensors").passes.parts.unet.config.attention_head_dim == 4
    alone = shutil.copy(models / "tiny.safetensors", tmp_path / "alone.safetensors")
    assert loaded(alone, config=models / "clip").passes.parts.unet.config.attention_head_dim == 8
    (tmp_path / "alone.yaml").write_text("model: [")
    with pytest.raises(ModelError) as caught:
        loaded(alone, config=models / "clip")
    assert caught.value.code == "yaml-not-a-config"


def test_another_vae(models: Path, folders: Path, tmp_path: Path) -> None:
    weights = load_file(models / "tiny.safetensors")
    prefix = "first_stage_model."
    alone = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
    save_file(alone, tmp_path / "vae.safetensors")
    save_file(alone | {"decoder.conv_out.weight": alone["decoder.conv_out.weight"] * 0.9}, tmp_path / "other.safetensors")
    usual = sampled(loaded(models / "tiny.safetensors"))
    assert torch.equal(usual, sampled(loaded(models / "tiny.safetensors", vae=tmp_path / "vae.safetensors")))
    for other in (tmp_path / "other.safetensors", folders / "sd15" / "vae"):
        assert not torch.equal(usual, sampled(loaded(models / "tiny.safetensors", vae=other)))
    save_file({k: v for k, v in weights.items() if not k.startswith(prefix)}, models / "no-vae.safetensors")
    with pytest.raises(ModelError) as caught:
        loaded(models / "no-vae.safetensors")
    assert caught.value.code == "vae-missing"
    assert torch.equal(
        usual, sampled(loaded(models / "no-vae.safetensors", config=models / "tiny.yaml", vae=tmp_path / "vae.safetensors"))
    )


def test_controlnets_as_file_and_folder(models: Path, folders: Path, tmp_path: Path) -> None:
    file = loaded(models / "tiny.safetensors", controlnet=models / "control_v11p_sd15_inpaint.safetensors")
    file.passes.parts.controlnet.save_pretrained(tmp_path / "control-inpaint")
    folder = loaded(models / "tiny.safetensors", controlnet=tmp_path / "control-inpaint")
    assert "controlnet" in folder.capabilities().features
    assert torch.equal(sampled(file), sampled(folder))
    weights = tmp_path / "control-inpaint" / "diffusion_pytorch_model.safetensors"
    loose = loaded(models / "tiny.safetensors", controlnet=weights)
    assert torch.equal(sampled(file), sampled(loose))


@pytest.mark.parametrize("dtype", ["bf16", "fp16"])
def test_half_precision_is_near_full(models: Path, dtype: str) -> None:
    full = sampled(loaded(models / "tiny-inpainting.safetensors"))
    half = sampled(loaded(models / "tiny-inpainting.safetensors", dtype=dtype))
    assert 0 < float((full - half).abs().mean()) < 0.05


def test_sdxls_vae_stays_in_full_precision(models: Path) -> None:
    parts = loaded(models / "tiny-xl.safetensors", dtype="fp16").passes.parts
    assert (parts.unet.dtype, parts.vae.dtype) == (torch.float16, torch.float32)


def test_offload_and_tiling(models: Path) -> None:
    usual = sampled(loaded(models / "tiny.safetensors"))
    assert torch.equal(usual, sampled(loaded(models / "tiny.safetensors", cpu_offload=True)))
    tiled = loaded(models / "tiny.safetensors", vae_tiling=True)
    assert tiled.passes.parts.vae.use_tiling
    sampled(tiled)


def test_v_prediction_is_read_from_a_folder(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "sd15", tmp_path / "v")
    config = tmp_path / "v" / "scheduler" / "scheduler_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"prediction_type": "v_prediction"}))
    one = loaded(tmp_path / "v")
    assert one.info.prediction == "v"
    assert not torch.equal(sampled(one), sampled(loaded(folders / "sd15")))
    assert torch.equal(sampled(loaded(tmp_path / "v", prediction="epsilon")), sampled(loaded(folders / "sd15")))


@pytest.mark.parametrize(("factor", "v"), [(1.0, False), (-3.0, True)])
def test_asking_a_unet_what_it_predicts(factor: float, v: bool) -> None:
    class Unet:
        dtype = torch.float32
        config = type("Config", (), {"in_channels": 4, "cross_attention_dim": 8})

        def __call__(self, x: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor]:
            return (x * factor,)

    assert predicts_v(Unet()) is v


def test_a_folder_of_half_precision_files(folders: Path, tmp_path: Path) -> None:
    import diffusers

    kind = diffusers.StableDiffusionPipeline
    pipe = kind.from_pretrained(folders / "sd15", torch_dtype=torch.float16, safety_checker=None)
    pipe.save_pretrained(tmp_path / "half", variant="fp16")
    assert sampled(loaded(tmp_path / "half")).shape == (3, 64, 96)


def test_heads_come_from_a_config_that_was_given(tmp_path: Path) -> None:
    info = ModelInfo(tmp_path / "x.safetensors", "checkpoint", by_key("sd1"), "original", 4)
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


def test_a_negative_prompt_of_a_side_asks_for_no_lora() -> None:
    params = Params(left=8, side_prompts="left: sea <lora:a:1>\nleft -: ugly <lora:b:1>")
    assert [[lora.name for lora in found] for found in loras_asked(params.guidance, ("", ""), ())] == [[], ["a"]]
