"""How to sample."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sampling:
    """How to sample. None leaves a value to the host."""

    steps: int | None = None
    sampler: str | None = None
    cfg: float | None = None
    denoise: float | None = None

    def asked(self) -> list[str]:
        """The names of what was set."""
        return [name for name in ("steps", "sampler", "cfg", "denoise") if getattr(self, name) is not None]
