"""Loads a model's parts with diffusers: from a folder as it writes them, or from a single file.

Only safetensors are read; nothing is ever unpickled and no code of a model repository is run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from ...errors import MissingExtra, ModelError
from ...models.families import Pipeline
from ...models.header import read_header
from ...models.inspect import ModelInfo
from . import configs, sources
from .quiet import quiet

Prediction = Literal["epsilon", "v"]


@dataclass
class Parts:
    """A loaded model.

    Attributes:
        pipe: the diffusers pipeline the parts came in; it knows how to load LoRAs.
        encoders: (tokenizer, text encoder), one or two.
        alphas_cumprod: float32 (1000,), of the training schedule.
        vae_dtype: what the VAE runs in; some overflow in half precision.
    """

    info: ModelInfo
    pipe: Any
    unet: Any
    vae: Any
    encoders: list[tuple[Any, Any]]
    alphas_cumprod: torch.Tensor
    prediction: Prediction
    dtype: torch.dtype
    vae_dtype: torch.dtype
    controlnet: Any = None

    @property
    def modules(self) -> list[Any]:
        """Every network."""
        found = [self.unet, self.vae, *(encoder for _, encoder in self.encoders)]
        return [*found, self.controlnet] if self.controlnet is not None else found


def require_diffusers() -> None:
    """Raises MissingExtra when diffusers, transformers or peft is not installed."""
    for name in ("diffusers", "transformers", "peft"):
        try:
            __import__(name)
        except ImportError:
            raise MissingExtra("the diffusers engine", name, "diffusers") from None


def load(
    info: ModelInfo,
    dtype: torch.dtype,
    config: Path | None = None,
    vae: Path | None = None,
    prediction: str = "auto",
    local_files_only: bool = False,
) -> Parts:
    """Loads a model that `sources.located` found, onto the CPU.

    Args:
        config: a diffusers folder, a folder with a tokenizer, or a .yaml; for single files only.
        vae: another VAE, a .safetensors file or a diffusers folder.
        prediction: "epsilon", "v" or "auto".

    Raises:
        ModelError: something is missing or does not fit; says what, and how to give it.
    """
    import diffusers

    with quiet():
        pipeline = getattr(diffusers, info.pipeline.name)
        try:
            checker = {"safety_checker": None, "requires_safety_checker": False}
            extra: dict[str, Any] = checker if info.pipeline.safety_checker else {}
            if vae is not None:
                extra["vae"] = load_vae(vae, info, dtype, local_files_only)
            if info.path.is_dir():
                pipe = _from_folder(pipeline, info, dtype, local_files_only, extra)
                found: str = info.prediction
            else:
                pipe, found = _from_file(pipeline, info, dtype, config, local_files_only, extra)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
            raise ModelError("model-cannot-load", name=info.path.name, reason=sources.first_line(error)) from error
    return _parts(info, pipe, dtype, found if prediction == "auto" else prediction)


def _from_folder(pipeline: Any, info: ModelInfo, dtype: torch.dtype, local_files_only: bool, extra: dict[str, Any]) -> Any:
    weights = [path.name for path in (info.path / "unet").glob("*.safetensors")]
    if not weights:
        raise ModelError("unet-folder-empty", path=info.path)
    only_half = all(".fp16." in name for name in weights)
    return pipeline.from_pretrained(
        info.path,
        torch_dtype=dtype,
        use_safetensors=True,
        local_files_only=local_files_only,
        variant="fp16" if only_half else None,
        **extra,
    )


def check_file(info: ModelInfo, config: Path | None, vae: Path | None, local_files_only: bool) -> None:
    """Raises ModelError when a single-file checkpoint lacks something that is nowhere else either."""
    sources.hints(info, config, find_tokenizer(info, config, local_files_only))
    if vae is None and not read_header(info.path).shape(configs.VAE + "decoder.conv_in.weight"):
        raise ModelError("vae-missing", name=info.path.name)


def _from_file(
    pipeline: Any, info: ModelInfo, dtype: torch.dtype, config: Path | None, local_files_only: bool, extra: dict[str, Any]
) -> tuple[Any, str]:
    header, family = read_header(info.path), info.pipeline
    tokenizer = find_tokenizer(info, config, local_files_only)
    hints = sources.hints(info, config, tokenizer)
    with tempfile.TemporaryDirectory(prefix="outpaint-") as made:
        folder = Path(made)
        parts = {"unet": configs.unet_config(header, family, hints)}
        if "vae" not in extra:
            parts["vae"] = configs.vae_config(header, family, hints)
        texts = configs.text_configs(header, family, hints)
        for number, text in enumerate(texts):
            parts["text_encoder" + ("_2" if number else "")] = text
        for name, values in parts.items():
            _write(folder / name / "config.json", values)
        for number, kind in enumerate(family.text_encoders):
            place = folder / ("tokenizer_2" if number else "tokenizer")
            _copy_tokenizer(tokenizer, place, plain_pad=kind == "openclip")
        _write(folder / "scheduler" / "scheduler_config.json", _SCHEDULER)
        _write(folder / "model_index.json", _index(family))
        pipe = pipeline.from_single_file(
            str(info.path), config=str(folder), torch_dtype=dtype, local_files_only=True, **extra
        )
    return pipe, info.prediction or hints.prediction


def find_tokenizer(info: ModelInfo, config: Path | None, local_files_only: bool) -> Path:
    """The tokenizer for a single-file checkpoint: on this machine, in the hub's cache, or from the hub.

    Raises:
        ModelError: it is nowhere; says where it is looked for.
    """
    found = sources.tokenizer_folder(info, config)
    if found is not None:
        return found
    import huggingface_hub

    try:
        files = [
            huggingface_hub.hf_hub_download(sources.HUB_TOKENIZER, name, local_files_only=local_files_only)
            for name in ("vocab.json", "merges.txt")
        ]
    except (OSError, ValueError, RuntimeError):
        raise ModelError("tokenizer-missing", name=info.path.name, hub=sources.HUB_TOKENIZER) from None
    return Path(files[0]).parent


def load_vae(path: Path, info: ModelInfo, dtype: torch.dtype, local_files_only: bool) -> Any:
    """A VAE by itself, as `info`'s family uses it."""
    import diffusers

    if path.is_dir():
        return diffusers.AutoencoderKL.from_pretrained(
            path, torch_dtype=dtype, use_safetensors=True, local_files_only=local_files_only
        )
    header = read_header(path)
    prefix = configs.VAE if header.shape(configs.VAE + "decoder.conv_in.weight") else ""
    with tempfile.TemporaryDirectory(prefix="outpaint-") as made:
        _write(Path(made) / "vae" / "config.json", configs.vae_config(header, info.pipeline, configs.Hints(), prefix))
        return diffusers.AutoencoderKL.from_single_file(
            str(path), config=made, subfolder="vae", torch_dtype=dtype, local_files_only=True
        )


