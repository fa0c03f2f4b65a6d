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
from ...engine.preview import plan_document, preview
from ...engine.request import Request, numbered_shots
from ...engine.stepper import Outpainting
from ...errors import InputError, ParamError, PictureError
from ...messages import Message, message
from ...parameters import codecs
from ...parameters.declaration import Param
from ...parameters.params import DECLARED, Params
from ...planning.capabilities import Capabilities
from ...planning.limits import Limits

MOST_BASE64 = 256 * 1024 * 1024  # characters of an image in a request
LONGEST_SIDE = 65536  # px


def _nothing() -> list[str]:
    return []


@dataclass(frozen=True)
class Link:
    """What the panel asks of the page it stands in.

    Attributes:
        capabilities: of the engine that would be used now; is given the current values of `inputs`.
        pictures: CSS selectors of `<img>` elements. The first visible one is the image.
        inputs: Gradio components of the page whose values `capabilities` needs.
        limits: what a plan may not exceed; a function is asked again for every question.
        notice: a text above the panel, "" for none.
        loras, controlnet_models, controlnet_modules: what is installed, asked again on every refresh.
        painted: CSS selectors of what is visible while a mask can be painted.
        say: puts an error into the page's language. The WebUI has no templates for messages: there it stays English.
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
    say: Callable[[Message], str] = str


def values_from(values: Sequence[Any], of: Sequence[Param] = DECLARED) -> dict[str, Any]:
    """The values of controls, one for each that is declared, by name; text boxes hold numbers as text.

    Raises:
        ParamError: the first text that is not a number.
    """
    found = {}
    for param, value in zip(of, values, strict=False):
        if value is None:
            continue
        if param.kind in ("int", "float") and isinstance(value, str):
            value = codecs.from_text(param, value)
        found[param.name] = value
    return found


def params_from(values: Sequence[Any]) -> Params:
    """Parameters from the values of the panel's controls, in positional order.

    Raises:
        ParamError: the first bad value.
    """
    return codecs.from_dict(values_from(values))


def answer(link: Link, text: str, *inputs: Any) -> str:
    """A question of the stage, answered. Both are JSON, because they travel as a text box's value.

    Args:
        text: {"id", "kind": "plan" or "preview", "values": [...], "width", "height" or "image"}.
        inputs: the values of `link.inputs`.

    Returns:
        {"id", "kind", "plan", "overlap", "combinations"}, for a preview with "canvas" and "mask" as data URLs; or
        {"id", "kind", "error", "field"} when what is set cannot be done.
    """
    question = json.loads(text)
    given = {"id": question["id"], "kind": question["kind"]}
    try:
        found = _preview if question["kind"] == "preview" else _plan
        return json.dumps({**given, **found(link, question, link.capabilities(*inputs))})
    except InputError as error:
        field = error.field if isinstance(error, ParamError) else ""
        return json.dumps({**given, "error": link.say(error.message), "field": field})


def _plan(link: Link, question: Mapping[str, Any], caps: Capabilities) -> dict[str, Any]:
    # A plan needs no pixels; an expanded tensor holds one.
    pixels = torch.zeros(1, 1, 1).expand(3, _length(question, "height"), _length(question, "width"))
    return _planned(_request(link, question, pixels), caps)


def _preview(link: Link, question: Mapping[str, Any], caps: Capabilities) -> dict[str, Any]:
    picture = images.read(images.in_memory(_bytes(question["image"])))
    request = _request(link, question, picture.pixels)
    document = _planned(request, caps)
    grown = preview(request, caps)
    assert grown.canvas is not None
    assert grown.mask is not None
    return {
        **document,
        "canvas": _data_url(images.float_image(grown.canvas), "JPEG", quality=90),
        "mask": _data_url(images.float_image(grown.mask), "PNG", compress_level=1),
    }


def _request(link: Link, question: Mapping[str, Any], pixels: torch.Tensor) -> Request:
    limits = link.limits() if callable(link.limits) else link.limits
    return Request((pixels,), params_from(question["values"]), numbered_shots(1, 0), limits=limits)


def _planned(request: Request, caps: Capabilities) -> dict[str, Any]:
    work = Outpainting(request, caps)
    return {"plan": plan_document(work), "overlap": request.params.overlap, "combinations": len(work.variants)}


def _length(question: Mapping[str, Any], name: str) -> int:
    value = question[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_SIDE:
        raise PictureError("not-a-length", name=name, value=value, high=LONGEST_SIDE)
    return value


def _bytes(url: str) -> bytes:
    if len(url) > MOST_BASE64 or not url.startswith("data:image/"):
        raise PictureError("not-an-image", name=message("this-image"))
    try:
        return base64.b64decode(url.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("not-an-image", name=message("this-image")) from None


def _data_url(image: Image.Image, kind: str, **options: Any) -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
