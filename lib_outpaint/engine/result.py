"""What the engine gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch

from ..messages import Message
from ..parameters.params import Params
from ..pixels.composite import Composite
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
        made: its pixels; what it has not `changed` must hold the source's own bytes in the output.
        source: where the source lies on it.
        plan: the passes that were really made; `label` the combination, "" without `compare`.
        prefilled, coverage: the extras asked for; the latter has one channel.
        complete: whether it has the size asked for.
        painted: the request's, bool of the source's size; None without one.
    """

    made: Composite
    source: Box
    image: int
    shot: Shot
    params: Params
    plan: Plan
    passes: tuple[PassReport, ...]
    label: str = ""
    prefilled: Composite | None = None
    coverage: Composite | None = None
    complete: bool = True
    info: Mapping[str, str] = field(default_factory=dict)
    painted: torch.Tensor | None = None

    @property
    def extent(self) -> Extent:
        return self.made.extent

    @property
    def pixels(self) -> torch.Tensor:
        """Float32 (3, H, W) in 0..1, put together anew every time."""
        return self.made.whole()

    @property
    def touched(self) -> torch.Tensor:
        """Bool (H, W), False where the output must hold the source's own bytes; put together anew every time."""
        return self.made.changed(self.extent.box)

    @property
    def canvas(self) -> torch.Tensor | None:
        """The canvas with its prefill, float32 (3, H, W), put together anew every time; None unless asked for."""
        return None if self.prefilled is None else self.prefilled.whole()

    @property
    def mask(self) -> torch.Tensor | None:
        """The coverage of all passes, float32 (H, W), put together anew every time; None unless asked for."""
        return None if self.coverage is None else self.coverage.whole()[0]

    @property
    def cost(self) -> int:
        """Latent pixels times UNet steps really run, over all passes."""
        return sum(p.latent_pixels * p.steps_run for p in self.passes)

    def without_pixels(self) -> Grown:
        """What is known of it, with nothing in the place of its pixels, canvas and mask."""
        return replace(self, made=self.made.emptied(), prefilled=None, coverage=None)


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
