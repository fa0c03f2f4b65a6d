"""Every text of the page that people read, beside the panel's. English is the key of every language."""

from __future__ import annotations

import re

from ...parameters.params import DECLARED
from ..panel import panel_texts as shared

TITLE = "Directional outpaint"
PICTURE = "Picture"
DROP = "Drop a picture here, paste one, or click to choose one"
ENGINE = "Engine"
ENGINE_HELP = "What paints the new area."
NO_DIFFUSERS = "For a model, install diffusers first: {command}"
NO_MODEL = "For a model, start with --models FOLDER."
DRAFT_ONLY = "The draft copies texture from the picture itself. It takes no prompt."
DEVICE = "Device"
DEVICE_HELP = "Where the model runs."
PROMPT = "Prompt"
PROMPT_HINT = "What the whole picture shows"
NEGATIVE = "Negative prompt"
NEGATIVE_HINT = "What it must not show"
SEED = "Seed"
SEED_HELP = "-1 is a new one each time."
COUNT = "Pictures"
COUNT_HELP = "With consecutive seeds."
SAMPLING = "Sampling"
STEPS = "Steps"
SAMPLER = "Sampler"
CFG = "CFG scale"
DENOISE = "Denoising strength"
MODELS_OWN = "Empty is the model's own default."
GENERATE = "Generate"
INTERRUPT = "Interrupt"
CHOSEN = "Result"
DOWNLOAD = "Download"
AGAIN = "Grow again"
BEFORE = "Before"
AFTER = "After"
SLIDER = "Before and after: how much of the original is shown"
NOTES = "Notes"
EMPTY = "The larger picture appears here."
GRID = "All, as a grid"
SEED_OF = "seed {seed}"
UNFINISHED = "not finished"
OTHER_LANGUAGE = "Language"

# What a status line says while a run goes on and when it has ended.
WAITING = "Waiting for its turn"
LOADING = "Loading"
SAVING = "Saving"
STOPPING = "Stopping after this step"
PROGRESS = "Pass {number} of {total}: {name}"
FINISHED = "{size} in {seconds} s"
INTERRUPTED = "Interrupted: what was finished is kept."
INTERRUPTED_EARLY = "Interrupted: nothing was finished."
STOPPED = "Stopped: {error}"
LOADED = "{name}: {size}"

# Names of passes without a number, as a plan gives them.
PASSES = ("together", "mask")

# Messages that people meet on the page: what was asked for cannot be done, or what was done. Names in braces stand for
# what changes; {field} is a parameter, by the panel's label.
MESSAGES = (
    "{field}: {value} is outside {low}..{high}",
    "{field}: {value} is none of {known}",
    "{field}: {value} is not a number",
    "{field}: {value} is not a whole number",
    "{field}: {value} px is not a whole number",
    "{field}: is empty",
    "{field}: {value} is no whole number from {low} to {high}",
    "{field}: {value} cannot be combined with {others}",
    "{field}: {value} is not a ratio such as {example}",
    "{field}: {value} is not a size such as {example}",
    "{field}: {value} is smaller than the picture, which is {size}; nothing is cropped or scaled",
    "{field}: {value} is the size these parameters are for, but this picture is {size} and may have grown already; empty "
    '"{label}" to grow it too',
    "{field}: {value} is nothing the {engine} engine can do; leave it out",
    "{field}: {value} is longer than {most} characters",
    "{field}: {value} does nothing at cfg 1",
    "{field}: {value} needs a ControlNet; none was given",
    "{field}: {value} needs an inpainting model; {model} is none",
    "{field}: {value} is not there; known are {known}",
    "{field}: {value} is not available here",
    "{field}: {value} (line {line}) is not of the form 'left: text'",
    "left, right, up, down: no side grows: set an amount for at least one side, an aspect ratio or a size",
    "left, right, up, down: no side grows: the picture already is {size}",
    "canvas: {size} is {megapixels} MP, over the limit of {limit} MP",
    "step: {value} px makes more passes than the limit of {limit}",
    "picture: there is none yet",
    "{name}: is no picture of a format that can be read",
    "{name}: cannot be read: {reason}",
    "{name}: is larger than {limit} MP",
    "{name}: is animated or has several pages; give one picture",
    "{name}: has 16 bits a colour channel, which would be lost; convert it to 8 bits first",
    "{feature} needs {package}: pip install {extra}",
    "draft: texture copied from the picture itself, no model was used",
    "CMYK was converted to RGB and its colour profile dropped",
    "{model} is not an inpainting model: {better} would fit the new area better",
    "pass {number}: {steps} UNet steps in {seconds} s, peak memory {memory} MiB",
    "{pass_name}, {done}/{steps}",
    "{pass_name}, tile {tile} of {tiles}",
    "left {number}",
    "right {number}",
    "up {number}",
    "down {number}",
)

# Choices that are names or signs, the same in every language.
NAMES = frozenset({"px", "%", "patchmatch", "telea"})


def translatable() -> list[str]:
    """Every text of panel, stage and page, once each."""
    own = [value for name, value in globals().items() if name.isupper() and isinstance(value, str)]
    choices = [choice for param in DECLARED for choice in param.choices if choice not in NAMES]
    found = [*shared.translatable(), *choices, "draft", *own, *PASSES, *MESSAGES]
    return list(dict.fromkeys(text for text in found if re.search(r"[A-Za-z]{2}", text)))
