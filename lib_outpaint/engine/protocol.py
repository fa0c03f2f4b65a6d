"""What the engine asks of whatever samples a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import torch

from ..parameters.params import Params
from ..parameters.sampling import Sampling
from ..planning.capabilities import Capabilities


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
