"""An inpaint ControlNet on a running WebUI, on both kinds of checkpoint, alone and in a batch.

Wants sd-webui-controlnet and an inpaint model for SD 1; for inpaint_only+lama also a ControlNetLama.pth (an empty state
dictionary is enough: it loads with random weights).
"""

import numpy as np
import pytest

LEFT = {"left": 32, "overlap": 8, "context": 32}
PORTABLE = "inpaint_global_harmonious"


@pytest.fixture
def control(webui):
    found = webui.inpaint_controlnets()
    if not found:
        pytest.skip("no ControlNet extension, or no inpaint model")
    return found[0]


def units(control, *weights, **fields):
    """Units of the user's own, as the API takes them."""
    return {
        "alwayson_scripts": {
            "controlnet": {
                "args": [
                    {"enabled": True, "module": PORTABLE, "model": control, "weight": weight, **fields} for weight in weights
                ]
            }
        }
    }


def differ(some, others):
    return all((a != b).any() for a, b in zip(some.pictures, others.pictures, strict=True))


def equal(some, others):
    return all((a == b).all() for a, b in zip(some.pictures, others.pictures, strict=True))


def test_on_and_off_differ_and_the_unit_is_in_the_infotext(grow, control, webui):
    off, again, on = (grow({**LEFT, "controlnet": value}) for value in ("off", "off", "on"))
    assert equal(off, again)
    assert differ(off, on)
    for a, b in zip(off.pictures, on.pictures, strict=True):
        np.testing.assert_array_equal(a[:, 40:], b[:, 40:])
    for text in on.info["infotexts"]:
        assert f"Module: {PORTABLE}, Model: {control}" in text
    assert "ControlNet" not in off.infotext
    acts = grow.kind == "4 channels" or webui.differs("the mask weight acts beside ControlNet")
    assert ("no effect" in on.notes) == (not acts)


def test_the_mask_weight_beside_controlnet(webui, picture, control):
    """A1111's ControlNet takes the place of the checkpoint's own conditioning, Forge's and reForge's do not."""
    low, high = (webui.outpaint(picture, {**LEFT, "controlnet": "on", "mask_weight": weight}) for weight in (0, 1))
    assert differ(low, high) == webui.differs("the mask weight acts beside ControlNet")


def test_auto_attaches_it_to_a_plain_checkpoint_only(grow, control):
    auto = grow(LEFT)
    assert equal(auto, grow({**LEFT, "controlnet": "on" if grow.kind == "4 channels" else "off"}))
    assert ("was attached" in auto.notes) == ("ControlNet" in auto.infotext) == (grow.kind == "4 channels")


def test_it_acts_on_every_pass(grow, control):
    two = {"left": 96, "step": 48, "context": 48, "overlap": 8}
    off, on = (grow({**two, "controlnet": value}).pictures for value in ("off", "on"))
    for a, b in zip(off, on, strict=True):
        assert (a[:, :48] != b[:, :48]).any()
        assert (a[:, 80:96] != b[:, 80:96]).any()


def test_weight_0_equals_off(grow, control):
    off, zero = grow({**LEFT, "controlnet": "off"}), grow({**LEFT, "controlnet": "on", "controlnet_weight": 0})
    assert equal(off, zero)


def test_a_batch_is_what_each_picture_is_alone(webui, picture, control):
    arguments = {**LEFT, "controlnet": "on"}
    two = webui.outpaint(picture, arguments, model=webui.plain, batch_size=2, override_settings={"return_grid": False})
    for i, seed in enumerate((5, 6)):
        alone = webui.outpaint(picture, arguments, model=webui.plain, seed=seed)
        assert np.abs(alone.first.astype(int) - two.pictures[i]).max() <= 1


def test_a_users_own_units_still_act_beside_ours_and_alone(grow, control):
    for controlnet in ("off", "on"):
        arguments = {**LEFT, "controlnet": controlnet}
        none, one = grow(arguments), grow(arguments, **units(control, 0.7))
        assert differ(none, one)
        assert equal(one, grow(arguments, **units(control, 0.7)))  # the units are as they were for the next call
    assert differ(one, grow({**LEFT, "controlnet": "on"}, **units(control, 0.7, 0.4)))


