"""Every text of the page that people read as it stands, beside the panel's. English is the key of every language.

What takes values is a message (lib_outpaint/messages/apps.py).
"""

from __future__ import annotations

import re

from ...parameters.params import DECLARED
from ...parameters.sampling import SAMPLING
from ..panel import panel_texts as shared

TITLE = "Directional outpaint"
PICTURE = "Image"
DROP = "Drop an image here, paste one, or click to choose one"
ENGINE = "Engine"
ENGINE_HELP = "What paints the new area."
NO_DIFFUSERS = 'To use a model, run pip install -e ".[diffusers]" in the folder of this program.'
NO_MODEL = "To use a model, start the page with --models FOLDER."
DRAFT_ONLY = "The draft copies texture from the image itself and takes no prompt."
DEVICE = "Device"
DEVICE_HELP = "Where the model runs."
PROMPT = "Prompt"
PROMPT_HINT = "What the whole image shows"
NEGATIVE = "Negative prompt"
NEGATIVE_HINT = "What to avoid"
SEED_HELP = "-1 = random"
COUNT = "Images"
COUNT_HELP = "With consecutive seeds."
MODELS_OWN = "Empty: the model's default."
SAMPLING_GROUP = "Sampling"
GENERATE = "Generate"
INTERRUPT = "Interrupt"
CHOSEN = "Result"
DOWNLOAD = "Download"
AGAIN = "Grow again"
BEFORE = "Before"
AFTER = "After"
SLIDER = "Before and after: how much of the original is shown"
NOTES = "Notes"
EMPTY = "The larger image appears here."
GRID = "All, as a grid"
UNFINISHED = "not finished"
OTHER_LANGUAGE = "Language"

# What the page calls a field of an error.
LABELS = {one.name: one.label for one in (*DECLARED, *SAMPLING)} | {
    "count": COUNT,
    "device": DEVICE,
    "engine": ENGINE,
    "negative_prompt": NEGATIVE,
    "prompt": PROMPT,
}

# Choices that are names or signs, the same in every language.
NAMES = frozenset({"px", "%", "patchmatch", "telea"})


def translatable() -> list[str]:
    """Every text of panel, stage and page, once each."""
    own = [value for name, value in globals().items() if name.isupper() and isinstance(value, str)]
    settings = [text for one in SAMPLING for text in (one.label, one.help)]
    choices = [choice for one in (*DECLARED, *SAMPLING) for choice in one.choices if choice not in NAMES]
    found = [*shared.translatable(), *choices, "draft", *own, *settings]
    return list(dict.fromkeys(text for text in found if re.search(r"[A-Za-z]{2}", text)))
