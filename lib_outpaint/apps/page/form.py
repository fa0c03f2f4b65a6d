"""The components of the page that a run reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...parameters.sampling import SAMPLING

# What a model alone takes. The seed, which every engine takes, has a control of its own.
MODEL_SETTINGS = tuple(one for one in SAMPLING if one.feature == "sampling")


@dataclass(frozen=True)
class Form:
    """Gradio's components.

    Attributes:
        settings: the group of `sampling`, shown for models.
        sampling: one control for each of MODEL_SETTINGS.
        controls: the panel's, one a parameter, in positional order.
    """

    session: Any
    source: Any
    engine: Any
    device: Any
    prompt: Any
    negative: Any
    seed: Any
    count: Any
    settings: Any
    sampling: list[Any]
    controls: list[Any]
    status: Any
    generate: Any
    interrupt: Any
    shown: Any
    chosen: Any
    download: Any
    again: Any
