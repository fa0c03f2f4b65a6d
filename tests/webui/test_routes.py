"""The routes of the extension."""

import numpy as np

from lib_outpaint.parameters.codecs import json_schema

from .conftest import decoded, encoded


def test_params(webui):
    assert webui.get("/outpaint/v1/params") == json_schema()


def test_plan(webui):
    body = {"width": 371, "height": 681, "params": {"left": 128}}
    plan = webui.post("/outpaint/v1/plan", body).json()
    assert plan["canvas"] == [499, 681]
    assert plan["summary"] == "499x681, 1 pass, window 512x704, band 32 px, 5,632 latents a step"


def test_preview(webui, picture):
    body = {"image": encoded(picture), "params": {"left": 32, "fill": "mirror", "overlap": 16}}
    shown = webui.post("/outpaint/v1/preview", body).json()
    canvas, mask = decoded(shown["canvas"]), decoded(shown["mask"])
    assert shown["size"] == [128, 80]
    np.testing.assert_array_equal(canvas[:, :32], picture[:, :32][:, ::-1])
    np.testing.assert_array_equal(canvas[:, 32:], picture)
    assert (mask[:, :32] == 255).all()
    assert (mask[:, 48:] == 0).all()


def test_bad_input_is_a_422(webui, picture):
    for path, body in [
        ("plan", {"width": 10, "height": 10, "params": {}}),
        ("plan", {"width": 0, "height": 10, "params": {"left": 8}}),
        ("plan", {"width": 10, "height": 10, "params": {"left": 9999}}),
        ("preview", {"image": "/etc/passwd", "params": {"left": 8}}),
        ("preview", {"image": "aGVsbG8=", "params": {"left": 8}}),
        ("preview", {"params": {"left": 8}}),
        ("preview", {"image": encoded(picture), "params": ["left"]}),
        ("plan", {"width": 10, "height": 10, "left": 8}),
        ("plan", {"width": 10, "height": 10, "prams": {"left": 8}}),
        ("plan", {"params": {"left": 8}}),
    ]:
        response = webui.post(f"/outpaint/v1/{path}", body)
        assert response.status_code == 422, (path, body, response.text[:200])
        assert response.json()["detail"]
