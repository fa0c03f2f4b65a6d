"""What the user is told of a finished job, a line each: under the picture on the page, "Outpaint notes" by API.

None of it goes into the infotext, where times and memory would make two equal pictures differ. The cost is there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from modules import shared

from ...engine.result import Grown
from ...parameters.params import Params
from ...planning.plan import Pass
from ..sampler import control_models
from ..sampler import control_units as controlnet
from ..sampler.checkpoint import Checkpoint, inpainting_like


class PeakMemory:
    """The most memory of the GPU a job took. Begin it before the job.

    It stays silent where that is not known (no CUDA), and where the page shows the host's own figure anyway.
    """

    def __init__(self, p: Any) -> None:
        monitor = getattr(shared, "mem_mon", None)
        on_page = not getattr(p, "is_api", False)
        # The host's monitor reads the same counter, from its own beginning: it must not be set back under it.
        self._host_tells = (
            on_page and monitor is not None and not monitor.disabled and getattr(shared.opts, "memmon_poll_rate", 0) > 0
        )
        device = torch.device(shared.device) if shared.device is not None else torch.device("cpu")
        self._device = device if device.type == "cuda" and not self._host_tells else None
        if self._device is not None:
            torch.cuda.reset_peak_memory_stats(self._device)

    def gigabytes(self) -> float | None:
        """GB (10^9 bytes) that tensors took at most since the beginning; None when it is not told."""
        return None if self._device is None else torch.cuda.max_memory_allocated(self._device) / 1e9


def of_job(p: Any, checkpoint: Checkpoint, made: Sequence[Grown], seconds: float, memory: PeakMemory) -> list[str]:
    """The lines for a job: what auto chose, what would do better, what it took. None for a job without a picture."""
    if not made:
        return []
    first = made[0]
    lines = [chosen(first), changed(p), advice(p, first.params, checkpoint), spent(made, seconds, memory.gigabytes())]
    return [line for line in lines if line]


def chosen(grown: Grown) -> str:
    """What `order` and `context` came to where they were left to us; "" where nothing was to choose."""
    plan, params = grown.plan, grown.params
    strips = [step for step in plan.passes if step.kind == "side"]
    found = []
    if params.order == "auto" and len(plan.margins.sides) > 1:
        found.append("one side after the other" if strips else "all sides in one pass")
    if params.context == 0 and strips:
        depths = sorted({_depth(step) for step in strips})
        span = f"{depths[0]} to {depths[-1]}" if len(depths) > 1 else f"{depths[0]}"
        found.append(f"{span} px of the picture in view")
    return f"auto: {', '.join(found)}" if found else ""


def changed(p: Any) -> str:
    """That A1111's ControlNet uses another module than a unit of the user's says, and than its infotext says; else ""."""
    if control_models.is_forge() or "inpaint_only" not in controlnet.modules_in_use(p):
        return ""
    return "ControlNet used inpaint_global_harmonious for your unit's inpaint_only, as it does beside a mask of the WebUI's"


def advice(p: Any, params: Params, checkpoint: Checkpoint) -> str:
    """What would do better than a checkpoint that does not inpaint; "" where a ControlNet helps it already."""
    if checkpoint.inpainting or controlnet.inpaints_already(p) or controlnet.chosen(p, params, checkpoint) is not None:
        return ""
    better = []
    other = inpainting_like(checkpoint)
    if other is not None:
        better.append(other)
    elif checkpoint.base:
        better.append(f"one for inpainting ({checkpoint.base})")
    model = control_models.inpaint_model(checkpoint.base) if controlnet.script_of(p) is not None else None
    if checkpoint.base and model is not None and control_models.made_for(model) == checkpoint.base:
        better.append(f"the ControlNet {model.split(' [')[0]}")
    elif checkpoint.base == "SD 1":
        better.append("the ControlNet control_v11p_sd15_inpaint")
    name = checkpoint.name or "this"
    return f"{name} is no inpainting checkpoint" + (f": {' or '.join(better)} would do better" if better else "")


def spent(made: Sequence[Grown], seconds: float, gigabytes: float | None) -> str:
    """Passes, time, and work in latent pixels times steps, against sampling every whole canvas once."""
    passes = sum(len(grown.passes) for grown in made)
    found = [f"{passes} pass{'' if passes == 1 else 'es'} in {seconds:.1f} s"]
    cost = sum(grown.cost for grown in made)
    whole = sum(
        grown.plan.canvas_latent_pixels * max((step.steps_run for step in grown.passes), default=0) for grown in made
    )
    if cost and whole:
        canvas = "canvas" if len(made) == 1 else "canvases"
        found.append(f"{cost:,} latent pixels x steps ({cost / whole:.0%} of the whole {canvas} at once)")
    if gigabytes is not None:
        found.append(f"at most {gigabytes:.1f} GB of VRAM")
    return ", ".join(found)


def _depth(step: Pass) -> int:
    """How deep a strip's window reaches into what was known, px."""
    seen = step.window.intersect(step.known[0])
    return seen.width if step.side is not None and step.side.horizontal else seen.height