def _parts(info: ModelInfo, pipe: Any, dtype: torch.dtype, prediction: str) -> Parts:
    for module in (pipe.unet, pipe.vae, pipe.text_encoder, getattr(pipe, "text_encoder_2", None)):
        if module is not None:
            module.eval().requires_grad_(False)
    encoders = [(pipe.tokenizer, pipe.text_encoder)]
    if len(info.pipeline.text_encoders) == 2:
        encoders.append((pipe.tokenizer_2, pipe.text_encoder_2))
    alphas = pipe.scheduler.alphas_cumprod.float().cpu()
    if prediction not in ("epsilon", "v"):
        prediction = "v" if predicts_v(pipe.unet) else "epsilon"
    checked: Prediction = "v" if prediction == "v" else "epsilon"
    half_overflows = not info.pipeline.half_vae and dtype == torch.float16
    vae_dtype = torch.float32 if half_overflows else dtype
    if vae_dtype != dtype:
        torch.nn.Module.to(pipe.vae, vae_dtype)
    return Parts(replace(info, prediction=checked), pipe, pipe.unet, pipe.vae, encoders, alphas, checked, dtype, vae_dtype)


@torch.no_grad()
def predicts_v(unet: Any) -> bool:
    """Whether a UNet predicts v, found by asking it, as the WebUI does: at the last training time an
    epsilon-model returns its input, a v-model about minus the (invisible) picture. One run on an 8x8 latent.
    """
    x = torch.ones(1, unet.config.in_channels, 8, 8, dtype=unet.dtype) * 0.5
    text = torch.zeros(1, 1, unet.config.cross_attention_dim, dtype=unet.dtype)
    out = unet(x, torch.tensor([999]), encoder_hidden_states=text, return_dict=False)[0]
    return bool((out - x[:, :4]).float().mean() < -1)


_SCHEDULER: dict[str, Any] = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "num_train_timesteps": 1000,
    "steps_offset": 1,
}


def _index(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = {
        "_class_name": pipeline.name,
        "scheduler": ["diffusers", "EulerDiscreteScheduler"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    if len(pipeline.text_encoders) == 2:
        found["tokenizer_2"] = ["transformers", "CLIPTokenizer"]
        found["text_encoder_2"] = ["transformers", "CLIPTextModelWithProjection"]
    if pipeline.safety_checker:
        found |= {"safety_checker": [None, None], "feature_extractor": [None, None]}
    return found


def _copy_tokenizer(source: Path, folder: Path, *, plain_pad: bool) -> None:
    folder.mkdir(parents=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(source / name, folder / name)
    end = "<|endoftext|>"
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "CLIPTokenizer",
            "model_max_length": 77,
            "bos_token": "<|startoftext|>",
            "eos_token": end,
            "unk_token": end,
            "pad_token": "!" if plain_pad else end,
        },
    )


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
