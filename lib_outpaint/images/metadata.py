"""The infotext of a finished image, in the WebUI's own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..parameters.codecs import quoted, to_infotext
from ..parameters.params import Params

if TYPE_CHECKING:
    from ..engine.result import Grown


def entries(grown: Grown, engine: str) -> dict[str, str]:
    """What the engine adds about an image: parameters, cost, seeds of the passes. Values are not yet quoted.

    A comparison's grid (see `of_comparison`) has the cost of all its images, but not what differs from one to the next.
    """
    # The size is told also when it was not asked for: pasted parameters are for images of that size.
    found = to_infotext(grown.params.changed(source_size=str(grown.source.extent)))
    found["Outpaint engine"] = engine
    found["Outpaint passes"] = str(len(grown.passes))
    if not grown.params.compare:
        found["Outpaint latents a step"] = str(grown.plan.latent_pixels)
    if grown.plan.hires is not None and not grown.params.compare:
        found["Outpaint small picture"] = str(grown.plan.hires.plan.canvas)
    if grown.cost:
        found["Outpaint cost"] = str(grown.cost)
    if not grown.params.compare:
        found["Outpaint pass seeds"] = " ".join(str(p.seed) for p in grown.passes)
    if not grown.complete:
        found["Outpaint complete"] = "no"
    return found


def of_comparison(made: Sequence[Grown], params: Params) -> Grown:
    """What stands for a comparison's grid: its first image, with the parameters asked for and the passes of all.

    Args:
        made: at least one image.
        params: the request's, with `compare`; each image has its combination's.
    """
    return replace(
        made[0],
        params=params,
        passes=tuple(step for grown in made for step in grown.passes),
        complete=all(grown.complete for grown in made),
    )


def infotext(grown: Grown, engine: str) -> str:
    """Prompt, negative prompt and all entries, as the WebUI's PNG Info reads them."""
    sampling: dict[str, str] = {"Seed": str(grown.shot.seed), "Size": str(grown.extent)}
    if grown.shot.subseed is not None:
        sampling["Variation seed"] = str(grown.shot.subseed)
    every = {**sampling, **grown.info, **entries(grown, engine)}
    lines = [grown.shot.prompt] if grown.shot.prompt else []
    if grown.shot.negative_prompt:
        lines.append(f"Negative prompt: {grown.shot.negative_prompt}")
    lines.append(", ".join(f"{key}: {quoted(value)}" for key, value in every.items()))
    return "\n".join(lines)
