"""What is known of a weights file: a plain value, with words for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import ModelError
from ..messages import Message, message
from . import families
from .families import UNKNOWN, Family, Pipeline, Prediction

Kind = Literal["checkpoint", "unet", "controlnet", "lora", "vae", "embedding", "text encoder", "unknown"]
Layout = Literal["original", "diffusers", "folder", "kohya", "peft", "lycoris", ""]

_USES = {8: "unet-editing", 5: "unet-depth"}  # by input channels


@dataclass(frozen=True)
class ModelInfo:
    """What a weights file or diffusers folder is.

    Attributes:
        family: what it belongs to or was made for; UNKNOWN when nothing tells.
        channels: input channels of its network: of a UNet 4, or 9 for an inpainting one; 0 without a network.
        prediction: what its network predicts; "" when that may be several things and the header does not say which.
        control: what a ControlNet is for, from its file name; "" when the name does not say.
        rank: of a LoRA; 0 otherwise. `ranks_differ` when its modules do not all have that rank (it is the highest).
        text_encoder: whether a LoRA changes the text encoder too.
        dtype: of most numbers, as safetensors spells it ("F16").
        parameters, file_bytes: numbers held, and bytes on disk; 0 for a folder.
    """

    path: Path
    kind: Kind
    family: Family = UNKNOWN
    layout: Layout = ""
    channels: int = 0
    prediction: Prediction = ""
    control: str = ""
    rank: int = 0
    ranks_differ: bool = False
    text_encoder: bool = False
    title: str = ""
    dtype: str = ""
    parameters: int = 0
    file_bytes: int = 0

    @property
    def base(self) -> str:
        """The family's key, "" when it is unknown."""
        return self.family.key

    @property
    def inpainting(self) -> bool:
        """Whether its network takes the channels of an inpainting model."""
        return self.channels != 0 and self.channels == self.family.inpainting_channels

    @property
    def edits(self) -> bool:
        """Whether it is shown a picture beside the noise, as editing models are."""
        return "reference" in self.family.inpaints

    @property
    def native_side(self) -> int:
        """The side in px it was trained at; 0 when that has no meaning."""
        if self.kind not in ("checkpoint", "unet") or not self.family.known:
            return 0
        return self.family.side(self.prediction)

    @property
    def pipeline(self) -> Pipeline:
        """How diffusers runs it.

        Raises:
            ModelError: it cannot.
        """
        if self.family.pipeline is None:
            usable = [family.name for family in reversed(families.FAMILIES) if family.pipeline is not None]
            raise ModelError("model-family", name=self.path.name, family=self.family_name, known=", ".join(usable))
        return self.family.pipeline

    @property
    def family_name(self) -> str | Message:
        """The family's name for people."""
        return self.family.name if self.family.known else message("unknown-base")

    def describe(self) -> list[Message]:
        """What it is, a line a fact; the first has its file's name."""
        lines = [message("model-is", name=self.path.name, what=self._what())]
        if self.title and self.title != self.path.stem:
            lines.append(message("model-title", title=self.title))
        if self.channels and self.family.transformer:
            use = message("unet-inpainting" if self.inpainting else "unet-editing" if self.edits else "unet-plain")
            lines.append(message("transformer-channels", channels=self.channels, use=use, cell=self.family.cell))
        elif self.channels:
            use = message("unet-inpainting" if self.inpainting else _USES.get(self.channels, "unet-plain"))
            code = "unet-channels-v" if self.prediction == "v" else "unet-channels"
            lines.append(message(code, channels=self.channels, use=use))
        if self.native_side:
            other = self.family.side("v")
            unsure = not self.prediction and other != self.native_side
            lines.append(message("native-side-unsure" if unsure else "native-side", side=self.native_side, other=other))
        if self.parameters:
            values = {"millions": self.parameters / 1e6, "dtype": self.dtype, "megabytes": self.file_bytes / 1e6}
            lines.append(message("model-size", **values))
        return lines

    def _what(self) -> Message:
        common = {"family": self.family_name, "layout": self.layout}
        if self.kind == "lora":
            code = "lora-rank-unknown" if not self.rank else "lora-rank-up-to" if self.ranks_differ else "lora-rank"
            parts = message("lora-unet-and-text" if self.text_encoder else "lora-unet")
            return message("is-lora", rank=message(code, rank=self.rank), parts=parts, **common)
        if self.kind == "controlnet":
            return message("is-controlnet", control=self.control or message("control-unknown"), **common)
        return message("is-" + self.kind.replace(" ", "-"), **common)
