"""The panel: one control a parameter, in the order of the declaration. Plain Gradio that 3.41 and 4 both take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ..params import DECLARED, Param

NOTICE = ("Width, height and resize mode of this tab are not used: the picture keeps its own size and grows by the "
          "amounts below. A mask painted in the Inpaint tabs is repainted first, in a window of its own and with the band "
          "set here: the tab's mask blur and inpaint area are not used.")


def controls(elem_id: Callable[[str], str]) -> list[Any]:
    """Builds the panel inside the current Gradio context; the controls in positional order.

    Args:
        elem_id: makes an element's id from a parameter's name.
    """
    gr.Markdown(NOTICE, elem_id=elem_id("notice"))
    return [_control(param, elem_id(param.name)) for param in DECLARED]


def _control(param: Param, elem_id: str) -> Any:
    if param.kind == "choice":
        return gr.Dropdown(label=param.label, info=param.help, choices=list(param.choices), value=param.default,
                           elem_id=elem_id)
    if param.kind == "text" or param.optional:
        # A number box cannot be empty on every Gradio, and its bounds would break other scripts' calls: text is checked
        # by the declaration.
        value = "" if param.default is None else param.default
        return gr.Textbox(label=param.label, info=param.help, value=value, lines=param.lines, elem_id=elem_id)
    return gr.Slider(label=param.label, info=param.help, minimum=param.low, maximum=param.high, step=_step(param),
                     value=param.default, elem_id=elem_id)


def _step(param: Param) -> float:
    return 1 if param.kind == "int" or param.unit else 0.01
