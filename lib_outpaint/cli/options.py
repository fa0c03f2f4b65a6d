"""The flags that commands share, and what they stand for."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

import torch

from .. import codecs, picture_io
from ..errors import ParamError, PictureError
from ..hosts.draft import DraftHost
from ..hosts.protocol import Host, Sampling
from ..params import Params
from ..plan import Limits
from ..request import Request, numbered_shots
from ..seeds import SEED_LIMIT
from .console import Console


def add_engine_flags(parser: argparse.ArgumentParser) -> None:
    """Flags of the engine and of sampling."""
    group = parser.add_argument_group("engine")
    group.add_argument("--engine", choices=("draft",), default="draft", help="what paints: draft needs no model")
    group.add_argument("--seed", type=int, metavar="N", help="seed of the first picture; random when left out")
    group.add_argument("--prompt", default="", metavar="TEXT", help="what the picture shows")
    group.add_argument("--negative-prompt", default="", metavar="TEXT", help="what it must not show")
    group.add_argument("--steps", type=int, metavar="N", help="sampling steps")
    group.add_argument("--sampler", metavar="NAME", help="sampler")
    group.add_argument("--cfg", type=float, metavar="N", help="classifier-free guidance scale")
    group.add_argument("--denoise", type=float, metavar="N", help="denoising strength, 0..1")
    group.add_argument("--max-megapixels", type=float, default=64, metavar="N",
                       help="refuse canvases over this size. Default: 64")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on stdout")


def add_parameter_flags(parser: argparse.ArgumentParser) -> None:
    """A flag for every parameter."""
    codecs.add_flags(parser)


def host_for(flags: argparse.Namespace, console: Console) -> Host:
    """The engine that was chosen.

    Raises:
        MissingExtra: its packages are not installed.
    """
    return DraftHost(console.progress)


def params_for(flags: argparse.Namespace) -> Params:
    """The parameters that were set.

    Raises:
        ParamError: a bad value.
    """
    return codecs.from_flags(flags)


def request_for(flags: argparse.Namespace, params: Params, picture: picture_io.Picture, count: int,
                painted: torch.Tensor | None = None) -> Request:
    """The request for one picture.

    Raises:
        ParamError: a bad count, seed or limit.
    """
    if not 0 < flags.max_megapixels <= 1000:
        raise ParamError("max-megapixels", flags.max_megapixels, "is outside 0..1000")
    seed = secrets.randbelow(SEED_LIMIT) if flags.seed is None else flags.seed
    sampling = Sampling(flags.steps, flags.sampler, flags.cfg, flags.denoise)
    return Request((picture.pixels,), params, numbered_shots(count, seed, flags.prompt, flags.negative_prompt),
                   sampling=sampling, painted=painted, limits=Limits(int(flags.max_megapixels * 1e6)))


def painted_from(path: Path | None, picture: picture_io.Picture) -> torch.Tensor | None:
    """The painted mask, bool (H, W): True where the file is lighter than middle grey.

    Raises:
        PictureError: it cannot be read or has another size than the picture.
    """
    if path is None:
        return None
    mask = picture_io.read(path).pixels.mean(0) > 0.5
    if mask.shape != picture.pixels.shape[1:]:
        height, width = mask.shape
        raise PictureError(f"{path.name}: is {width}x{height}, but the picture is "
                           f"{picture.pixels.shape[2]}x{picture.pixels.shape[1]}")
    return mask
