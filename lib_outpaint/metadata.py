"""The infotext of a finished picture, in the WebUI's own form."""

from __future__ import annotations

from .codecs import quoted, to_infotext
from .result import Grown, Result


def entries(grown: Grown, engine: str) -> dict[str, str]:
    """What the engine adds about a picture: parameters, cost, seeds of the passes. Values are not yet quoted."""
    # The size is told also when it was not asked for: pasted parameters are for pictures of that size.
    found = to_infotext(grown.params.changed(source_size=str(grown.source.extent)))
    found["Outpaint engine"] = engine
    found["Outpaint passes"] = str(len(grown.passes))
    found["Outpaint latents a step"] = str(grown.plan.latent_pixels)
    if grown.cost:
        found["Outpaint cost"] = str(grown.cost)
    found["Outpaint pass seeds"] = " ".join(str(p.seed) for p in grown.passes)
    if not grown.complete:
        found["Outpaint complete"] = "no"
    return found


def infotext(grown: Grown, result: Result) -> str:
    """Prompt, negative prompt and all entries, as the WebUI's PNG Info reads them."""
    sampling: dict[str, str] = {"Seed": str(grown.shot.seed), "Size": str(grown.extent)}
    if grown.shot.subseed is not None:
        sampling["Variation seed"] = str(grown.shot.subseed)
    every = {**sampling, **grown.info, **entries(grown, result.engine)}
    lines = [grown.shot.prompt] if grown.shot.prompt else []
    if grown.shot.negative_prompt:
        lines.append(f"Negative prompt: {grown.shot.negative_prompt}")
    lines.append(", ".join(f"{key}: {quoted(value)}" for key, value in every.items()))
    return "\n".join(lines)
