"""What a backend can do, as far as planning needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KnownPixels = Literal["pinned", "whole"]


@dataclass(frozen=True)
class Capabilities:
    """What a host can do, as far as plan and engine need to know.

    Attributes:
        engine: name for metadata, such as "draft".
        cell: side of a latent cell in px; windows are multiples of it.
        native_side: the side in px the model was trained at.
        largest_window: most px of a window; 0 is three native squares.
        inpainting: whether the checkpoint is an inpainting one (None: there is no checkpoint).
        known_pixels: whether pixels outside the latent mask come back without the sampler's drift ("pinned") or
            with it ("whole").
        features: of "prompts", "loras", "controlnet", "mask_weight", "sampling" (steps, sampler, cfg, denoise).
        note: what the user must be told about every picture, or "".
    """

    engine: str
    cell: int = 8
    native_side: int = 512
    largest_window: int = 0
    inpainting: bool | None = None
    known_pixels: KnownPixels = "pinned"
    features: frozenset[str] = frozenset()
    note: str = ""

    @property
    def window_area(self) -> int:
        """The largest window in px, never less than a quarter of a native square."""
        return max(self.largest_window or 3 * self.native_side**2, self.native_side**2 // 4)
