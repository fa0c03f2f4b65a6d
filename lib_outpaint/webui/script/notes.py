"""What the user is told of a finished job, a line each: under the image on the page, "Outpaint notes" by API.

None of it goes into the infotext, where times and memory would make two equal images differ. The cost is there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from modules import shared

from ...engine.result import Grown
from ...messages import Message, message
from ...parameters.guidance import ControlNet, Guidance
from ...planning.plan import Pass
from ..sampler import control_models, control_units
from ..sampler.checkpoint import Checkpoint, inpainting_like
from ..variants import variant


class PeakMemory:
    """The most memory of the GPU a job took. Begin it before the job.

    It stays silent where that is not known (no CUDA), and where the page shows the host's own figure anyway.
    """

    def __init__(self, p: Any) -> None:
        # The host's monitor reads the same counter, from its own beginning: it must not be set back under it.
        host_tells = not p.is_api and not shared.mem_mon.disabled and shared.opts.memmon_poll_rate > 0
        device = torch.device(shared.device) if shared.device is not None else torch.device("cpu")
        self._device = device if device.type == "cuda" and not host_tells else None
        if self._device is not None:
            torch.cuda.reset_peak_memory_stats(self._device)

    def gigabytes(self) -> float | None:
        """GB (10^9 bytes) that tensors took at most since the beginning; None when it is not told."""
        return None if self._device is None else torch.cuda.max_memory_allocated(self._device) / 1e9


def of_job(p: Any, checkpoint: Checkpoint, made: Sequence[Grown], seconds: float, memory: PeakMemory) -> list[Message]:
    """The lines for a job: what auto chose, what would do better, what it took. None for a job without an image."""
    if not made:
        return []
    first = made[0]
    found = (
        chosen(first),
        changed(p),
        unheard(p, first.params.guidance),
        advice(p, first.params.guidance.controlnet, checkpoint),
        spent(made, seconds, memory.gigabytes()),
    )
    return [line for line in found if line is not None]


def chosen(grown: Grown) -> Message | None:
    """What `order` and `context` came to where they were left to us; None where nothing was to choose."""
    plan, params = grown.plan, grown.params
    strips = [step for step in plan.passes if step.kind == "side" and not step.small]
    order = context = None
    if params.order == "auto" and len(plan.margins.sides) > 1:
        order = message("auto-one-by-one" if strips else "auto-together")
    if params.context == 0 and strips:
        depths = sorted({_depth(step) for step in strips})
        context = message("auto-context" if len(depths) == 1 else "auto-contexts", low=depths[0], high=depths[-1])
    if order and context:
        return message("auto-both", order=order, context=context)
    return message("auto", what=order or context) if order or context else None


def changed(p: Any) -> Message | None:
    """That ControlNet uses another module than a unit of the user's says, and than its infotext says."""
    if variant().facts.keeps_inpaint_only or "inpaint_only" not in control_units.modules_in_use(p):
        return None
    return message("users-inpaint-only-replaced")


def unheard(p: Any, guidance: Guidance) -> Message | None:
    """That negative prompts do nothing at this CFG scale, where there are some. It is the usual one of distilled models."""
    negative = any(line.negative for line in guidance.side_prompts.lines) or any(p.all_negative_prompts)
    return message("negative-prompts-unheard") if negative and p.cfg_scale == 1 else None


def advice(p: Any, wanted: ControlNet, checkpoint: Checkpoint) -> Message | None:
    """What would do better than a checkpoint that does not inpaint; None where a ControlNet helps it already."""
    if checkpoint.inpainting or control_units.inpaints_already(p):
        return None
    if checkpoint.family.known and "channels" not in checkpoint.family.inpaints:
        return None  # there are no others of its kind
    if control_units.chosen(p, wanted, checkpoint) is not None:
        return None
    family = checkpoint.family
    better: list[str | Message] = []
    other = inpainting_like(checkpoint)
    if other is not None:
        better.append(other)
    elif family.known:
        better.append(message("an-inpainting-one", family=family.name))
    model = control_models.inpaint_model(family) if control_units.script_of(p) is not None else None
    if family.known and model is not None and control_models.made_for(model) == family:
        better.append(message("the-controlnet", name=model.split(" [")[0]))
    elif family.inpaint_controlnet:
        better.append(message("the-controlnet", name=family.inpaint_controlnet))
    name = checkpoint.name or message("this-checkpoint")
    if not better:
        return message("not-inpainting", name=name)
    what = better[0] if len(better) == 1 else message("either", one=better[0], other=better[1])
    return message("not-inpainting-better", name=name, better=what)


def spent(made: Sequence[Grown], seconds: float, gigabytes: float | None) -> Message:
    """Passes, time, and work in latent pixels times steps, against sampling every whole canvas once."""
    passes = sum(len(grown.passes) for grown in made)
    told = message("took-pass" if passes == 1 else "took-passes", passes=passes, seconds=seconds)
    cost = sum(grown.cost for grown in made)
    whole = sum(
        grown.plan.canvas_latent_pixels * max((step.steps_run for step in grown.passes), default=0) for grown in made
    )
    if cost and whole:
        told = message("took-work" if len(made) == 1 else "took-work-of-many", so_far=told, cost=cost, share=cost / whole)
    if gigabytes is not None:
        told = message("took-memory", so_far=told, gigabytes=gigabytes)
    return told


def _depth(step: Pass) -> int:
    """How deep a strip's window reaches into what was known, px."""
    seen = step.window.intersect(step.known[0])
    return seen.width if step.side is not None and step.side.horizontal else seen.height
