"""What a job asks of the model beside pixels: prompts per side, LoRAs, ControlNet, mask weight.

Typed values of parameters that are texts and numbers; `Params.guidance` parses them, once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from .loras import Lora
from .side_prompts import SidePrompts

REFERENCES = ("auto", "on", "off")
INSTRUCTIONS = ("off", "on")
CONTROL_MODES = ("Balanced", "My prompt is more important", "ControlNet is more important")


@dataclass(frozen=True)
class ControlNet:
    """The inpaint ControlNet that is wanted.

    Attributes:
        use: "auto", "off" or "on".
        module, model: as the backend lists them; "" lets it choose.
        weight: 0..2.
        mode: one of CONTROL_MODES.
        tile: "off", or "on" for a tile ControlNet beside it in the second of two steps (hires).
    """

    use: str = "auto"
    module: str = ""
    model: str = ""
    weight: float = 1.0
    mode: str = CONTROL_MODES[0]
    tile: str = "off"

    @property
    def asked(self) -> dict[str, object]:
        """What differs from the defaults, by the parameters' names: all of it must be honoured or refused."""
        usual = ControlNet()
        found: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value != getattr(usual, item.name) and (item.name, value) != ("use", "off"):
                found["controlnet" if item.name == "use" else f"controlnet_{item.name}"] = value
        return found


@dataclass(frozen=True)
class Guidance:
    """What leads the model in every pass of an image.

    Attributes:
        side_prompts: prompts of single sides and passes.
        loras: added to every pass.
        mask_weight: the inpainting conditioning mask weight, 0..1; None is the backend's own setting.
        reference: one of REFERENCES: whether an editing model is shown the known picture; "auto" is whatever suits it.
        edit_instruction: one of INSTRUCTIONS: whether an editing model is told to extend the picture, before the prompt.
    """

    side_prompts: SidePrompts = field(default_factory=SidePrompts)
    loras: tuple[Lora, ...] = ()
    controlnet: ControlNet = field(default_factory=ControlNet)
    mask_weight: float | None = None
    reference: str = REFERENCES[0]
    edit_instruction: str = INSTRUCTIONS[0]
