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

from ...engine.request import FILL_OF_NEW, Request, numbered_shots
from ...errors import NO_VALUE, ParamError, PictureError
from ...parameters import codecs
from ...parameters.combinations import combinations
from ...parameters.declaration import Param
from ...parameters.params import MASKED_CONTENT, Params
from ...parameters.sampling import SAMPLING, SEED_LIMIT, Sampling
from ...planning.limits import Limits
from . import help_texts
from .model_flags import MODEL_FLAGS, add_model_flags, model_options

if TYPE_CHECKING:
    import torch

    from ... import images
    from ...engine.protocol import Backend
    from ...engine.stepper import Outpainting
    from .console import Console

ENGINES = ("draft", "diffusers")
SIDES = {"left": "-l", "right": "-r", "up": "-u", "down": "-d"}
MOST_MEGAPIXELS = 1000
DRAFT_SPEED = 1.5e-5  # seconds a px of a window, before a run has shown its own


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

    @property
    def texts(self) -> str:
        """Prompts and parameters, about as long as they stand in an image's metadata."""
        return f"{self.prompt}{self.negative_prompt}{codecs.to_dict(self.params, changed_only=True)}"

    def request(
        self,
        picture: images.Picture,
        count: int,
        painted: torch.Tensor | None = None,
        masked_content: str = MASKED_CONTENT[0],
    ) -> Request:
        """The request for one image. Without a seed it gets a random one.

        Args:
            painted: bool (H, W), True where the image is repainted first.
            masked_content: what the sampler starts from there, of MASKED_CONTENT.

        Raises:
            ParamError: a bad count.
        """
        seed = secrets.randbelow(SEED_LIMIT) if self.sampling.seed is None else self.sampling.seed
        return Request(
            (picture.levels,),
            self.params,
            numbered_shots(count, seed, self.prompt, self.negative_prompt),
            sampling=self.sampling,
            painted=painted,
            painted_fill=FILL_OF_NEW if masked_content == "fill" else "",
            limits=self.limits,
        )


def add_engine_flags(parser: argparse.ArgumentParser) -> None:
    """Flags of the engine, of sampling and of every parameter."""
    codecs.add_flags(parser, short=SIDES, groups=help_texts.GROUPS, more=_more)
    group = parser.add_argument_group("engine")
    group.add_argument(
        "--engine",
        choices=ENGINES,
        default="draft",
        help="what paints the new area: draft needs no model and copies texture, diffusers needs --model. Default: draft",
    )
    needs = help_texts.NEEDS["prompts"]
    group.add_argument("--prompt", default="", metavar="TEXT", help=f"what the image shows. {needs}")
    group.add_argument("--negative-prompt", default="", metavar="TEXT", help=f"what to avoid. {needs}")
    add_limit_flag(group)
    codecs.add_flags(parser, SAMPLING, groups=help_texts.GROUPS, more=_more)
    add_model_flags(parser)


def add_report_flags(parser: argparse.ArgumentParser) -> None:
    """How much is said, and in which form."""
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on stdout")
    add_talk_flags(parser)


def add_talk_flags(parser: argparse.ArgumentParser) -> None:
    """How much is said. They stand before the command too, so they have no default here."""
    parser.add_argument("-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="log what is done")
    parser.add_argument("-q", "--quiet", action="store_true", default=argparse.SUPPRESS, help="print errors only")


def _more(param: Param) -> str:
    """What the help of a parameter says at its end: which engine takes it."""
    return help_texts.AMOUNT if param.name in SIDES else help_texts.NEEDS.get(param.feature, "")


def add_limit_flag(parser: Any) -> None:
    """The limit on the size of images and canvases."""
    parser.add_argument(
        "--max-megapixels",
        type=float,
        default=64,
        metavar="N",
        help="refuse images and canvases over this size, in million px. Default: 64",
    )


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
    return Diffusers(options.pop("model"), on_progress=console.progress, on_step=console.step, **options)


def tell_plan(work: Outpainting, console: Console) -> None:
    """Tells the progress bar what a run consists of."""
    areas = [step.window.area for variant in work.variants for step in variant.plan.passes * len(work.request.shots)]
    console.planned(areas, DRAFT_SPEED if work.capabilities.engine == "draft" else 0.0)


def painted_from(path: Path | None, picture: images.Picture, limits: Limits) -> torch.Tensor | None:
    """The painted mask, bool (H, W): True where the file is lighter than middle grey.

    Raises:
        PictureError: it cannot be read or has another size than the image.
    """
    if path is None:
        return None
    from ... import images

    mask = images.read(path, limits.canvas_pixels).marked
    if mask.shape != picture.stored.shape[:2]:
        sizes = [f"{width}x{height}" for height, width in (mask.shape, picture.stored.shape[:2])]
        raise PictureError("mask-file-size", name=path.name, size=sizes[0], image=sizes[1])
    return mask
