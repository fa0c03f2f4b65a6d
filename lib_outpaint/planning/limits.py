"""What a job may not exceed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a job may not exceed: px of a finished canvas, passes of a picture, combinations of `compare`, and pictures."""

    canvas_pixels: int = 64_000_000
    passes: int = 512
    combinations: int = 24
    pictures: int = 1000
