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
from lib_outpaint.errors import ModelError, ParamError
from lib_outpaint.models.families import by_key
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
        with pytest.raises(ModelError) as caught:
            Diffusers(alone, device="cpu", local_files_only=local)
        assert caught.value.code == "tokenizer-missing"
    one = loaded(alone, config=models / "clip")
    assert sampled(one).shape == (3, 64, 96)


def test_what_is_no_model(models: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ckpt").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty").mkdir()
    cases: list[tuple[Any, str, str]] = [
        (models / "loras" / "kohya.safetensors", "not-a-checkpoint", "LoRA for SD 1, rank 4"),
        (models / "control_v11p_sd15_inpaint.safetensors", "not-a-checkpoint", "ControlNet for SD 1, inpaint"),
        (tmp_path / "x.ckpt", "model-pickle", "x.ckpt"),
        (tmp_path / "empty", "folder-not-a-model", "empty"),
        (tmp_path / "nowhere.safetensors", "checkpoint-missing", "nowhere"),
        ("no-such-owner/no-such-model", "model-not-cached", "no-such-owner/no-such-model"),
    ]
    for path, code, words in cases:
        with pytest.raises(ModelError, match=words) as caught:
            loaded(path)
        assert caught.value.code == code


def refusal(model: Path, **values: Any) -> str:
    """The code of what a model or what comes with it is refused by."""
    with pytest.raises(ModelError) as caught:
        loaded(model, **values)
    return caught.value.code


def test_what_does_not_fit(models: Path, tmp_path: Path) -> None:
    control, lora = models / "control_v11p_sd15_inpaint.safetensors", models / "loras" / "kohya.safetensors"
    plain, wide = models / "tiny.safetensors", models / "tiny-xl.safetensors"
    assert refusal(wide, controlnet=control) == "controlnet-family"
    canny = shutil.copy(control, tmp_path / "control_v11p_sd15_canny.safetensors")
    assert refusal(plain, controlnet=canny) == "controlnet-kind"
    assert refusal(plain, controlnet=plain) == "not-a-controlnet"
    assert refusal(wide, loras=[(lora, 1.0)]) == "lora-family"
    assert refusal(plain, loras=[(control, 1.0)]) == "not-a-lora"
    save_file({"lora_unet_x.hada_w1_a": torch.ones(2, 2)}, tmp_path / "loha.safetensors")
    assert refusal(plain, loras=[(tmp_path / "loha.safetensors", 1.0)]) == "lora-lycoris"
    save_file(
        {f"lora_unet_elsewhere.lora_{way}.weight": torch.ones(2, 2) for way in ("down", "up")},
        tmp_path / "misfit.safetensors",
    )
    misfit = loaded(plain, loras=[(tmp_path / "misfit.safetensors", 1.0)])
    with pytest.raises(ModelError, match="misfit"):
        sampled(misfit)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"dtype": "fp8"}, "not-a-choice"),
        ({"prediction": "x"}, "not-a-choice"),
        ({"mask_weight": 2.0}, "outside"),
        ({"vae": "nowhere"}, "path-missing"),
        ({"config": "nowhere"}, "path-missing"),
        ({"lora_dir": "nowhere"}, "path-missing"),
        ({"controlnet": "nowhere"}, "path-missing"),
        ({"device": "tpu"}, "not-a-choice"),
        ({"device": "gpu"}, "not-a-choice"),
        ({"device": "cuda:99"}, "device-missing"),
    ],
)
def test_bad_arguments(models: Path, values: dict[str, Any], code: str) -> None:
    with pytest.raises(ParamError) as caught:
        Diffusers(models / "tiny.safetensors", **({"device": "cpu", "local_files_only": True} | values))
    assert (caught.value.field, caught.value.code) == (next(iter(values)).replace("lora_", "lora-"), code)


def test_folders_without_safetensors_are_not_read(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "sd15", tmp_path / "pickled")
    for file in (tmp_path / "pickled" / "unet").glob("*.safetensors"):
        file.rename(file.with_suffix(".bin"))
    with pytest.raises(ModelError) as caught:
        sampled(loaded(tmp_path / "pickled"))
    assert caught.value.code == "unet-folder-empty"


@pytest.mark.parametrize(
    ("names", "channels", "code", "words"),
    [
        ("conditioner.embedders.0.model.x", 4, "model-family", "SDXL refiner; only SD 1, SD 2, SDXL can be used"),
        ("cond_stage_model.transformer.x", 5, "unet-channels-unusable", "a UNet with 5 input channels; only 4, or 9 for"),
    ],
)
def test_checkpoints_that_cannot_be_used(tmp_path: Path, names: str, channels: int, code: str, words: str) -> None:
    file = tmp_path / "odd.safetensors"
    save_file({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, channels, 1, 1), names: torch.zeros(1)}, file)
    with pytest.raises(ModelError, match=words) as caught:
        sources.located(file, True)
    assert caught.value.code == code


def test_loras_need_a_folder_that_is_there_and_must_fit(models: Path, tmp_path: Path) -> None:
    class Pipe:
        def load_lora_weights(self, *_: Any, **__: Any) -> None:
            pass

        def get_list_adapters(self) -> dict[str, list[str]]:
            return {"unet": ["another"]}

    info = ModelInfo(models / "tiny.safetensors", "checkpoint", by_key("sd1"), "original", 4)
    with pytest.raises(ModelError) as caught:
        Library(tmp_path / "nowhere", [], info)
    assert caught.value.code == "lora-folder-missing"
    library = Library(models / "loras", [], info)
    with pytest.raises(ModelError, match=r"kohya\.safetensors") as caught:
        library.use((Lora("kohya"),), Pipe())
    assert caught.value.code == "lora-fits-nothing"


def test_a_controlnet_in_diffusers_layout_needs_its_config(tmp_path: Path) -> None:
    info = ModelInfo(tmp_path / "inpaint.safetensors", "controlnet", by_key("sd1"), "diffusers")
    with pytest.raises(ModelError) as caught:
        controlnet.load(info, 8, torch.float32, True)
    assert caught.value.code == "controlnet-config"
