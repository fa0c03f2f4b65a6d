"""Routes under /outpaint/v1: the parameters' schema, a plan, a preview. They ask for the credentials of --api-auth."""

from __future__ import annotations

import base64
import binascii
import io
import secrets
from typing import Any

import torch
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException
from fastapi.routing import APIRoute
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from modules import shared
from PIL import Image

from ... import images
from ...engine.preview import plan_document, preview
from ...engine.request import Request, numbered_shots
from ...engine.stepper import Outpainting
from ...errors import NO_VALUE, InputError, ParamError, PictureError, did_you_mean
from ...images import Picture
from ...messages import message, same
from ...parameters import codecs
from ...parameters.params import DECLARED
from ...planning.capabilities import Capabilities
from .. import settings
from ..sampler.checkpoint import checkpoint_for
from ..sampler.sampler import capabilities_of
from . import arguments

KEYS = ("width", "height", "image", "params", "seed", "override_settings")  # of a request
LONGEST_SIDE = 65536  # px
MOST_BASE64 = 256 * 1024 * 1024  # characters of an image in a request
MOST_BODY = MOST_BASE64 + 4 * 1024 * 1024  # bytes of a request


def add(_blocks: Any, app: FastAPI) -> None:
    """Adds the routes to the WebUI's app, if it has an API at all."""
    if not (shared.cmd_opts.api or shared.cmd_opts.nowebui):
        return
    router = APIRouter(prefix="/outpaint/v1", route_class=_Bounded, dependencies=[Depends(_authorised())])
    router.add_api_route("/params", params, methods=["GET"])
    router.add_api_route("/plan", plan, methods=["POST"])
    router.add_api_route("/preview", shown, methods=["POST"])
    app.include_router(router)


class _Bounded(APIRoute):  # type: ignore[misc]
    """Refuses a body that is too long before it is read."""

    def get_route_handler(self) -> Any:
        answer = super().get_route_handler()

        async def bounded(request: Any) -> Any:
            length = request.headers.get("content-length", "")
            if request.method == "POST" and not length.isdecimal():
                raise HTTPException(status_code=411, detail=str(message("request-without-length")))
            if request.method == "POST" and (len(length) > 12 or int(length) > MOST_BODY):
                raise HTTPException(status_code=413, detail=str(message("request-too-long", most=MOST_BODY)))
            return await answer(request)

        return bounded


def params() -> dict[str, Any]:
    """The JSON schema of the named parameters."""
    return codecs.json_schema()


def plan(body: Any = Body(...)) -> dict[str, Any]:
    """{"width", "height" or "image", "params"} -> the plan with its cost."""
    try:
        return plan_document(Outpainting(*_request(body)))
    except InputError as error:
        raise HTTPException(status_code=422, detail=str(error)) from error


def shown(body: Any = Body(...)) -> dict[str, Any]:
    """{"image", "params", "seed"} -> the prefilled canvas and the mask as base64 PNG. Nothing is sampled."""
    try:
        if not isinstance(_fields(body).get("image"), str):
            raise PictureError("image-needed")
        request, caps = _request(body)
        grown = preview(request, caps)
    except InputError as error:
        raise HTTPException(status_code=422, detail=str(error)) from error
    assert grown.canvas is not None
    assert grown.mask is not None
    return {
        "canvas": _encoded(images.float_image(grown.canvas)),
        "mask": _encoded(images.float_image(grown.mask)),
        "size": [grown.extent.width, grown.extent.height],
        "summary": grown.plan.summary(request.params.overlap),
    }


def _fields(body: Any) -> dict[str, Any]:
    # Not left to the framework: it cannot say what is wrong with a body of NaN.
    if not isinstance(body, dict):
        raise PictureError("body-not-an-object")
    for name in body:
        if name in KEYS:
            continue
        if same(name, (p.name for p in DECLARED)) is not None:
            raise ParamError(name, NO_VALUE, "key-of-params")
        raise ParamError(name, NO_VALUE, "unknown-key", hint=did_you_mean(name, KEYS))
    return body


def _request(given: Any) -> tuple[Request, Capabilities]:
    body = _fields(given)
    values = body["params"] if body.get("params") is not None else {}
    if not isinstance(values, dict):
        raise PictureError("params-not-an-object")
    found = arguments.named(values)
    pixels = _picture(body).pixels if body.get("image") is not None else _blank(body)
    seed = body.get("seed") or 0
    overrides = body.get("override_settings") or {}
    overrides = overrides if isinstance(overrides, dict) else {}
    here = settings.current(overrides)
    request = Request((pixels,), here.allowed(found), numbered_shots(1, seed), limits=here.limits)
    return request, capabilities_of(checkpoint_for(overrides), here)


def _picture(body: dict[str, Any]) -> Picture:
    text = body["image"]
    if not isinstance(text, str) or len(text) > MOST_BASE64:
        raise PictureError("not-base64")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("not-base64") from None
    return images.read(images.in_memory(data))


def _blank(body: dict[str, Any]) -> Any:
    if body.get("width") is None or body.get("height") is None:
        raise PictureError("size-or-image-needed")
    # A plan needs no pixels; an expanded tensor holds one.
    return torch.zeros(1, 1, 1).expand(3, _length(body, "height"), _length(body, "width"))


def _length(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParamError(name, value, "not-whole")
    if not 1 <= value <= LONGEST_SIDE:
        raise ParamError(name, value, "outside", low=1, high=LONGEST_SIDE)
    return value


def _encoded(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()


def _authorised() -> Any:
    """The host's own check: HTTP basic credentials from --api-auth; open when there are none, as the host's API is."""
    accounts = dict(part.split(":", 1) for part in (shared.cmd_opts.api_auth or "").split(",") if part)

    def check_credentials(credentials: HTTPBasicCredentials = Depends(HTTPBasic())) -> bool:
        expected = accounts.get(credentials.username)
        if expected is not None and secrets.compare_digest(credentials.password.encode(), expected.encode()):
            return True
        raise HTTPException(status_code=401, detail="Incorrect username or password", headers={"WWW-Authenticate": "Basic"})

    return check_credentials if accounts else _open


def _open() -> None:
    """No credentials are set: the host's own API is open too."""
