"""Every sampling setting, declared once, as parameters are. Command line, page, Python and docs follow from it.

In the WebUI these are the tab's own settings; the script does not repeat them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import Message, message
from .declaration import Param, check_fields, declarations, param

SEED_LIMIT = 2**32


@dataclass(frozen=True)
class Sampling:
    """How to sample. None and "" leave a value to the backend.

    Raises:
        ParamError: a value is of the wrong type or out of range.
    """

    steps: int | None = param(
        "int", None, "Sampling", "Steps", "Sampling steps.", low=1, high=500, optional=True, feature="sampling"
    )
    sampler: str = param("text", "", "Sampling", "Sampler", "The sampler, by the WebUI's name.", feature="sampling")
    scheduler: str = param(
        "text", "", "Sampling", "Schedule type", "The spacing of noise levels, by the WebUI's name.", feature="sampling"
    )
    cfg: float | None = param(
        "float",
        None,
        "Sampling",
        "CFG scale",
        "Classifier-free guidance scale: how closely the prompt is followed.",
        low=1,
        high=100,
        optional=True,
        feature="sampling",
    )
    denoise: float | None = param(
        "float",
        None,
        "Sampling",
        "Denoising strength",
        "How much of the prefill is replaced: 0 keeps it, 1 starts from noise.",
        low=0,
        high=1,
        optional=True,
        feature="sampling",
    )
    seed: int | None = param(
        "int",
        None,
        "Sampling",
        "Seed",
        "Seed of the first image; the next ones count up from it.",
        low=0,
        high=SEED_LIMIT - 1,
        optional=True,
    )

    def __post_init__(self) -> None:
        check_fields(self, SAMPLING)

    def asked(self) -> dict[str, object]:
        """What was set of what a backend must be able to do, by name."""
        return {one.name: value for one in SAMPLING if one.feature and (value := getattr(self, one.name)) != one.default}


SAMPLING: tuple[Param, ...] = declarations(Sampling)


def steps_run(steps: int, denoise: float) -> int:
    """How many steps img2img runs, as the WebUI counts: the last ones, never none."""
    return int(min(denoise, 0.999) * steps) + 1


def nothing_sampled(steps: int, run: int, denoise: float) -> Message | None:
    """A note for a run of the last of several steps alone: it begins at the least noise there is, and paints nothing.

    Args:
        steps: of the whole schedule.
        run: how many of them are run.
    """
    return message("nothing-sampled", denoise=denoise, steps=steps) if run < 2 <= steps else None
