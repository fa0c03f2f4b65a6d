"""An inpaint ControlNet on a running WebUI. Wants sd-webui-controlnet and an inpaint model for SD 1."""

import numpy as np
import pytest
import requests

LEFT = {"left": 32, "overlap": 8, "context": 32}


@pytest.fixture
def control(webui):
    response = requests.get(f"{webui.url}/controlnet/model_list", timeout=60)
    if response.status_code == 404:
        pytest.skip("no ControlNet extension")
    models = response.json()["model_list"]
    found = [model for model in models if "inpaint" in model]
    if not found:
        pytest.skip("no inpaint ControlNet model")
    return found[0]


def unit_of_the_user(control, **fields):
    return {"enabled": True, "module": "inpaint_global_harmonious", "model": control, **fields}


@pytest.mark.parametrize("model", ["plain", "inpainting"])
@pytest.mark.parametrize("batch", [1, 2])
def test_on_and_off_differ_and_the_unit_is_in_the_infotext(webui, picture, control, model, batch):
    def grown(**arguments):
        return webui.outpaint(picture, {**LEFT, **arguments}, model=getattr(webui, model), batch_size=batch,
                              override_settings={"return_grid": False})

    off, again, on = grown(controlnet="off"), grown(controlnet="off"), grown(controlnet="on")
    for i in range(batch):
        np.testing.assert_array_equal(off.pictures[i], again.pictures[i])
        assert (off.pictures[i] != on.pictures[i]).any()
        np.testing.assert_array_equal(off.pictures[i][:, 40:], on.pictures[i][:, 40:])
    assert "ControlNet" in on.infotext
    assert control.split(" [")[0] in on.infotext
    assert "ControlNet" not in off.infotext
    assert ("no effect" in on.notes) == (model == "inpainting")


def test_auto_attaches_it_to_a_plain_checkpoint_only(webui, picture, control):
    auto = webui.outpaint(picture, LEFT, model=webui.plain)
    on = webui.outpaint(picture, {**LEFT, "controlnet": "on"}, model=webui.plain)
    np.testing.assert_array_equal(auto.first, on.first)
    assert "was attached" in auto.notes
    assert "ControlNet" not in webui.outpaint(picture, LEFT, model=webui.inpainting).infotext


def test_weight_0_equals_off(webui, picture, control):
    off = webui.outpaint(picture, {**LEFT, "controlnet": "off"}, model=webui.plain)
    zero = webui.outpaint(picture, {**LEFT, "controlnet": "on", "controlnet_weight": 0}, model=webui.plain)
    assert np.abs(off.first.astype(int) - zero.first).max() <= 1


def test_a_batch_is_what_each_picture_is_alone(webui, picture, control):
    arguments = {**LEFT, "controlnet": "on"}
    two = webui.outpaint(picture, arguments, model=webui.plain, batch_size=2, override_settings={"return_grid": False})
    for i, seed in enumerate((5, 6)):
        alone = webui.outpaint(picture, arguments, model=webui.plain, seed=seed)
        assert np.abs(alone.first.astype(int) - two.pictures[i]).max() <= 1


def test_a_users_own_unit_still_acts_beside_ours_and_alone(webui, picture, control):
    def grown(controlnet, **fields):
        units = {"controlnet": {"args": [unit_of_the_user(control, **fields)]}} if fields else {}
        return webui.outpaint(picture, {**LEFT, "controlnet": controlnet}, model=webui.plain, alwayson_scripts=units).first

    assert (grown("off") != grown("off", weight=0.7)).any()
    assert (grown("on") != grown("on", weight=0.7)).any()


@pytest.mark.parametrize(("arguments", "field"), [
    ({"controlnet_model": "no-such-model"}, "controlnet_model"),
    ({"controlnet_module": "no-such-module"}, "controlnet_module"),
])
def test_a_wrong_name_is_refused_before_sampling(webui, picture, control, arguments, field):
    response = webui.img2img(picture, model=webui.plain, script_name="directional outpaint",
                             script_args=[{**LEFT, "controlnet": "on", **arguments}])
    assert response.status_code == 422, response.text[:300]
    assert response.json()["detail"].startswith(f"{field}: 'no-such-")


def test_inpaint_only_is_told_to_be_something_else_here(webui, picture, control):
    answer = webui.outpaint(picture, {**LEFT, "controlnet": "on", "controlnet_module": "inpaint_only"}, model=webui.plain)
    assert "inpaint_global_harmonious" in answer.notes
    harmonious = webui.outpaint(picture, {**LEFT, "controlnet": "on"}, model=webui.plain)
    np.testing.assert_array_equal(answer.first, harmonious.first)
