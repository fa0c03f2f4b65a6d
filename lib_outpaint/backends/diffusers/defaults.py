"""How a pass is sampled: what was asked for, and defaults that suit the model."""

from __future__ import annotations

from dataclasses import dataclass

from ...models.inspect import ModelInfo
from ...parameters.sampling import Sampling
from .samplers import Sampler, named


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
        return info.pipeline.inpainting_denoise
    return 1.0 if controlled else 0.8


def settled(sampling: Sampling, info: ModelInfo, controlled: bool = False) -> Settings:
    """What was asked for, with defaults for the rest: Euler a, 30 steps, and what suits the model's family.

    Raises:
        ParamError: an unknown sampler or scheduler.
    """
    sampler, schedule = named(sampling.sampler or "Euler a", sampling.scheduler)
    return Settings(
        sampler,
        schedule,
        sampling.steps if sampling.steps is not None else 30,
        sampling.cfg if sampling.cfg is not None else info.pipeline.cfg,
        sampling.denoise if sampling.denoise is not None else default_denoise(info, controlled),
    )
