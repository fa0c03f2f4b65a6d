"""Models, LoRAs, ControlNets and devices that cannot be used: what is wrong with them is said clearly."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from pipeline_helpers import loaded, sampled
from safetensors.torch import save_file

from lib_outpaint.backends.diffusers import Diffusers, sources
from lib_outpaint.backends.diffusers import control_residuals as controlnet
from lib_outpaint.backends.diffusers.lora_files import Library
from lib_outpaint.errors import InputError, ModelError, ParamError
from lib_outpaint.models.inspect import ModelInfo
from lib_outpaint.parameters.loras import Lora


def test_without_a_tokenizer_the_message_says_what_is_missing(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", unreachable)
    alone = shutil.copy(models / "tiny.safetensors", tmp_path / "alone.safetensors")
    for local in (True, False):
        with pytest.raises(ModelError, match=r"no tokenizer.*vocab\.json and merges\.txt"):
            Diffusers(alone, device="cpu", local_files_only=local)
    one = loaded(alone, config=models / "clip")
    assert sampled(one).shape == (3, 64, 96)


def test_what_is_no_model(models: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ckpt").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty").mkdir()
    cases: list[tuple[Any, str]] = [
        (models / "loras" / "kohya.safetensors", "LoRA for SD 1, rank 4.*a checkpoint or a diffusers folder is wanted"),
        (models / "control_v11p_sd15_inpaint.safetensors", "ControlNet for SD 1, inpaint"),
        (tmp_path / "x.ckpt", "pickle"),
        (tmp_path / "empty", "no diffusers model"),
        (tmp_path / "nowhere.safetensors", "no file or folder"),
        ("no-such-owner/no-such-model", "not in the local cache"),
    ]
    for path, words in cases:
        with pytest.raises(ModelError, match=words):
            loaded(path)


def test_what_does_not_fit(models: Path, folders: Path, tmp_path: Path) -> None:
    control = models / "control_v11p_sd15_inpaint.safetensors"
    with pytest.raises(ModelError, match="SD 1 only"):
        loaded(models / "tiny-xl.safetensors", controlnet=control)
    canny = shutil.copy(control, tmp_path / "control_v11p_sd15_canny.safetensors")
    with pytest.raises(ModelError, match="is for canny; one for inpainting is wanted"):
        loaded(models / "tiny.safetensors", controlnet=canny)
    with pytest.raises(ModelError, match="a ControlNet is wanted"):
        loaded(models / "tiny.safetensors", controlnet=models / "tiny.safetensors")
    with pytest.raises(ModelError, match="is for SD 1, the model is SDXL"):
        loaded(models / "tiny-xl.safetensors", loras=[(models / "loras" / "kohya.safetensors", 1.0)])
    with pytest.raises(ModelError, match="a LoRA is wanted"):
        loaded(models / "tiny.safetensors", loras=[(control, 1.0)])
    save_file({"lora_unet_x.hada_w1_a": torch.ones(2, 2)}, tmp_path / "loha.safetensors")
    with pytest.raises(ModelError, match="LyCORIS"):
        loaded(models / "tiny.safetensors", loras=[(tmp_path / "loha.safetensors", 1.0)])
    save_file(
        {f"lora_unet_elsewhere.lora_{way}.weight": torch.ones(2, 2) for way in ("down", "up")},
        tmp_path / "misfit.safetensors",
    )
    misfit = loaded(models / "tiny.safetensors", loras=[(tmp_path / "misfit.safetensors", 1.0)])
    with pytest.raises(ModelError, match="misfit"):
        sampled(misfit)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dtype": "fp8"}, "dtype"),
        ({"prediction": "x"}, "prediction"),
        ({"mask_weight": 2.0}, "mask_weight"),
        ({"vae": "nowhere"}, "vae"),
        ({"config": "nowhere"}, "config"),
        ({"lora_dir": "nowhere"}, "lora-dir"),
        ({"controlnet": "nowhere"}, "controlnet"),
    ],
)
def test_bad_arguments(models: Path, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        loaded(models / "tiny.safetensors", **values)


@pytest.mark.parametrize("device", ["tpu", "gpu", "cuda:99"])
def test_devices_that_are_not_there(models: Path, device: str) -> None:
    with pytest.raises(ParamError, match="device"):
        Diffusers(models / "tiny.safetensors", device=device)


def test_folders_without_safetensors_are_not_read(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "sd15", tmp_path / "pickled")
    for file in (tmp_path / "pickled" / "unet").glob("*.safetensors"):
        file.rename(file.with_suffix(".bin"))
    with pytest.raises(ModelError, match=r"pickles \(.bin\) are not read"):
        sampled(loaded(tmp_path / "pickled"))


@pytest.mark.parametrize(
    ("names", "channels", "words"),
    [
        ("conditioner.embedders.0.model.x", 4, "SDXL refiner; SD 1, SD 2 and SDXL can be used"),
        ("cond_stage_model.transformer.x", 5, "a UNet of 5 channels; 4, and 9 for inpainting, can be used"),
    ],
)
def test_checkpoints_that_cannot_be_used(tmp_path: Path, names: str, channels: int, words: str) -> None:
    file = tmp_path / "odd.safetensors"
    save_file({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, channels, 1, 1), names: torch.zeros(1)}, file)
    with pytest.raises(ModelError, match=words):
        sources.located(file, True)


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
