"""What the engine gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch

from ..messages import Message
from ..parameters.params import Params
from ..planning.geometry import Box, Extent
from ..planning.plan import Plan
from .request import Shot


@dataclass(frozen=True)
class PassReport:
    """How a pass went: its seed, wall-clock seconds for its whole batch, and UNet steps really run."""

    name: str
    seed: int
    seconds: float
    steps_run: int
    latent_pixels: int


@dataclass(frozen=True, eq=False)
class Grown:
    """One picture.

    Attributes:
        pixels: float32 (3, H, W) in 0..1.
        touched: bool (H, W), False where the output must hold the source's own bytes.
        source: where the source lies on it.
        plan: the passes that were really made; `label` the combination, "" without `compare`.
        canvas, mask: the extras asked for, float32 (3, H, W) and (H, W).
        complete: whether it has the size asked for.
        painted: the request's, bool of the source's size; None without one.
    """

    pixels: torch.Tensor
    touched: torch.Tensor
    source: Box
    image: int
    shot: Shot
    params: Params
    plan: Plan
    passes: tuple[PassReport, ...]
    label: str = ""
    canvas: torch.Tensor | None = None
    mask: torch.Tensor | None = None
    complete: bool = True
    info: Mapping[str, str] = field(default_factory=dict)
    painted: torch.Tensor | None = None

    @property
    def extent(self) -> Extent:
        return Extent(int(self.pixels.shape[2]), int(self.pixels.shape[1]))

    @property
    def cost(self) -> int:
        """Latent pixels times UNet steps really run, over all passes."""
        return sum(p.latent_pixels * p.steps_run for p in self.passes)

    def without_pixels(self) -> Grown:
        """What is known of it, with zeros that take no memory for `pixels` and `touched`, and without canvas and mask."""
        nothing = self.pixels.new_zeros(1).expand(self.pixels.shape)
        return replace(
            self, pixels=nothing, touched=self.touched.new_zeros(1).expand(self.touched.shape), canvas=None, mask=None
        )


@dataclass(frozen=True, eq=False)
class Result:
    """All pictures of a request, as far as they came.

    Without `keep` its pictures hold no pixels (`Grown.without_pixels`).
    `stopped` says why a run ended early ("interrupted", or the backend's error); None when it did not.
    """

    engine: str
    pictures: tuple[Grown, ...]
    notes: tuple[Message, ...]
    seconds: float
    stopped: Message | None = None
    interrupted: bool = False
