"""What is known of a weights file: a plain value, with words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["checkpoint", "unet", "controlnet", "lora", "vae", "embedding", "text encoder", "unknown"]
Base = Literal["sd1", "sd2", "sdxl", "sdxl-refiner", ""]
Layout = Literal["original", "diffusers", "folder", "kohya", "peft", "lycoris", ""]

BASE_NAMES: Mapping[str, str] = {
    "sd1": "SD 1",
    "sd2": "SD 2",
    "sdxl": "SDXL",
    "sdxl-refiner": "SDXL refiner",
    "": "unknown base",
}
CONTEXT_BASES: Mapping[int, Base] = {768: "sd1", 1024: "sd2", 2048: "sdxl", 1280: "sdxl-refiner"}


@dataclass(frozen=True)
class ModelInfo:
    """What a weights file or diffusers folder is.

    Attributes:
        base: the family it belongs to or was made for; "" when nothing tells.
        channels: input channels of its UNet: 4, or 9 for an inpainting one; 0 without a UNet.
        prediction: "epsilon" or "v"; "" when the header cannot tell (every SD 2 checkpoint without metadata).
        control: what a ControlNet is for, from its file name; "" when the name does not say.
        rank: of a LoRA; 0 otherwise. `ranks_differ` when its modules do not all have that rank (it is the highest).
        text_encoder: whether a LoRA changes the text encoder too.
        dtype: of most numbers, as safetensors spells it ("F16").
        parameters, file_bytes: numbers held, and bytes on disk; 0 for a folder.
    """

    path: Path
    kind: Kind
    base: Base = ""
    layout: Layout = ""
    channels: int = 0
    prediction: Literal["epsilon", "v", ""] = ""
    control: str = ""
    rank: int = 0
    ranks_differ: bool = False
    text_encoder: bool = False
    title: str = ""
    dtype: str = ""
    parameters: int = 0
    file_bytes: int = 0

    @property
    def inpainting(self) -> bool:
        """Whether its UNet takes the 9 channels of an inpainting model."""
        return self.channels == 9

    @property
    def native_side(self) -> int:
        """The side in px it was trained at; 0 when that has no meaning."""
        if self.kind not in ("checkpoint", "unet") or not self.base:
            return 0
        if self.base == "sd2":
            return 768 if self.prediction == "v" else 512
        return 512 if self.base == "sd1" else 1024

    def describe(self) -> list[str]:
        """What it is, a line a fact."""
        name = BASE_NAMES[self.base]
        lines = [f"{self.path.name}: {self._what(name)}"]
        if self.title and self.title != self.path.stem:
            lines.append(f"title: {self.title}")
        if self.channels:
            prediction = {"": "", "v": ", predicts v", "epsilon": ""}[self.prediction]
            extra = {9: "inpainting", 8: "image edit", 5: "depth"}.get(self.channels, "not an inpainting model")
            lines.append(f"UNet: {self.channels} input channels ({extra}){prediction}")
        if self.native_side:
            unsure = (
                " (or 768 if it predicts v, which its header does not say)"
                if (self.base == "sd2" and not self.prediction)
                else ""
            )
            lines.append(f"native side: {self.native_side} px{unsure}")
        if self.parameters:
            millions, megabytes = self.parameters / 1e6, self.file_bytes / 1e6
            lines.append(f"{millions:,.1f} M numbers, mostly {self.dtype}, {megabytes:,.1f} MB")
        return lines

    def _what(self, base: str) -> str:
        if self.kind == "lora":
            rank = f"{'up to ' if self.ranks_differ else ''}rank {self.rank or 'unknown'}"
            parts = "UNet and text encoder" if self.text_encoder else "UNet"
            return f"LoRA for {base}, {rank}, {parts}, {self.layout} naming"
        if self.kind == "controlnet":
            return f"ControlNet for {base}, {self.control or 'kind unknown'}, {self.layout} layout"
        if self.kind in ("checkpoint", "unet"):
            return f"{base} {self.kind}, {self.layout} layout"
        return f"{self.kind}, {self.layout} layout" if self.layout else self.kind