def test_no_unit_of_ours_stays_for_plain_img2img(grow, control, webui, picture):
    def plain():
        response = webui.img2img(np.ascontiguousarray(picture[:64, :64]), model=grow.model)
        assert "ControlNet" not in response.json()["info"]
        return response.json()["images"]

    plain()  # the host's encoder draws from a generator that is elsewhere after other work
    before = plain()
    grow({**LEFT, "controlnet": "on"}, **units(control, 0.7))
    assert plain() == before


def test_auto_adds_nothing_to_an_inpaint_unit_of_the_users(grow, control):
    assert equal(grow(LEFT, **units(control, 0.7)), grow({**LEFT, "controlnet": "off"}, **units(control, 0.7)))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"controlnet_model": "no-such-model"}, "controlnet_model"),
        ({"controlnet_module": "no-such-module"}, "controlnet_module"),
        ({"controlnet_model": "no-such-model", "controlnet_weight": 0}, "controlnet_model"),
    ],
)
def test_a_wrong_name_is_refused_before_sampling(grow, control, arguments, field):
    detail = grow.refused({**LEFT, "controlnet": "on", **arguments})
    assert detail.startswith(f"{field}: 'no-such-")


@pytest.mark.parametrize(
    "unit", [{"module": "canny"}, {"module": "canny", "model": "None"}, {"module": "canny", "model": "no_such"}], ids=str
)
def test_a_users_unit_without_a_model_is_refused(webui, picture, control, unit):
    response = webui.img2img(
        picture,
        script_name="directional outpaint",
        script_args=[LEFT],
        alwayson_scripts={"controlnet": {"args": [{"enabled": True, **unit}]}},
    )
    assert response.status_code == 422, response.text[:300]
    assert response.json()["detail"].startswith("ControlNet unit 1: ")
    assert control in response.json()["detail"]


def test_a_users_unit_that_fails_ends_the_job(webui, picture, control):
    """ControlNet itself would go on and give a picture without it."""
    response = webui.img2img(
        picture,
        model=webui.plain,
        script_name="directional outpaint",
        script_args=[LEFT],
        **units(control, 1, module="revision_clipvision"),  # for SDXL only, or not there
    )
    assert response.status_code == 500, response.text[:300]
    assert "ControlNet failed" in response.text
    assert "ControlNet failed" not in webui.outpaint(picture, LEFT, model=webui.plain).notes


def test_inpaint_only_is_told_to_be_something_else_here(grow, control, webui):
    only, portable = (grow({**LEFT, "controlnet": "on", "controlnet_module": module}) for module in ("inpaint_only", ""))
    if webui.differs("ControlNet keeps inpaint_only"):
        assert PORTABLE not in only.notes
        assert "Module: inpaint_only" in only.infotext
        assert differ(only, portable)
        for a, b in zip(only.pictures, portable.pictures, strict=True):
            np.testing.assert_array_equal(a[:, 40:], b[:, 40:])
        return
    assert "inpaint_global_harmonious" in only.notes
    assert f"Module: {PORTABLE}" in only.infotext
    assert equal(only, portable)


def test_inpaint_only_lama(grow, control, webui):
    places = "extensions/*/annotator/downloads/lama", "models/ControlNetPreprocessor"  # A1111's extension, Forge
    if webui.folder is None or not any(list(webui.folder.glob(f"{place}/ControlNetLama.pth")) for place in places):
        pytest.skip("no ControlNetLama.pth beside --webui-dir")
    if webui.differs("inpaint_only+lama fails to load"):
        pytest.skip("inpaint_only+lama fails to load on this host")
    lama, on = (
        grow({**LEFT, "controlnet": "on", "controlnet_module": module}) for module in ("inpaint_only+lama", PORTABLE)
    )
    assert differ(lama, on)
    assert "Module: inpaint_only+lama" in lama.infotext
    for a, b in zip(lama.pictures, on.pictures, strict=True):
        np.testing.assert_array_equal(a[:, 40:], b[:, 40:])
