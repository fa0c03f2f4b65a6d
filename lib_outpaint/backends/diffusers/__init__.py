"""Sampling through diffusers (the extra `[diffusers]`), which is imported when a `Diffusers` is made."""

from .backend import Diffusers
from .schedulers import SCHEDULES, known_samplers, named

__all__ = ["SCHEDULES", "Diffusers", "known_samplers", "named"]
