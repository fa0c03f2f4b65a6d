"""Infotext in the WebUI: values that survive its grammar, and what pasting one of ours restores.

The host pastes in two ways. The page (PNG Info, the arrow button) sets components, and by the entry "Script" chooses the
script itself. The API's field `infotext` sets fields of the request for those that say which; it knows the seed, from v1.9
on steps and sampler, but no script, no prompt and no denoising strength. Ours say the rest.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from modules import shared

from ...errors import ParamError
from ...messages import message
from ...parameters import codecs
from ...parameters.declaration import Param
from ...parameters.params import DECLARED
from ..variants import variant

Entries = Mapping[str, Any]  # a parsed infotext: text by key
MASKED_CONTENT = ("fill", "original", "latent noise", "latent nothing")  # the host's names, by its index
OWN_CFG = "Outpaint CFG"
MASK_MODE = ("Inpaint masked", "Inpaint not masked")


def with_cfg(entries: Mapping[str, Any], cfg: float, others: str) -> dict[str, Any]:
    """Entries with the CFG scale in a place of ours, where the host would take its own for something else.

    Args:
        others: what else the infotext will name beside them, such as the checkpoint.
    """
    word = variant().facts.takes_cfg
    lost = word != "" and cfg > 1 and word in f"{others} {' '.join(map(str, entries.values()))}".lower()
    return {**entries, OWN_CFG: f"{cfg:.10g}"} if lost else dict(entries)


def pasted(text: str, entries: dict[str, Any]) -> None:
    """The host's callback for an infotext that is pasted into the page: puts the CFG scale back, in place."""
    if codecs.MARKER in entries and OWN_CFG in entries:
        entries["CFG scale"] = entries[OWN_CFG]


def guarded(entries: Mapping[str, str]) -> dict[str, str]:
    """Entries as the host must be given them.

    It quotes a value that holds a comma, a colon or a line break. What else its grammar would change is quoted here: blanks
    at the ends, a double quote at the start, a carriage return, a value that is its own key.
    """
    return {key: _guarded(key, value) for key, value in entries.items()}


def _guarded(key: str, value: str) -> str:
    if any(character in value for character in ",:\n"):
        return value
    changed = value != value.strip() or value.startswith('"') or "\r" in value or value == key
    return json.dumps(value, ensure_ascii=False) if changed else value


def painted(p: Any) -> dict[str, str]:
    """What the host's own entries must say of a painted mask: its passes here have another one."""
    found = {"Masked content": MASKED_CONTENT[int(p.inpainting_fill)]}
    if p.inpainting_mask_invert:
        found["Mask mode"] = MASK_MODE[1]
    return found


def fields(controls: Sequence[Any], title: str) -> list[Any]:
    """The script's `infotext_fields`: a pair of component and callable for every control and for the API's fields.

    The callables return None, which changes nothing, unless the infotext is one of ours.

    Args:
        controls: the panel's, one a parameter in the order of the declaration.
        title: the script's.
    """
    import gradio as gr

    found: list[Any] = [(control, _of_control(param)) for param, control in zip(DECLARED, controls, strict=True)]
    paste_field = variant().paste_field()
    for name, value in _of_request(title).items() if paste_field is not None else ():
        # The host wants a component for every field, also for one that only the API has.
        hidden = gr.Textbox(visible=False)
        hidden.do_not_save_to_config = True
        found.append(paste_field(hidden, _ours(value), api=name))
    return found


def _ours(value: Callable[[Entries], Any]) -> Callable[[Entries], Any]:
    return lambda entries: value(entries) if codecs.MARKER in entries else None


def _of_control(param: Param) -> Callable[[Entries], Any]:
    """The control's value: the infotext's, or the default when it was left out for being the default."""

    def value(entries: Entries) -> Any:
        text = codecs.infotext_value(entries, param)
        with suppress(ParamError):  # as a whole: an amount's own unit, as in "25%", sets that of all
            found = getattr(codecs.from_infotext(entries), param.name)
            return "" if found is None else found
        try:
            found = param.default if text is None else param.checked(codecs.from_text(param, text))
        except ParamError as error:
            import gradio as gr

            gr.Warning(str(message("infotext-unreadable", reason=error.message)))
            found = param.default
        return "" if found is None else found  # an empty box is the host's own setting

    return _ours(value)


def _of_request(title: str) -> dict[str, Callable[[Entries], Any]]:
    """Fields of an API request, with their values."""
    own = {} if variant().pastes_sampling() else _SAMPLING
    more = {field: functools.partial(_first, keys) for field, keys in variant().facts.pastes}
    return {
        **own,
        **more,
        "script_name": lambda entries: title.lower(),
        "script_args": _arguments,
        "prompt": lambda entries: _styled(entries, "Prompt", "apply_styles_to_prompt"),
        "negative_prompt": lambda entries: _styled(entries, "Negative prompt", "apply_negative_styles_to_prompt"),
        "cfg_scale": lambda entries: entries.get(OWN_CFG, entries.get("CFG scale")),
        "denoising_strength": lambda entries: entries.get("Denoising strength"),
        "inpainting_fill": lambda entries: _index(MASKED_CONTENT, entries.get("Masked content")),
        "inpainting_mask_invert": lambda entries: _index(MASK_MODE, entries.get("Mask mode")),
    }


def _first(keys: Sequence[str], entries: Entries) -> Any:
    return next((entries[key] for key in keys if key in entries), None)


def _sampler(entries: Entries) -> str | None:
    """The sampler's name on hosts where the schedule is a part of it, from an infotext of either kind of host."""
    name = entries.get("Sampler")
    with_schedule = f"{name} {entries.get('Schedule type')}"
    return with_schedule if with_schedule in variant().samplers() else name


_SAMPLING: Mapping[str, Callable[[Entries], Any]] = {"steps": lambda entries: entries.get("Steps"), "sampler_name": _sampler}


def _arguments(entries: Entries) -> list[dict[str, str]]:
    """The parameters by name, unchecked: what cannot be read is an error of the request."""
    texts = {param.name: codecs.infotext_value(entries, param) for param in DECLARED}
    return [{name: text for name, text in texts.items() if text is not None}]


def _styled(entries: Entries, key: str, apply: str) -> str:
    """A prompt with the styles that the host has taken out of it, as its settings may say."""
    text = str(entries.get(key, ""))
    styles = entries.get("Styles array")
    return str(getattr(shared.prompt_styles, apply)(text, styles)) if styles else text


def _index(names: Sequence[str], name: Any) -> int | None:
    return names.index(name) if name in names else None
