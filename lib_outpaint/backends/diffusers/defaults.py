"""How a pass is sampled: what was asked for, and defaults that suit the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...errors import ParamError
from ...models.inspect import ModelInfo
from ...parameters.sampling import Sampling
from .schedulers import Sampler, named

STEPS_LIMIT = 500
XL_INPAINTING_DENOISE = 0.99  # SDXL inpainting leaves a fringe at full denoise


@dataclass(frozen=True)
class Settings:
    """Everything that a batch shares."""

    sampler: Sampler
    schedule: str
    steps: int
    cfg: float
    denoise: float

    @property
    def sampler_name(self) -> str:
        """The sampler's name, with the schedule when it is not its own."""
        return self.sampler.name if self.schedule == self.sampler.schedule else f"{self.sampler.name} {self.schedule}"


def default_denoise(info: ModelInfo, controlled: bool) -> float:
    """A model that knows what is masked may start from noise alone; another one needs the prefill to lead it."""
    if info.inpainting:
        return XL_INPAINTING_DENOISE if info.base == "sdxl" else 1.0
    return 1.0 if controlled else 0.8


def settled(sampling: Sampling, info: ModelInfo, controlled: bool = False) -> Settings:
    """What was asked for, with defaults for the rest: Euler a, 30 steps, cfg 7 (SDXL: 6).

    Raises:
        ParamError: an unknown sampler, or a number out of range.
    """
    sampler, schedule = named(sampling.sampler or "Euler a")
    steps = sampling.steps if sampling.steps is not None else 30
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= STEPS_LIMIT:
        raise ParamError("steps", steps, f"is no whole number in 1..{STEPS_LIMIT}")
    cfg = _number("cfg", sampling.cfg if sampling.cfg is not None else (6.0 if info.base == "sdxl" else 7.0), 1, 100)
    denoise = default_denoise(info, controlled) if sampling.denoise is None else sampling.denoise
    return Settings(sampler, schedule, steps, cfg, _number("denoise", denoise, 0, 1))


def _number(name: str, value: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ParamError(name, value, "is not a number")
    if not low <= value <= high:
        raise ParamError(name, value, f"is outside {low:g}..{high:g}")
    return float(value)
