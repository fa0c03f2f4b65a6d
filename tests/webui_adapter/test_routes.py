"""The routes on a bare FastAPI app: credentials, errors, answers."""

import base64
import importlib
import io

import numpy as np
import pytest
from PIL import Image

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


@pytest.fixture
def client(host):
    def made(api_auth=None, api=True):
        host.shared.cmd_opts.api_auth, host.shared.cmd_opts.api = api_auth, api
        routes = importlib.import_module("lib_outpaint.webui.script.routes")
        app = fastapi.FastAPI()
        routes.add(None, app)
        return testclient.TestClient(app)

    yield made
    host.shared.cmd_opts.api_auth = None


@pytest.fixture
def encoded(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def test_credentials_are_asked_for_as_the_hosts_own_api_does(client):
    guarded = client("alice:secret,bob:two:parts")
    for method, path in (("get", "params"), ("post", "plan"), ("post", "preview")):
        call = getattr(guarded, method)
        assert call(f"/outpaint/v1/{path}").status_code == 401
        assert call(f"/outpaint/v1/{path}", auth=("alice", "wrong")).status_code == 401
        assert call(f"/outpaint/v1/{path}", auth=("mallory", "secret")).status_code == 401
        assert call(f"/outpaint/v1/{path}", auth=("alice", "secret")).status_code != 401
    assert guarded.get("/outpaint/v1/params", auth=("bob", "two:parts")).status_code == 200
    assert client().get("/outpaint/v1/params").status_code == 200


def test_without_the_api_there_are_no_routes(client):
    assert client(api=False).get("/outpaint/v1/params").status_code == 404


def test_plan(client):
    answer = client().post("/outpaint/v1/plan", json={"width": 512, "height": 681, "params": {"left": 128}}).json()
    assert answer["summary"] == "640x681, 1 pass, window 512x704, band 32 px, 5,632 latents a step"
    assert answer["cost"]["latents_a_step"] == 5632


def test_plan_follows_the_checkpoint_of_the_overrides(client, host, tmp_path):
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    body = {
        "width": 2000,
        "height": 512,
        "params": {"left": 128},
        "override_settings": {"sd_model_checkpoint": "xl.safetensors"},
    }
    assert "window 1024x512" in client().post("/outpaint/v1/plan", json=body).json()["summary"]


def test_preview_samples_nothing(client, host, encoded, picture):
    body = {"image": f"data:image/png;base64,{encoded}", "params": {"left": 32, "fill": "edge", "overlap": 16}, "seed": 3}
    answer = client().post("/outpaint/v1/preview", json=body).json()
    canvas, mask = (np.array(Image.open(io.BytesIO(base64.b64decode(answer[name])))) for name in ("canvas", "mask"))
    np.testing.assert_array_equal(canvas[:, 32:], np.array(picture))
    np.testing.assert_array_equal(canvas[:, :32], np.repeat(np.array(picture)[:, :1], 32, 1))
    assert (mask[:, :32] == 255).all()
    assert (mask[:, 48:] == 0).all()
    assert host.processing.calls == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("plan", {"width": 10, "height": 10}),
        ("plan", {"width": 10, "height": True, "params": {"left": 8}}),
        ("plan", {"width": 10, "height": 10, "params": {"left": 8, "sideways": 1}}),
        ("plan", {"width": 60000, "height": 60000, "params": {"left": 8}}),
        ("plan", {"width": 10, "height": 10, "params": {"left": 8}, "override_settings": {"sd_model_checkpoint": "none"}}),
        ("preview", {"params": {"left": 8}}),
        ("preview", {"image": "/etc/passwd", "params": {"left": 8}}),
        ("preview", {"image": "AAAA", "params": {"left": 8}}),
        ("preview", {"image": 7, "params": {"left": 8}}),
    ],
    ids=str,
)
def test_bad_input_is_a_422_with_a_message(client, path, body):
    response = client().post(f"/outpaint/v1/{path}", json=body)
    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"width": 9, "heigth": 9}, "heigth: no such key (did you mean height?); needed are width and height, or image"),
        ({"width": 9, "height": 9, "left": 8}, "left: is a parameter: it belongs into params"),
        ({"width": 9, "height": 9, "Mask-Blur": 8}, "Mask-Blur: is a parameter: it belongs into params"),
        ({"params": {"left": 8}}, "width and height in px are needed, or a base64 image"),
        ({"width": 9, "height": None}, "width and height in px are needed, or a base64 image"),
        ({"width": 9, "height": "9"}, "height: '9' is not a whole number"),
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["plan", "preview"])
def test_unknown_and_missing_keys_are_named(client, path, body, detail):
    if path == "preview" and ("needed, or" in detail or "whole" in detail):
        detail = "image: a base64 image is needed"
    response = client().post(f"/outpaint/v1/{path}", json=body)
    assert response.status_code == 422
    assert response.json()["detail"].startswith(detail)


def test_null_is_the_default_in_every_form(client):
    def plan(**body):
        return client().post("/outpaint/v1/plan", json={"width": 512, "height": 681, **body}).json()

    usual = plan(params={"left": 128})
    nulls = dict.fromkeys(("right", "unit", "order", "overlap", "fill", "mask_weight", "aspect"))
    assert plan(params={"left": 128, **nulls}, seed=None, image=None, override_settings=None) == usual
    assert plan(params={"LEFT": "25%"}) == usual
    assert plan(params=None)["detail"].startswith("nothing grows")


@pytest.mark.parametrize("image", [7, "A" * 9, "data:image/png;base64,???"], ids=["number", "too long", "no base64"])
def test_what_is_no_picture_in_base64(host, monkeypatch, image):
    from lib_outpaint.errors import PictureError

    routes = importlib.import_module("lib_outpaint.webui.script.routes")
    monkeypatch.setattr(routes, "MOST_BASE64", 8 if image == "A" * 9 else 64)
    with pytest.raises(PictureError) as refused:
        routes._picture({"image": image})
    assert refused.value.code == "not-base64"
