"""What the engine asks of whatever samples a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import torch

from ..params import Params

KnownPixels = Literal["pinned", "whole"]


@dataclass(frozen=True)
class Capabilities:
    """What a host can do, as far as plan and engine need to know.

    Attributes:
        engine: name for metadata, such as "draft".
        cell: side of a latent cell in px; windows are multiples of it.
        native_side: the side in px the model was trained at.
        largest_window: most px of a window; 0 is three native squares.
        inpainting: whether the checkpoint is an inpainting one (None: there is no checkpoint).
        known_pixels: whether pixels outside the latent mask come back without the sampler's drift ("pinned") or
            with it ("whole").
        features: of "prompts", "loras", "controlnet", "mask_weight", "sampling" (steps, sampler, cfg, denoise).
        note: what the user must be told about every picture, or "".
    """

    engine: str
    cell: int = 8
    native_side: int = 512
    largest_window: int = 0
    inpainting: bool | None = None
    known_pixels: KnownPixels = "pinned"
    features: frozenset[str] = frozenset()
    note: str = ""

    @property
    def window_area(self) -> int:
        """The largest window in px, never less than a quarter of a native square."""
        return max(self.largest_window or 3 * self.native_side**2, self.native_side**2 // 4)


@dataclass(frozen=True)
class Sampling:
    """How to sample. None leaves a value to the host."""

    steps: int | None = None
    sampler: str | None = None
    cfg: float | None = None
    denoise: float | None = None

    def asked(self) -> list[str]:
        """The names of what was set."""
        return [name for name in ("steps", "sampler", "cfg", "denoise") if getattr(self, name) is not None]


@dataclass(frozen=True, eq=False)
class Job:
    """One window to sample.

    Attributes:
        pixels: prefilled window, float32 (3, H, W) in 0..1; H and W are multiples of the host's cell.
        latent_mask: bool (H / cell, W / cell), True where the sampler paints.
        conditioning_mask: bool (H / cell, W / cell), True where the model is told that nothing is known.
        image: number of the picture in the request, from 0.
        pass_index: number of the pass in the plan, from 0.
        subseed: variation seed of the pass, None without one.
    """

    pixels: torch.Tensor
    latent_mask: torch.Tensor
    conditioning_mask: torch.Tensor
    cell: int
    seed: int
    image: int
    pass_index: int
    prompt: str
    negative_prompt: str
    sampling: Sampling
    params: Params
    subseed: int | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a job: float32 pixels (3, H, W) in 0..1 of the job's size, or None when it was interrupted.

    `skipped` says that only this batch of pictures was to end, not the run. `steps_run` counts UNet steps, 0 for a host
    without a UNet. `info` goes into the picture's metadata.
    """

    pixels: torch.Tensor | None
    steps_run: int = 0
    notes: tuple[str, ...] = ()
    info: Mapping[str, str] = field(default_factory=dict)
    skipped: bool = False

    @property
    def interrupted(self) -> bool:
        return self.pixels is None


@dataclass(frozen=True)
class Progress:
    """Where a run stands: passes done of all passes of all pictures, and what comes next in words."""

    done: int
    total: int
    text: str


class Host(Protocol):
    """A sampler. What goes wrong in it, it raises as a `HostError` that says so in one line."""

    @property
    def device(self) -> torch.device:
        """Where window pixels and masks are wanted."""

    def capabilities(self) -> Capabilities:
        """What it can do with the model that will be used."""

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Samples independent windows of one size; one outcome a job, in order."""

    def report(self, progress: Progress) -> None:
        """Called before every pass and once at the end."""


@runtime_checkable
class ChecksRequests(Protocol):
    """A host that can say before sampling what it cannot honour, beyond what its capabilities tell."""

    def check(self, params: Params, sampling: Sampling, prompts: Sequence[str]) -> None:
        """Raises an `InputError` for the first thing it cannot do. `prompts` are the prompt and the negative one."""


def refused(params: Params, sampling: Sampling, prompts: Sequence[str], caps: Capabilities) -> dict[str, Any]:
    """What was asked for and the host cannot do, by name, with the value."""
    found: dict[str, Any] = {}
    for feature in ("mask_weight", "controlnet", "prompts", "loras"):
        if feature not in caps.features:
            found |= {name: getattr(params, name) for name in params.asked(feature)}
    if "prompts" not in caps.features:
        found |= {name: text for name, text in zip(("prompt", "negative_prompt"), prompts, strict=True) if text.strip()}
    if "sampling" not in caps.features:
        found |= {name: getattr(sampling, name) for name in sampling.asked()}
    return found
