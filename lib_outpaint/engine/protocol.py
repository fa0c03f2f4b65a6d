"""What the engine asks of whatever samples a window: a `Backend` gets jobs and gives an outcome for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..messages import Message, message
from ..parameters.guidance import ControlNet, Guidance
from ..parameters.loras import Lora
from ..parameters.sampling import Sampling
from ..planning.capabilities import Capabilities
from ..planning.geometry import Box

if TYPE_CHECKING:
    import torch

Stop = Literal["", "run", "images"]


@dataclass(frozen=True, eq=False)
class Enlarged:
    """The small picture of hires, at a window's size.

    Attributes:
        pixels: float32 (3, H, W) in 0..1, known px too.
        times: by how much it was enlarged.
        original: the place of the picture that grows, px of the window; it may lie beyond it.
        look: the px of a box of that picture, in px of the window: float32 (3, h, w) in 0..1.
    """

    pixels: torch.Tensor
    times: float
    original: Box
    look: Callable[[Box], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Job:
    """One window to sample, with all that a backend needs for it.

    Attributes:
        pixels: prefilled window, float32 (3, H, W) in 0..1; H and W are multiples of the backend's size multiple.
        latent_mask: bool (H / cell, W / cell), True where the sampler paints.
        conditioning_mask: bool (H / cell, W / cell), True where the model is told that nothing is known.
        cell: side of a latent cell in px.
        image: number of the image in the request, from 0.
        pass_index: number of the pass, from 0, counted as passes are made.
        loras: those of the parameter; prompts may name more.
        mask_weight: the inpainting conditioning mask weight, None for the backend's own setting.
        reference: whether an editing model is shown the known picture: "auto", "on" or "off".
        sampling: how to sample; its seed is the request's, `seed` is this window's.
        subseed: variation seed of the pass, None without one.
        refines: whether the prefill is an enlarged small picture (hires), to be kept as far as `sampling.denoise` says.
        enlarged: that picture, for a job that refines.
        known: bool (H, W), True where `pixels` holds the image so far and not the prefill; None for a job without one.
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
    sampling: Sampling = field(default_factory=Sampling)
    loras: tuple[Lora, ...] = ()
    controlnet: ControlNet = field(default_factory=ControlNet)
    mask_weight: float | None = None
    reference: str = "auto"
    subseed: int | None = None
    known: torch.Tensor | None = None
    refines: bool = False
    enlarged: Enlarged | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a job: float32 pixels (3, H, W) in 0..1 of the job's size, or None when it was stopped.

    Attributes:
        steps_run: UNet steps really run, 0 for a backend without a UNet.
        notes: for the user.
        info: entries of the image's metadata.
        stop: what ends here when there are no pixels: the whole "run", or the "images" of this batch alone, which are
            returned as far as they were made while the run goes on with the next ones.
    """

    pixels: torch.Tensor | None
    steps_run: int = 0
    notes: tuple[Message, ...] = ()
    info: Mapping[str, str] = field(default_factory=dict)
    stop: Stop = ""

    def __post_init__(self) -> None:
        if self.pixels is None and not self.stop:
            object.__setattr__(self, "stop", "run")


@dataclass(frozen=True)
class Progress:
    """Where a run stands: passes done of all passes of all images, and the pass that comes next."""

    done: int
    total: int
    text: Message = field(default_factory=lambda: message("pass-done"))


class Backend(Protocol):
    """A sampler. What goes wrong in it, it raises as a `BackendError` that says so in one line."""

    def capabilities(self) -> Capabilities:
        """What it can do with the model that will be used."""

    def check(self, guidance: Guidance, sampling: Sampling, prompts: tuple[str, str]) -> None:
        """Raises an `InputError` for the first thing it cannot honour, beyond what its capabilities tell. It changes
        nothing and may be asked at any time.

        Args:
            prompts: the main prompt and negative prompt of an image.
        """

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Samples independent windows of one size; one outcome a job, in order."""

    def report(self, progress: Progress) -> None:
        """Called before every pass and once at the end."""


def refused(guidance: Guidance, sampling: Sampling, prompts: tuple[str, str], caps: Capabilities) -> dict[str, Any]:
    """What was asked for and the backend cannot do, by parameter, with the value."""
    found: dict[str, Any] = {}
    if "mask_weight" not in caps.features and guidance.mask_weight is not None:
        found["mask_weight"] = guidance.mask_weight
    if "reference" not in caps.features and guidance.reference == "on":
        found["reference"] = guidance.reference
    if "edit_instruction" not in caps.features and guidance.edit_instruction == "on":
        found["edit_instruction"] = guidance.edit_instruction
    controlnet = dict(guidance.controlnet.asked)
    if "controlnet_tile" not in caps.features and "controlnet_tile" in controlnet:
        found["controlnet_tile"] = controlnet.pop("controlnet_tile")
    if "controlnet" not in caps.features:
        found |= controlnet
    if "prompts" not in caps.features:
        if guidance.side_prompts.lines:
            found["side_prompts"] = "\n".join(map(str, guidance.side_prompts.lines))
        named = zip(("prompt", "negative_prompt"), prompts, strict=True)
        found |= {name: text for name, text in named if text.strip()}
    if "loras" not in caps.features and guidance.loras:
        found["loras"] = ", ".join(map(str, guidance.loras))
    if "sampling" not in caps.features:
        found |= sampling.asked()
    return found
