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
from ...engine.loop import check, planned
from ...engine.preview import preview
from ...engine.request import Request, numbered_shots
from ...errors import InputError, PictureError
from ...images import Picture
from ...parameters import codecs
from ...parameters.combinations import combinations
from ...planning.plan_json import to_json
from ..sampler.checkpoint import checkpoint_for
from ..sampler.sampler import WebUISampler
from . import arguments, settings

MOST_BASE64 = 256 * 1024 * 1024  # characters of a picture in a request
MOST_BODY = MOST_BASE64 + 4 * 1024 * 1024  # bytes of a request


def add(_blocks: Any, app: FastAPI) -> None:
    """Adds the routes to the WebUI's app, if it has an API at all."""
    if not (getattr(shared.cmd_opts, "api", False) or getattr(shared.cmd_opts, "nowebui", False)):
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
                raise HTTPException(status_code=411, detail="the request must say how long it is")
            if request.method == "POST" and (len(length) > 12 or int(length) > MOST_BODY):
                raise HTTPException(status_code=413, detail=f"the request is longer than {MOST_BODY:,} bytes")
            return await answer(request)

        return bounded


def params() -> dict[str, Any]:
    """The JSON schema of the named parameters."""
    return codecs.json_schema()


def plan(body: Any = Body(...)) -> dict[str, Any]:
    """{"width", "height" or "image", "params"} -> the plan with its cost."""
    try:
        request, host = _request(body)
        caps = host.capabilities()
        combinations(request.params, request.limits.combinations)  # refuses what cannot be compared
        check(request, request.params, caps)
        found = planned(request, request.params, caps)
        return {**to_json(found), "summary": found.summary(request.params.overlap)}
    except InputError as error:
        raise HTTPException(status_code=422, detail=str(error)) from error


def shown(body: Any = Body(...)) -> dict[str, Any]:
    """{"image", "params", "seed"} -> the prefilled canvas and the mask as base64 PNG. Nothing is sampled."""
    try:
        if not isinstance(_fields(body).get("image"), str):
            raise PictureError("image: a base64 picture is needed")
        request, host = _request(body)
        # On the CPU: the device is the sampler's, and a job may be running on it.
        grown = preview(request, host.capabilities(), torch.device("cpu"))
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


class _Idle:
    """What checkpoint_for asks of a processing object."""

    def __init__(self, override_settings: dict[str, Any]) -> None:
        self.override_settings = override_settings


def _fields(body: Any) -> dict[str, Any]:
    # Not left to the framework: it cannot say what is wrong with a body of NaN.
    if not isinstance(body, dict):
        raise PictureError("the body is no JSON object")
    return body


def _request(given: Any) -> tuple[Request, WebUISampler]:
    body = _fields(given)
    values = body.get("params", {})
    if not isinstance(values, dict):
        raise PictureError("params: an object of named parameters is needed")
    found = arguments.named(values)
    pixels = _picture(body).pixels if body.get("image") is not None else _blank(body)
    seed = body.get("seed") or 0
    overrides = body.get("override_settings") or {}
    p = _Idle(overrides if isinstance(overrides, dict) else {})
    here = settings.current(p.override_settings)
    request = Request((pixels,), here.allowed(found), numbered_shots(1, seed), limits=here.limits)
    return request, WebUISampler(p, checkpoint_for(p), here)


def _picture(body: dict[str, Any]) -> Picture:
    text = body["image"]
    if not isinstance(text, str) or len(text) > MOST_BASE64:
        raise PictureError("image: is no base64 picture")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("image: is no base64 picture") from None
    return images.read(images.in_memory(data))


def _blank(body: dict[str, Any]) -> Any:
    # A plan needs no pixels; an expanded tensor holds one.
    return torch.zeros(1, 1, 1).expand(3, _length(body, "height"), _length(body, "width"))


def _length(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65536:
        raise PictureError(f"{name}: {value} is no whole number from 1 to 65536")
    return value


def _encoded(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()


def _authorised() -> Any:
    """The host's own check: HTTP basic credentials from --api-auth; open when there are none, as the host's API is."""
    accounts = dict(part.split(":", 1) for part in (getattr(shared.cmd_opts, "api_auth", None) or "").split(",") if part)

    def check_credentials(credentials: HTTPBasicCredentials = Depends(HTTPBasic())) -> bool:
        expected = accounts.get(credentials.username)
        if expected is not None and secrets.compare_digest(credentials.password.encode(), expected.encode()):
            return True
        raise HTTPException(status_code=401, detail="Incorrect username or password", headers={"WWW-Authenticate": "Basic"})

    return check_credentials if accounts else _open


def _open() -> None:
    """No credentials are set: the host's own API is open too."""
