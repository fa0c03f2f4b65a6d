"""The panel: one control a parameter, in groups; presets, stage and plan line. Gradio that 3.41, 4 and later take."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ...parameters.declaration import Param
from ...parameters.params import DECLARED
from . import panel_texts as texts
from .events import call, on, unsaved
from .link import Link, answer

ElemId = Callable[[str], str]
Say = Callable[[str], str]

# What the stage and the presets set, in this order.
SETTABLE = ("left", "right", "up", "down", "unit", "aspect", "size", "context", "source_size")
_LISTED = ("controlnet_module", "controlnet_model")
_LAST = ("source_size",)
_TOOLTIPS = ("left", "right", "up", "down", "unit")


@dataclass(frozen=True)
class Panel:
    """A panel that was built.

    Attributes:
        controls: one a parameter, in positional order.
        uid: the stage's id in the page.
        look: JavaScript for an event with `controls` as inputs and no outputs; it tells the stage that something else has
            changed them. Changes by hand are noticed anyway.
    """

    controls: list[Any]
    uid: str
    look: str


def controls(elem_id: ElemId, link: Link | None = None) -> list[Any]:
    """Builds the panel inside the current Gradio context; the controls in positional order. See `build`."""
    return build(elem_id, link).controls


def build(elem_id: ElemId, link: Link | None = None, say: Say = str) -> Panel:
    """Builds the panel inside the current Gradio context.

    Args:
        elem_id: makes an element's id from a name.
        link: what the panel asks of the page; without it there are neither presets, stage, plan line nor lists.
        say: translates a text. The WebUI translates by itself.
    """
    uid = elem_id("stage")
    if link is not None and link.notice:
        gr.Markdown(say(link.notice), elem_id=elem_id("notice"), elem_classes=["outpaint-notice"])
    found: dict[str, Any] = {}
    with gr.Row(elem_id=elem_id("amounts"), elem_classes=["outpaint-amounts"]):
        for param in _of("Amounts"):
            found[param.name] = _control(param, elem_id, link, say)
    buttons = _presets_and_stage(elem_id, uid, link, say) if link is not None else {}
    for group in texts.GROUPS[1:]:
        with gr.Accordion(
            say(group),
            open=False,
            elem_id=elem_id("group_" + group.lower().replace(" ", "_")),
            elem_classes=["outpaint-group"],
        ):
            for param in _of(group):
                found[param.name] = _control(param, elem_id, link, say)
            if group == "Prompts" and link is not None:
                _lora_picker(elem_id, link, found["loras"], say)
            if group == "Model help" and link is not None:
                _refresh(
                    elem_id,
                    "lists",
                    [found[name] for name in _LISTED],
                    lambda: [gr.update(choices=_listed(name, link)) for name in _LISTED],
                    say,
                )
    ordered = [found[param.name] for param in DECLARED]
    if link is not None:
        _wire(elem_id, uid, link, buttons, found, ordered)
    return Panel(ordered, uid, call("values", uid))


def _of(group: str) -> list[Param]:
    """The parameters that stand in a group. What only an infotext sets stands last."""
    return [param for param in DECLARED if group == (param.group if param.name not in _LAST else texts.GROUPS[-1])]


def _control(param: Param, elem_id: ElemId, link: Link | None, say: Say) -> Any:
    # The amounts stand in one row: their help is a tooltip, which the stage adds.
    info = None if param.name in _TOOLTIPS and link is not None else say(param.help)
    common = {"label": say(param.label), "info": info, "elem_id": elem_id(param.name)}
    if param.name in _LISTED and link is not None:
        return gr.Dropdown(**common, choices=_listed(param.name, link), value=param.default, allow_custom_value=True)
    if param.kind == "choice":
        return gr.Dropdown(**common, choices=list(param.choices), value=param.default)
    if param.kind == "text" or param.optional:
        # A number box cannot be empty on every Gradio, and its bounds would break other scripts' calls: text is checked
        # by the declaration.
        value = "" if param.default is None else param.default
        return gr.Textbox(**common, value=value, lines=param.lines)
    return gr.Slider(**common, minimum=param.low, maximum=param.high, step=_step(param), value=param.default)


def _step(param: Param) -> float:
    return 1 if param.kind == "int" or param.unit else 0.01


def _listed(name: str, link: Link) -> list[str]:
    found = link.controlnet_modules() if name == "controlnet_module" else link.controlnet_models()
    return ["", *found]


def _presets_and_stage(elem_id: ElemId, uid: str, link: Link, say: Say) -> dict[str, Any]:
    buttons: dict[str, Any] = {}
    with gr.Row(elem_id=elem_id("presets"), elem_classes=["outpaint-presets"]):
        for preset in texts.PRESETS:
            buttons[preset.name] = unsaved(
                gr.Button(
                    say(preset.label), elem_id=elem_id("preset_" + preset.name), size="sm", elem_classes=["outpaint-preset"]
                )
            )
    config = {
        "pictures": link.pictures,
        "painted": link.painted,
        "names": [p.name for p in DECLARED],
        "settable": [name for name in SETTABLE if any(p.name == name for p in DECLARED)],
        "limits": {p.name: [p.low, p.high] for p in DECLARED if p.kind in ("int", "float")},
        "presets": {p.name: {"amounts": dict(p.amounts), "aspect": p.aspect} for p in texts.PRESETS},
        "tooltips": {elem_id(p.name): [say(p.label), say(p.help)] for p in DECLARED if p.name in _TOOLTIPS},
        "buttons": {name: elem_id(name) for name in ("look", "set", "ask")},
    }
    gr.HTML(
        f'<div id="{html.escape(uid)}" class="outpaint-stage" data-outpaint="{html.escape(json.dumps(config))}"></div>',
        elem_id=elem_id("stage_frame"),
        elem_classes=["outpaint-frame"],
    )
    buttons["preview"] = unsaved(
        gr.Button(say(texts.PREVIEW), elem_id=elem_id("preview"), size="sm", elem_classes=["outpaint-preview"])
    )
    gr.HTML(
        f'<div id="{html.escape(uid)}_previews" class="outpaint-previews"></div>',
        elem_id=elem_id("preview_frame"),
        elem_classes=["outpaint-frame"],
    )
    return buttons


def _wire(elem_id: ElemId, uid: str, link: Link, buttons: dict[str, Any], found: dict[str, Any], ordered: list[Any]) -> None:
    with gr.Column(elem_classes=["outpaint-hidden"]):
        question = unsaved(gr.Textbox(show_label=False, elem_id=elem_id("question")))
        reply = unsaved(gr.Textbox(show_label=False, elem_id=elem_id("reply")))
        look, settle, ask = (unsaved(gr.Button(name, elem_id=elem_id(name))) for name in ("look", "set", "ask"))
    settable = [found[name] for name in SETTABLE if name in found]
    tell = call("values", uid)
    on(look.click, None, ordered, js=tell)
    for control in ordered:
        on(control.change, None, ordered, js=tell)
    on(found["unit"].input, None, ordered, js=call("unit", uid))
    on(settle.click, None, ordered, settable, js=call("take", uid, result="found"))
    for preset in texts.PRESETS:
        on(buttons[preset.name].click, None, ordered, js=call("preset", uid, preset.name))
    on(buttons["preview"].click, None, ordered, js=call("preview", uid))
    asked = on(
        ask.click,
        lambda text, *inputs: answer(link, text, *inputs),
        [question, *link.inputs],
        [reply],
        js=call("question", uid, result=f"[found, ...values.slice(1, {1 + len(link.inputs)})]"),
    )
    on(asked.then, None, [reply], js=call("reply", uid))


def _lora_picker(elem_id: ElemId, link: Link, loras: Any, say: Say) -> None:
    with gr.Row(elem_classes=["outpaint-picker"]):
        # Text is allowed: a choice that a refresh has taken away must break no call of the page.
        picker = unsaved(
            gr.Dropdown(
                label=say(texts.ADD_LORA),
                info=say(texts.ADD_LORA_HELP),
                choices=link.loras(),
                value=None,
                allow_custom_value=True,
                elem_id=elem_id("add_lora"),
            )
        )
        _refresh(elem_id, "loras", [picker], lambda: [gr.update(choices=link.loras())], say)
    on(
        picker.input,
        None,
        [picker, loras],
        [loras, picker],
        js="(name, text) => [name ? [text.trim(), name + ':1'].filter(Boolean).join(', ') : text, null]",
    )


def _refresh(elem_id: ElemId, name: str, outputs: list[Any], fn: Callable[[], list[Any]], say: Say) -> None:
    button = unsaved(
        gr.Button(say(texts.REFRESH), elem_id=elem_id("refresh_" + name), size="sm", elem_classes=["outpaint-refresh"])
    )
    on(button.click, lambda: fn()[0] if len(outputs) == 1 else fn(), (), outputs)
