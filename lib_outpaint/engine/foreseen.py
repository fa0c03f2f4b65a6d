"""Notes that follow from the plans of a request, before anything is sampled."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import Message, message
from ..parameters.params import Params
from ..parameters.side_prompts import SidePrompt
from ..planning.plan import Plan

Planned = Sequence[tuple[Params, Plan]]


def idle_prompts(variants: Planned) -> list[Message]:
    """A note for every prompt per side that no pass has: its side does not grow, or not in so many passes."""
    every: dict[SidePrompt, None] = {}
    used: set[SidePrompt] = set()
    for params, plan in variants:
        found = params.guidance.side_prompts
        every |= dict.fromkeys(found.lines)
        used |= found.used((step.place, step.step) for step in plan.passes)
    return [message("side-prompt-unused", line=str(line)) for line in every if line not in used]


def two_steps(variants: Planned) -> list[Message]:
    """A note for every small picture that is made first, and for those that were asked for and would show no more."""
    found = []
    for params, plan in variants:
        if plan.hires is not None:
            found.append(message("hires-two-steps", size=plan.hires.plan.canvas, denoise=params.hires_denoise))
        elif params.hires == "on" and plan.margins.sides:
            found.append(message("hires-idle"))
    return list(dict.fromkeys(found))


def short_bands(variants: Planned) -> list[Message]:
    """A note for every band that is shorter than asked for."""
    found = []
    for params, plan in variants:
        asked = params.overlap
        if any(band < asked for band in plan.used_bands):
            found.append(message("band-shortened", band=plan.band, asked=asked, size=plan.source.extent))
    return found
