"""The flags that commands share, and what they stand for."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import Any

import torch

from ... import images
from ...backends.draft import Draft
from ...engine.protocol import Host
from ...engine.request import Request, numbered_shots
from ...engine.seeds import SEED_LIMIT
from ...errors import NO_VALUE, ParamError, PictureError
from ...parameters import codecs
from ...parameters.params import Params
from ...parameters.sampling import Sampling
from ...planning.limits import Limits
from .console import Console


def add_engine_flags(parser: argparse.ArgumentParser) -> None:
    """Flags of the engine and of sampling."""
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        choices=("draft", "diffusers"),
        default="draft",
        help="what paints: draft needs no model, diffusers needs --model. Default: draft",
    )
    group.add_argument("--seed", type=int, metavar="N", help="seed of the first picture; random when left out")
    group.add_argument("--prompt", default="", metavar="TEXT", help="what the picture shows")
    group.add_argument("--negative-prompt", default="", metavar="TEXT", help="what it must not show")
    group.add_argument("--steps", type=int, metavar="N", help="sampling steps")
    group.add_argument("--sampler", metavar="NAME", help="sampler")
    group.add_argument("--cfg", type=float, metavar="N", help="classifier-free guidance scale")
    group.add_argument("--denoise", type=float, metavar="N", help="denoising strength, 0..1")
    group.add_argument(
        "--max-megapixels", type=float, default=64, metavar="N", help="refuse canvases over this size. Default: 64"
    )
    add_model_flags(parser)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on stdout")


def add_parameter_flags(parser: argparse.ArgumentParser) -> None:
    """A flag for every parameter."""
    codecs.add_flags(parser)


def add_model_flags(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Flags of the diffusers engine. With `several`, --model may be given more than once."""
    group = parser.add_argument_group("diffusers engine")
    group.add_argument(
        "--model",
        metavar="PATH",
        action="append" if several else "store",
        help="a .safetensors checkpoint, a diffusers folder, or a hub id"
        + ("; may be given several times" if several else ""),
    )
    group.add_argument("--device", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps. Default: auto")
    group.add_argument("--dtype", metavar="NAME", help="auto, fp16, bf16 or fp32. Default: auto")
    group.add_argument("--config", metavar="PATH", help="for a single file: a folder with its tokenizer, or its .yaml")
    group.add_argument("--vae", metavar="PATH", help="another VAE")
    group.add_argument("--controlnet-file", dest="controlnet_path", metavar="PATH", help="an inpaint ControlNet for SD 1")
    group.add_argument(
        "--lora",
        dest="lora_files",
        action="append",
        metavar="FILE[:WEIGHT]",
        help="a LoRA on every pass; may be given several times",
    )
    group.add_argument("--lora-dir", metavar="DIR", help="where LoRAs named in prompts and --loras are looked for")
    group.add_argument("--prediction", metavar="NAME", help="epsilon or v, for SD 2 checkpoints that do not say")
    group.add_argument("--cpu-offload", action="store_true", default=None, help="keep idle networks off the device")
    group.add_argument("--vae-tiling", action="store_true", default=None, help="encode and decode in tiles")
    group.add_argument(
        "--largest-window",
        type=int,
        metavar="PX",
        help="most px of a window; smaller takes less memory and more passes. Default: three native squares",
    )
    group.add_argument("--local-files-only", action="store_true", default=None, help="never ask a hub")


_MODEL_FLAGS = {
    "model": "model",
    "device": "device",
    "dtype": "dtype",
    "config": "config",
    "vae": "vae",
    "controlnet_path": "controlnet",
    "lora_files": "loras",
    "lora_dir": "lora_dir",
    "prediction": "prediction",
    "cpu_offload": "cpu_offload",
    "vae_tiling": "vae_tiling",
    "largest_window": "largest_window",
    "local_files_only": "local_files_only",
}


def host_for(flags: argparse.Namespace, console: Console) -> Host:
    """The engine that was chosen.

    Raises:
        MissingExtra: its packages are not installed.
        ParamError, ModelError: a flag the engine does not have, no model, or a file that is not what it should be.
    """
    given = pipeline_options(flags)
    if flags.engine == "draft":
        for name, value in given.items():
            raise ParamError(name, value, "is for the diffusers engine: add --engine diffusers")
        return Draft(console.progress)
    if "model" not in given:
        raise ParamError("model", NO_VALUE, "the diffusers engine needs --model: a checkpoint, a folder or a hub id")
    from ...backends.diffusers import Diffusers

    return Diffusers(given.pop("model"), on_progress=console.progress, **given)


def pipeline_options(flags: argparse.Namespace) -> dict[str, Any]:
    """What was set of `add_model_flags`, by the names of `Diffusers`."""
    given = {name: getattr(flags, flag) for flag, name in _MODEL_FLAGS.items() if getattr(flags, flag) is not None}
    if given.get("largest_window", 1) < 1:
        raise ParamError("largest-window", given["largest_window"], "is less than 1 px")
    if "loras" in given:
        given["loras"] = [_lora(text) for text in given["loras"]]
    return given


def _lora(text: str) -> tuple[str, float]:
    """FILE or FILE:WEIGHT. A drive letter's colon (C:\\...) is none of a weight's."""
    path, colon, weight = text.rpartition(":")
    try:
        return (path, float(weight)) if colon and path else (text, 1.0)
    except ValueError:
        return text, 1.0


def params_for(flags: argparse.Namespace) -> Params:
    """The parameters that were set.

    Raises:
        ParamError: a bad value.
    """
    return codecs.from_flags(flags)


def request_for(
    flags: argparse.Namespace, params: Params, picture: images.Picture, count: int, painted: torch.Tensor | None = None
) -> Request:
    """The request for one picture.

    Raises:
        ParamError: a bad count, seed or limit.
    """
    if not 0 < flags.max_megapixels <= 1000:
        raise ParamError("max-megapixels", flags.max_megapixels, "is outside 0..1000")
    seed = secrets.randbelow(SEED_LIMIT) if flags.seed is None else flags.seed
    sampling = Sampling(flags.steps, flags.sampler, flags.cfg, flags.denoise)
    return Request(
        (picture.pixels,),
        params,
        numbered_shots(count, seed, flags.prompt, flags.negative_prompt),
        sampling=sampling,
        painted=painted,
        limits=Limits(int(flags.max_megapixels * 1e6)),
    )


def painted_from(path: Path | None, picture: images.Picture) -> torch.Tensor | None:
    """The painted mask, bool (H, W): True where the file is lighter than middle grey.

    Raises:
        PictureError: it cannot be read or has another size than the picture.
    """
    if path is None:
        return None
    mask = images.read(path).pixels.mean(0) > 0.5
    if mask.shape != picture.pixels.shape[1:]:
        height, width = mask.shape
        raise PictureError(
            f"{path.name}: is {width}x{height}, but the picture is {picture.pixels.shape[2]}x{picture.pixels.shape[1]}"
        )
    return mask
