"""Every text of the panel and the stage that people read, beside the labels and help of `params.DECLARED`.

English is the key: the WebUI replaces a text by its entry in localizations/LANG.json, and so does the stage.
`translatable()` lists them all for whoever checks that a translation is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...parameters.params import DECLARED

NOTICE = (
    "Width, height and resize mode of this tab are not used: the picture keeps its own size and grows by the "
    "amounts below. A mask painted in the Inpaint tabs is repainted first."
)


@dataclass(frozen=True)
class Preset:
    """A button that sets the growth: amounts in per cent of the picture, or an aspect ratio.

    The stage turns the amounts into the unit that is set: whole multiples of 8 px, when the unit is px.
    """

    name: str
    label: str
    amounts: Mapping[str, float] = field(default_factory=dict)
    aspect: str = ""


def _around(factor: float) -> dict[str, float]:
    part = (factor - 1) * 50
    return {"left": part, "right": part, "up": part, "down": part}


PRESETS = (
    Preset("left", "Left", {"left": 25}),
    Preset("right", "Right", {"right": 25}),
    Preset("wider", "Wider", {"left": 25, "right": 25}),
    Preset("taller", "Taller", {"up": 25, "down": 25}),
    Preset("all_round", "All round", {"left": 25, "right": 25, "up": 25, "down": 25}),
    Preset("square", "Square", aspect="1:1"),
    Preset("16_9", "16:9", aspect="16:9"),
    Preset("4_3", "4:3", aspect="4:3"),
    Preset("9_16", "9:16", aspect="9:16"),
    Preset("zoom_1_25", "Zoom out 1.25x", _around(1.25)),
    Preset("zoom_1_5", "Zoom out 1.5x", _around(1.5)),
    Preset("zoom_2", "Zoom out 2x", _around(2)),
    Preset("reset", "Reset"),
)

# The first group stands open above the others, which open on demand.
GROUPS = ("Amounts", "Shape", "Passes", "Prefill", "Mask", "Model help", "Prompts", "Hires", "Output")
PREVIEW = "Preview prefill and mask"
REFRESH = "Refresh lists"
ADD_LORA = "Add a LoRA"
ADD_LORA_HELP = "Puts an installed LoRA behind the others."

# What javascript/ writes. The same table stands at the top of javascript/outpaint_texts.js.
STAGE = (
    "Put in a picture to see here how it grows.",
    "Grow left",
    "Grow right",
    "Grow up",
    "Grow down",
    "Grow left and up",
    "Grow right and up",
    "Grow left and down",
    "Grow right and down",
    "Context from the left",
    "Context from the right",
    "Context from above",
    "Context from below",
    "chosen automatically",
    "The picture and the canvas it grows to",
    "Drag the edges or corners, or use the arrow keys (with Shift 64 px). Double click resets.",
    "Drag an edge or choose a preset to grow the picture.",
    "Prefilled canvas",
    "Mask",
    "first as",
    "pass",
    "passes",
    "window",
    "band",
    "latents a step",
    "combinations",
    "A painted mask adds a pass of its own.",
    "A painted mask alone is repainted at the same size.",
    "new area",
    "band that may be repainted",
    "what a pass sees",
    "context: how deep it looks in",
    "No answer from the server.",
    "The picture cannot be read in this page.",
    "Grow this picture too",
)


def translatable() -> list[str]:
    """Every text of panel and stage, once each: labels, help, groups, buttons, messages. Choices are values, not texts."""
    found = [text for param in DECLARED for text in (param.label, param.help)]
    found += [*GROUPS[1:], *(preset.label for preset in PRESETS), NOTICE, PREVIEW, REFRESH, ADD_LORA, ADD_LORA_HELP, *STAGE]
    return list(dict.fromkeys(found))
