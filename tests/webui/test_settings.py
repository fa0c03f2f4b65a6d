"""The section of settings on a running WebUI. What it changes, it puts back."""

import numpy as np
import pytest

BIG = {"width": 4000, "height": 200, "params": {"up": 64, "context": 64}}


DEFAULTS = {
    "outpaint_largest_window": 3,
    "outpaint_largest_canvas": 64,
    "outpaint_most_combinations": 24,
    "outpaint_most_pictures": 1000,
    "outpaint_auto_controlnet": True,
}


@pytest.fixture
def option(webui):
    """Sets an option by the API, which does not tell what an extension's options are: afterwards they are the defaults."""

    def put(name, value):
        assert webui.post("/sdapi/v1/options", {name: value}).status_code == 200

    yield put
    webui.post("/sdapi/v1/options", DEFAULTS)


def passes(webui, **body):
    response = webui.post("/outpaint/v1/plan", {**BIG, **body})
    assert response.status_code == 200, response.text[:300]
    return len(response.json()["passes"])


def test_the_largest_window_acts_on_plans_and_jobs_from_now_on(webui, photo_of, option):
    before = passes(webui)
    option("outpaint_largest_window", 0.25)
    assert passes(webui) > before
    answer = webui.outpaint(photo_of(600, 128), {"up": 64, "context": 96, "overlap": 8}, steps=1)
    assert "Outpaint passes: 1" not in answer.infotext
    assert "Outpaint largest window: 0.25" in answer.infotext
    option("outpaint_largest_window", 3)
    assert passes(webui) == before


def test_an_override_acts_on_one_job(webui, photo_of):
    arguments = {"up": 64, "context": 96, "overlap": 8}
    tiled = webui.outpaint(photo_of(600, 128), arguments, steps=1, override_settings={"outpaint_largest_window": 0.25})
    whole = webui.outpaint(photo_of(600, 128), arguments, steps=1)
    assert "Outpaint largest window: 3," in whole.infotext
    assert (tiled.first != whole.first).any()


def test_requests_do_not_change_limits(webui, picture, option):
    if not webui.differs("limits can be set by API"):
        for name in ("outpaint_largest_canvas", "outpaint_most_combinations", "outpaint_most_pictures"):
            option(name, 1 if name != "outpaint_most_combinations" else 2)
    arguments = {"left": 16, "compare": "fill=edge,mirror,noise"}
    assert passes(webui, height=400, params=arguments) >= 1
    answer = webui.outpaint(
        picture,
        arguments,
        steps=1,
        override_settings={"outpaint_most_pictures": 1, "outpaint_most_combinations": 2, "outpaint_largest_canvas": 1},
    )
    assert len(answer.info["all_seeds"]) == 3


def test_auto_attaches_no_controlnet_when_it_may_not(webui, picture, option):
    option("outpaint_auto_controlnet", False)
    arguments = {"left": 32, "overlap": 8}
    auto = webui.outpaint(picture, arguments, model=webui.plain)
    off = webui.outpaint(picture, {**arguments, "controlnet": "off"}, model=webui.plain)
    np.testing.assert_array_equal(auto.first, off.first)
    assert "Outpaint controlnet: off" in auto.infotext
    option("outpaint_auto_controlnet", True)
    assert "Outpaint controlnet: off" not in webui.outpaint(picture, arguments, model=webui.plain).infotext


def test_a_window_that_is_none_is_a_422(webui, picture):
    response = webui.img2img(
        picture,
        script_name="directional outpaint",
        script_args=[{"left": 8}],
        override_settings={"outpaint_largest_window": 99},
    )
    assert response.status_code == 422
    assert response.json()["detail"].startswith("outpaint_largest_window: 99 is outside 0.25..16: see Settings")
