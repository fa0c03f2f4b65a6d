"""The section "Directional outpaint" of the WebUI's settings. Read anew for every job, plan and preview.

Defaults of the panel are not here: the host keeps those itself (Settings, Defaults). The API's defaults are always those
of the declaration, so that a request means the same on every installation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules import shared

from ..errors import ParamError
from ..models.families import Family
from ..parameters.params import Params
from ..planning.limits import Limits

SECTION = ("directional_outpaint", "Directional outpaint")
WINDOW_KEY = "Outpaint largest window"  # in infotext: the windows of a picture depend on it


@dataclass(frozen=True)
class Number:
    """A number among the settings. `low` and `high` are included; `step` is the slider's.

    A limit guards the machine: requests cannot change it, neither by override nor by the API's options.
    """

    name: str
    default: float
    low: float
    high: float
    step: float
    label: str
    help: str
    limit: bool = True
    infotext: str | None = None

    def checked(self, value: Any) -> float:
        """The value as a number.

        Raises:
            ParamError: it is none, or out of range.
        """
        number = not isinstance(value, bool) and isinstance(value, (int, float)) and self.low <= value <= self.high
        if not number:
            raise ParamError(self.name, value, "setting-outside", low=self.low, high=self.high, section=SECTION[1])
        return float(value)


NUMBERS = (
    # 3.0: the host casts a pasted value to the default's own type.
    Number(
        "outpaint_largest_window",
        3.0,
        0.25,
        16,
        0.25,
        "Largest window",
        "in squares of the model's native resolution, such as 512 px; lower needs less VRAM and makes more passes",
        limit=False,
        infotext=WINDOW_KEY,
    ),
    Number("outpaint_largest_canvas", 64, 1, 1000, 1, "Largest canvas", "megapixels of the finished image"),
    Number("outpaint_most_combinations", 24, 2, 200, 1, "Most combinations of Compare", "each is an image of the grid"),
    Number(
        "outpaint_most_pictures",
        1000,
        1,
        10000,
        1,
        "Most images of a job",
        "combinations of Compare x batch count x batch size",
    ),
)
AUTO_CONTROLNET = "outpaint_auto_controlnet"


@dataclass(frozen=True)
class Settings:
    """The settings for one job. The largest window is in native squares, the largest canvas in megapixels."""

    largest_window: float = 3
    largest_canvas: float = 64
    most_combinations: int = 24
    most_pictures: int = 1000
    auto_controlnet: bool = True

    @property
    def limits(self) -> Limits:
        """What a plan and a job may not exceed."""
        return Limits(
            canvas_pixels=int(self.largest_canvas * 1e6), combinations=self.most_combinations, pictures=self.most_pictures
        )

    def window_area(self, family: Family, native_side: int) -> int:
        """The largest window in px. More than the family bears must be asked for by a setting over the default."""
        usual = type(self).largest_window
        squares = self.largest_window if self.largest_window > usual else min(self.largest_window, family.largest_window)
        return int(squares * native_side**2)

    def allowed(self, params: Params) -> Params:
        """The parameters with what `auto` may not do here switched off, so that an infotext says it."""
        if params.controlnet == "auto" and not self.auto_controlnet:
            return params.changed(controlnet="off")
        return params


def current(overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings as they are now.

    Args:
        overrides: a job's `override_settings`, which the host applies only later; those of limits are not taken.

    Raises:
        ParamError: a value that is none, put there by an override or by hand.
    """
    given, kept = overrides or {}, shared.opts.data
    values = {}
    for number in NUMBERS:
        stored = kept.get(number.name, number.default)
        values[number.name] = number.checked(stored if number.limit else given.get(number.name, stored))
    auto = given.get(AUTO_CONTROLNET, kept.get(AUTO_CONTROLNET, True))
    if not isinstance(auto, bool):
        raise ParamError(AUTO_CONTROLNET, auto, "setting-not-true-or-false", section=SECTION[1])
    return Settings(
        values["outpaint_largest_window"],
        values["outpaint_largest_canvas"],
        int(values["outpaint_most_combinations"]),
        int(values["outpaint_most_pictures"]),
        auto,
    )


def add() -> None:
    """Adds the section. The host calls this when it builds its settings."""
    import gradio as gr

    for number in NUMBERS:
        info = shared.OptionInfo(
            number.default,
            number.label,
            gr.Slider,
            {"minimum": number.low, "maximum": number.high, "step": number.step},
            section=SECTION,
        )
        info.restrict_api = number.limit
        info.infotext = number.infotext
        shared.opts.add_option(number.name, info.info(number.help))
    shared.opts.add_option(
        AUTO_CONTROLNET,
        shared.OptionInfo(True, "Inpaint ControlNet: auto may attach it", gr.Checkbox, section=SECTION).info(
            'to every pass of a checkpoint that is not an inpainting one; otherwise only "on" does'
        ),
    )
