"""What a job would start from: the prefilled canvas and the mask, without sampling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..planning.capabilities import Capabilities
from ..planning.plan_json import to_json
from .protocol import Outcome
from .request import Request
from .result import Grown
from .stepper import Outpainting, Variant


def preview(request: Request, caps: Capabilities) -> Grown:
    """The first image of a request with its prefill instead of a sample; `canvas` and `mask` are set.

    On the CPU: the device is the sampler's, and a job may be running on it.

    Raises:
        ParamError, PlanError, MissingExtra: as sampling would.
    """
    params = request.params.changed(extras="both", compare="", color_match="off")
    first = replace(request, params=params, shots=request.shots[:1], batch=1)
    work = Outpainting(first, replace(caps, device="cpu"))
    while jobs := work.next_jobs():
        work.receive([Outcome(job.pixels) for job in jobs])
    return work.result().pictures[0]


def plan_document(work: Outpainting) -> dict[str, Any]:
    """The plan of a request's first combination as JSON, with a line for the reader."""
    return variant_document(work.variants[0])


def variant_document(variant: Variant) -> dict[str, Any]:
    """The plan of one combination as JSON, with a line for the reader."""
    return {**to_json(variant.plan), "summary": variant.plan.summary(variant.params.overlap)}
