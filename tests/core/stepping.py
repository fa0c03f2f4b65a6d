"""Outpainting driven by hand: what is asked for, what a backend answers, and whether two results are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from engine_runs import noise_picture
from hosts import SeededHost

from lib_outpaint.engine.protocol import Job, Outcome
from lib_outpaint.engine.request import Request, numbered_shots
from lib_outpaint.engine.result import Grown, Result
from lib_outpaint.engine.stepper import Outpainting
from lib_outpaint.parameters.params import Params
from lib_outpaint.planning.capabilities import Capabilities

CAPS = Capabilities("test", native_side=64, features=frozenset({"prompts"}))


def request(count: int = 1, batch: int = 1, **values: Any) -> Request:
    params = Params(**{"fill": "edge", "color_match": "off", "left": 40, "step": 20, "overlap": 6, **values})
    return Request((noise_picture(50, 40),), params, numbered_shots(count, 7), batch=batch)


def painted(jobs: Sequence[Job]) -> list[Outcome]:
    """What a backend that follows the seed returns."""
    host = SeededHost(CAPS)
    return [Outcome(host.sample(job), steps_run=3) for job in jobs]


def driven(work: Outpainting) -> Result:
    while jobs := work.next_jobs():
        work.receive(painted(jobs))
    return work.result()


def same(one: Result, other: Result) -> bool:
    """Whether two results have the same images, all their pixels and all that is known of them."""

    def known(grown: Grown) -> tuple[object, ...]:
        seeds = [(report.name, report.seed) for report in grown.passes]
        return grown.label, grown.image, grown.shot, grown.params, grown.plan, grown.complete, grown.source, seeds

    return (
        [known(grown) for grown in one.pictures] == [known(grown) for grown in other.pictures]
        and all(
            torch.equal(a.pixels, b.pixels) and torch.equal(a.touched, b.touched)
            for a, b in zip(one.pictures, other.pictures, strict=True)
        )
        and (one.notes, one.stopped, one.interrupted) == (other.notes, other.stopped, other.interrupted)
    )
