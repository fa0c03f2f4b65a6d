"""What a job would start from: the prefilled canvas and the mask, without sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from ..planning.capabilities import Capabilities
from .loop import outpaint
from .protocol import Job, Outcome, Progress
from .request import Request
from .result import Grown


class _Unchanged:
    """A host that returns every window as it was prefilled."""

    def __init__(self, caps: Capabilities, device: torch.device) -> None:
        self._caps = caps
        self.device = device

    def capabilities(self) -> Capabilities:
        return self._caps

    def inpaint(self, jobs: Sequence[Job]) -> list[Outcome]:
        return [Outcome(job.pixels) for job in jobs]

    def report(self, progress: Progress) -> None:
        pass


def preview(request: Request, caps: Capabilities, device: torch.device) -> Grown:
    """The first picture of a request with its prefill instead of a sample; `canvas` and `mask` are set.

    Raises:
        ParamError, PlanError, MissingExtra: as sampling would.
    """
    params = request.params.changed(extras="both", compare="", color_match="off")
    first = replace(request, params=params, shots=request.shots[:1], batch=1)
    return outpaint(first, _Unchanged(caps, device)).pictures[0]
