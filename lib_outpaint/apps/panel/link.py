"""What the panel asks of the page it stands in, and its answers to the stage: plan and preview."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from ... import images
from ...engine.loop import check, planned
from ...engine.preview import preview
from ...engine.request import Request, numbered_shots
from ...errors import InputError, ParamError, PictureError
from ...parameters import codecs
from ...parameters.combinations import combinations
from ...parameters.params import DECLARED, Params
from ...planning.capabilities import Capabilities
from ...planning.limits import Limits
from ...planning.plan_json import to_json

MOST_BASE64 = 256 * 1024 * 1024  # characters of a picture in a request
LONGEST_SIDE = 65536  # px


def _nothing() -> list[str]:
    return []


@dataclass(frozen=True)
class Link:
    """What the panel asks of the page it stands in.

    Attributes:
        capabilities: of the engine that would be used now; is given the current values of `inputs`.
        pictures: CSS selectors of `<img>` elements. The first that is on show is the picture.
        inputs: Gradio components of the page whose values `capabilities` needs.
        limits: what a plan may not exceed; a function is asked again for every question.
        notice: a text above the panel, "" for none.
        loras, controlnet_models, controlnet_modules: what is installed, asked again on every refresh.
        painted: CSS selectors of what is on show while a mask can be painted.
        say: translates an error. The WebUI has no templates: there it stays English.
    """

    capabilities: Callable[..., Capabilities]
    pictures: tuple[str, ...]
    inputs: tuple[Any, ...] = ()
    limits: Limits | Callable[[], Limits] = Limits
    notice: str = ""
    loras: Callable[[], list[str]] = _nothing
    controlnet_models: Callable[[], list[str]] = _nothing
    controlnet_modules: Callable[[], list[str]] = _nothing
    painted: tuple[str, ...] = ()
    say: Callable[[str], str] = str


def params_from(values: Sequence[Any]) -> Params:
    """Parameters from the values of the panel's controls, in positional order; text boxes hold numbers as text.

    Raises:
        ParamError: the first value that is none.
    """
    found = {}
    for param, value in zip(DECLARED, values, strict=False):
        if value is None:
            continue
        if param.kind in ("int", "float") and isinstance(value, str):
            value = codecs.from_text(param, value)
        found[param.name] = value
    return codecs.from_dict(found)


def answer(link: Link, text: str, *inputs: Any) -> str:
    """A question of the stage, answered. Both are JSON, because they travel as a text box's value.

    Args:
        text: {"id", "kind": "plan" or "preview", "values": [...], "width", "height" or "image"}.
        inputs: the values of `link.inputs`.

    Returns:
        {"id", "kind", "plan", "summary", "overlap", "combinations"}, for a preview with "canvas" and "mask" as data
        URLs; or {"id", "kind", "error", "field"} when what is set cannot be done.
    """
    question = json.loads(text)
    given = {"id": question["id"], "kind": question["kind"]}
    try:
        found = _preview if question["kind"] == "preview" else _plan
        return json.dumps({**given, **found(link, question, link.capabilities(*inputs))})
    except InputError as error:
        field = error.field if isinstance(error, ParamError) else ""
        return json.dumps({**given, "error": link.say(str(error)), "field": field})


def _plan(link: Link, question: Mapping[str, Any], caps: Capabilities) -> dict[str, Any]:
    # A plan needs no pixels; an expanded tensor holds one.
    pixels = torch.zeros(1, 1, 1).expand(3, _length(question, "height"), _length(question, "width"))
    params = params_from(question["values"])
    request = Request((pixels,), params, numbered_shots(1, 0), limits=_limits(link))
    plans = []
    for _, variant in combinations(params, request.limits.combinations):
        plans.append(planned(request, variant, caps))
        check(request, variant, caps)
    return {
        "plan": to_json(plans[0]),
        "summary": plans[0].summary(params.overlap),
        "overlap": params.overlap,
        "combinations": len(plans),
    }


def _preview(link: Link, question: Mapping[str, Any], caps: Capabilities) -> dict[str, Any]:
    picture = images.read(images.in_memory(_bytes(question["image"])))
    params = params_from(question["values"])
    check_first = Request((picture.pixels,), params, numbered_shots(1, 0), limits=_limits(link))
    # On the CPU: the device is the sampler's, and a job may be running on it.
    grown = preview(check_first, caps, torch.device("cpu"))
    assert grown.canvas is not None
    assert grown.mask is not None
    return {
        "plan": to_json(grown.plan),
        "summary": grown.plan.summary(params.overlap),
        "overlap": params.overlap,
        "combinations": len(combinations(params, check_first.limits.combinations)),
        "canvas": _data_url(images.float_image(grown.canvas), "JPEG", quality=90),
        "mask": _data_url(images.float_image(grown.mask), "PNG", compress_level=1),
    }


def _limits(link: Link) -> Limits:
    return link.limits() if callable(link.limits) else link.limits


def _length(question: Mapping[str, Any], name: str) -> int:
    value = question[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SIDE:
        raise PictureError(f"{name}: {value} is no whole number from 1 to {LONGEST_SIDE}")
    return value


def _bytes(url: str) -> bytes:
    if len(url) > MOST_BASE64 or not url.startswith("data:image/"):
        raise PictureError("image: is no picture")
    try:
        return base64.b64decode(url.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("image: is no picture") from None


def _data_url(image: Image.Image, kind: str, **options: Any) -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
