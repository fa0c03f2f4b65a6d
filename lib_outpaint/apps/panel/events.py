"""Gradio's events, written once for 3.41, 4 and later."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

NAMESPACE = "window.DirectionalOutpaint"


def on(
    event: Any, fn: Callable[..., Any] | None, inputs: Sequence[Any] = (), outputs: Sequence[Any] = (), js: str = ""
) -> Any:
    """Wires an event such as `button.click`: out of the queue and of the API's listing, without a progress overlay.

    `fn` None runs `js` alone, without a request. Returns what `.then` can be asked of.
    """
    known = inspect.signature(event).parameters
    options: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
    if js:
        options["_js" if "_js" in known or gr.__version__.startswith("3.") else "js"] = js
    if "api_visibility" in known:
        options["api_visibility"] = "private"
    elif "show_api" in known:
        options["show_api"] = False
    else:
        options["api_name"] = False
    if "trigger_mode" in known:
        options["trigger_mode"] = "multiple"  # the stage numbers its questions: a late answer is told from the latest
    return event(fn=fn, inputs=list(inputs) or None, outputs=list(outputs) or None, **options)


def call(function: str, uid: str, *arguments: str, result: str = "[]") -> str:
    """JavaScript that hands an event's values to a function of the stage's namespace. `result` may use what it `found`."""
    given = ", ".join([json.dumps(uid), *(json.dumps(argument) for argument in arguments), "values"])
    run = f"{NAMESPACE}.{function}({given})"
    return f"(...values) => {{ const found = {run}; return {result}; }}"


def unsaved(component: Any) -> Any:
    """A component that the WebUI shall not write into ui-config.json."""
    component.do_not_save_to_config = True
    return component
