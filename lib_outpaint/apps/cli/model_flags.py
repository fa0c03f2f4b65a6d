"""The flags of the diffusers engine, and what they stand for by the names of `Diffusers`."""

from __future__ import annotations

import argparse
from typing import Any

from ...errors import ParamError, not_a_choice

DTYPES = ("auto", "fp16", "bf16", "fp32")
PREDICTIONS = ("auto", "epsilon", "v")


def add_model_flags(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Flags of the diffusers engine. With `several`, --model may be given more than once."""
    group = parser.add_argument_group(
        "diffusers engine", "A model, and how it runs. Needs --engine diffusers, but for `outpaint ui`."
    )
    group.add_argument(
        "--model",
        metavar="PATH",
        action="append" if several else "store",
        help="a .safetensors checkpoint, a diffusers folder, or the name of a model on Hugging Face (OWNER/NAME)"
        + ("; may be given several times" if several else ""),
    )
    group.add_argument("--device", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps. Default: auto")
    group.add_argument("--dtype", metavar="NAME", help=f"{_listed(DTYPES)}. Default: auto")
    group.add_argument("--config", metavar="PATH", help="for a single file: a folder with its tokenizer, or its .yaml")
    group.add_argument("--vae", metavar="PATH", help="another VAE")
    group.add_argument("--controlnet-file", metavar="PATH", help="an inpaint ControlNet for the model")
    group.add_argument(
        "--lora",
        action="append",
        metavar="FILE[:WEIGHT]",
        help="a LoRA on every pass; may be given several times",
    )
    group.add_argument("--lora-dir", metavar="DIR", help="folder of the LoRAs named in prompts and in --loras")
    group.add_argument(
        "--prediction", metavar="NAME", help=f"{_listed(PREDICTIONS)}, for checkpoints that do not say. Default: auto"
    )
    group.add_argument("--cpu-offload", action="store_true", default=None, help="keep idle networks off the device")
    group.add_argument("--vae-tiling", action="store_true", default=None, help="encode and decode in tiles")
    group.add_argument(
        "--largest-window",
        type=int,
        metavar="PX",
        help="most px of a window; smaller takes less memory and more passes. Default: three native squares",
    )
    group.add_argument("--local-files-only", action="store_true", default=None, help="never download from a hub")


# Flags of `add_model_flags` by the names of `Diffusers`.
MODEL_FLAGS = {
    "model": "model",
    "device": "device",
    "dtype": "dtype",
    "config": "config",
    "vae": "vae",
    "controlnet": "controlnet_file",
    "loras": "lora",
    "lora_dir": "lora_dir",
    "prediction": "prediction",
    "cpu_offload": "cpu_offload",
    "vae_tiling": "vae_tiling",
    "largest_window": "largest_window",
    "local_files_only": "local_files_only",
}


def model_options(flags: argparse.Namespace) -> dict[str, Any]:
    """What was set of `add_model_flags`, by the names of `Diffusers`.

    Raises:
        ParamError: a bad value.
    """
    given = {name: getattr(flags, flag) for name, flag in MODEL_FLAGS.items() if getattr(flags, flag) is not None}
    if given.get("largest_window", 1) < 1:
        raise ParamError("largest-window", given["largest_window"], "too-few", least=1)
    for name, known in (("dtype", DTYPES), ("prediction", PREDICTIONS)):
        if given.get(name, "auto") not in known:
            raise not_a_choice(name, given[name], known)
    if "loras" in given:
        given["loras"] = [_lora(text) for text in given["loras"]]
    return given


def _lora(text: str) -> tuple[str, float]:
    """FILE or FILE:WEIGHT. The colon of a drive letter (C:\\...) is not a weight's."""
    path, colon, weight = text.rpartition(":")
    try:
        return (path, float(weight)) if colon and path else (text, 1.0)
    except ValueError:
        return text, 1.0


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
