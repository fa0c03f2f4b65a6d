"""The flags that commands share, and what they stand for.

Like every module of the command line this one imports neither PyTorch nor Pillow at its top: help and bad flags are answered
at once. `settings_from` finds every bad value; what needs more is imported behind it.
"""

from __future__ import annotations

import argparse
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.request import Request, numbered_shots
from ...errors import NO_VALUE, ParamError, PictureError, not_a_choice
from ...parameters import codecs
from ...parameters.combinations import combinations
from ...parameters.params import Params
from ...parameters.sampling import SAMPLING, SEED_LIMIT, Sampling
from ...planning.limits import Limits

if TYPE_CHECKING:
    import torch

    from ... import images
    from ...engine.protocol import Backend
    from .console import Console

ENGINES = ("draft", "diffusers")
DTYPES = ("auto", "fp16", "bf16", "fp32")
PREDICTIONS = ("auto", "epsilon", "v")
MOST_MEGAPIXELS = 1000


@dataclass(frozen=True)
class Settings:
    """What the flags of a job say, checked.

    Attributes:
        model: the options of `Diffusers` that were set, by its names.
    """

    engine: str
    model: dict[str, Any]
    params: Params
    sampling: Sampling
    prompt: str
    negative_prompt: str
    limits: Limits

    def request(self, picture: images.Picture, count: int, painted: torch.Tensor | None = None) -> Request:
        """The request for one image. Without a seed it gets a random one.

        Args:
            painted: bool (H, W), True where the image is repainted first.

        Raises:
            ParamError: a bad count.
        """
        seed = secrets.randbelow(SEED_LIMIT) if self.sampling.seed is None else self.sampling.seed
        return Request(
            (picture.pixels,),
            self.params,
            numbered_shots(count, seed, self.prompt, self.negative_prompt),
            sampling=self.sampling,
            painted=painted,
            limits=self.limits,
        )


def add_engine_flags(parser: argparse.ArgumentParser) -> None:
    """Flags of the engine, of sampling and of every parameter."""
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        choices=ENGINES,
        default="draft",
        help="what paints the new area: draft needs no model, diffusers needs --model. Default: draft",
    )
    group.add_argument("--prompt", default="", metavar="TEXT", help="what the image shows")
    group.add_argument("--negative-prompt", default="", metavar="TEXT", help="what to avoid")
    add_limit_flag(group)
    codecs.add_flags(parser, SAMPLING)
    add_model_flags(parser)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on stdout")
    codecs.add_flags(parser)


def add_limit_flag(parser: Any) -> None:
    """The limit on the size of canvases."""
    parser.add_argument(
        "--max-megapixels", type=float, default=64, metavar="N", help="refuse canvases over this size. Default: 64"
    )


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


def settings_from(flags: argparse.Namespace) -> Settings:
    """What the flags of `add_engine_flags` say.

    Raises:
        ParamError: a bad value, texts within values among them, or a flag that the engine does not have.
    """
    params = Params(**codecs.from_flags(flags))
    for _, variant in combinations(params):
        _ = variant.guidance
    settings = Settings(
        flags.engine,
        model_options(flags),
        params,
        Sampling(**codecs.from_flags(flags, SAMPLING)),
        flags.prompt,
        flags.negative_prompt,
        limits_from(flags),
    )
    numbered_shots(getattr(flags, "count", 1), 0, flags.prompt, flags.negative_prompt)
    if flags.engine == "draft":
        for name, value in settings.model.items():
            raise ParamError(MODEL_FLAGS[name].replace("_", "-"), value, "for-diffusers")
    elif "model" not in settings.model:
        raise ParamError("model", NO_VALUE, "needs-model-flag")
    return settings


def limits_from(flags: argparse.Namespace) -> Limits:
    """The limit on the size of canvases.

    Raises:
        ParamError: it is no size.
    """
    if not 0 < flags.max_megapixels <= MOST_MEGAPIXELS:
        raise ParamError("max-megapixels", flags.max_megapixels, "outside", low=0, high=MOST_MEGAPIXELS)
    return Limits(int(flags.max_megapixels * 1e6))


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


def backend_for(settings: Settings, console: Console) -> Backend:
    """The engine that was chosen.

    Raises:
        MissingExtra: its packages are not installed.
        ParamError, ModelError: a device that is not there, or a file that is not what it should be.
    """
    if settings.engine == "draft":
        from ...backends.draft import Draft

        return Draft(console.progress)
    from ...backends.diffusers import Diffusers

    options = dict(settings.model)
    return Diffusers(options.pop("model"), on_progress=console.progress, **options)


def painted_from(path: Path | None, picture: images.Picture) -> torch.Tensor | None:
    """The painted mask, bool (H, W): True where the file is lighter than middle grey.

    Raises:
        PictureError: it cannot be read or has another size than the image.
    """
    if path is None:
        return None
    from ... import images

    mask = images.read(path).marked
    if mask.shape != picture.pixels.shape[1:]:
        sizes = [f"{width}x{height}" for height, width in (mask.shape, picture.pixels.shape[1:])]
        raise PictureError("mask-file-size", name=path.name, size=sizes[0], image=sizes[1])
    return mask
