"""Sampling through diffusers (the extra `[diffusers]`). Neither it nor torch is imported before `Diffusers` is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .samplers import SCHEDULES, choices, known_samplers, named

if TYPE_CHECKING:
    from .backend import Diffusers

__all__ = ["SCHEDULES", "Diffusers", "choices", "known_samplers", "named"]


def __getattr__(name: str) -> Any:
    if name != "Diffusers":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .backend import Diffusers

    return Diffusers
