"""Sampling through diffusers (the extra `[diffusers]`), which is imported when a `PipelineHost` is made."""

from .host import PipelineHost
from .schedulers import SCHEDULES, known_samplers, named

__all__ = ["SCHEDULES", "PipelineHost", "known_samplers", "named"]
