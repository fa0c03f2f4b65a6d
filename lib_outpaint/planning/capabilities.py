"""What a backend can do, as far as planning and engine need to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..messages import Message

if TYPE_CHECKING:
    import torch

KnownPixels = Literal["pinned", "whole"]
# Float32 (3, H, W) in 0..1 and a factor above 1 in, the same image larger out, by about that factor.
Scaler = Callable[["torch.Tensor", float], "torch.Tensor"]


@dataclass(frozen=True)
class Capabilities:
    """What a backend can do with the model that will be used.

    Attributes:
        engine: its name, for metadata and messages, such as "draft".
        cell: side of a latent cell in px.
        size_multiple: the sides of windows are multiples of it, in px; itself a multiple of the cell.
        native_side: the side in px the model was trained at.
        largest_window: most px of a window; 0 is three native squares.
        inpainting: whether the checkpoint is an inpainting one (None: there is no checkpoint).
        known_pixels: whether pixels outside the latent mask come back without the sampler's drift ("pinned") or
            with it ("whole").
        features: of "prompts", "loras", "controlnet", "controlnet_tile", "mask_weight", "reference", "edit_instruction",
            "sampling" (steps, sampler, cfg and so on).
        device: where windows and masks are wanted, as torch spells it ("cpu", "cuda:0").
        note: what the user must be told about every image; None for nothing.
        model: the checkpoint's name, for messages.
        edit_instruction: of the model's family; see `Family`.
        scalers: what can enlarge the small picture of hires beside Lanczos, by the names that people know.
    """

    engine: str
    cell: int = 8
    size_multiple: int = 8
    native_side: int = 512
    largest_window: int = 0
    inpainting: bool | None = None
    known_pixels: KnownPixels = "pinned"
    features: frozenset[str] = frozenset()
    device: str = "cpu"
    note: Message | None = None
    model: str = ""
    edit_instruction: str = ""
    scalers: Mapping[str, Scaler] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if self.size_multiple % self.cell:
            raise ValueError(f"windows of multiples of {self.size_multiple} px are not made of cells of {self.cell} px")

    @property
    def has_model(self) -> bool:
        """Whether a model samples, which can overflow: what copies pixels cannot."""
        return self.inpainting is not None

    @property
    def window_area(self) -> int:
        """The largest window in px, never less than a quarter of a native square."""
        return max(self.largest_window or 3 * self.native_side**2, self.native_side**2 // 4)
