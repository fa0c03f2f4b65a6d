"""The ControlNet unit on the stand-in: slots, choices, refusals."""

import sys
from types import SimpleNamespace

import pytest

from lib_outpaint.errors import ParamError

INPAINT = "control_v11p_sd15_inpaint [ebff9138]"
LEFT = {"left": 16}


class Unit:
    """As ControlNet's own: an object that lives in the page's state, and that ControlNet changes in place."""

    def __init__(self, enabled=False, module="none"):
        self.enabled, self.module = enabled, module


class ControlNet:
    def __init__(self, *units):
        self.values = units
        self.seen = []

    def title(self):
        return "ControlNet"

    def process(self, p, *units):
        self.seen.append([u if isinstance(u, dict) else vars(u).copy() for u in units])
        for unit in units:
            if not isinstance(unit, dict) and unit.module == "inpaint_only":
                unit.module = "inpaint"


@pytest.fixture
def installed(monkeypatch):
    models, modules = ["None", "control_canny [aaaa]", INPAINT], ["none", "canny", "inpaint", "inpaint_only"]
    monkeypatch.setitem(
        sys.modules,
        "internal_controlnet.external_code",
        SimpleNamespace(get_models=lambda: models, get_modules=lambda: modules),
    )
    return models


def test_a_unit_without_a_picture_goes_into_a_free_slot(installed, run):
    script = ControlNet(Unit(True), Unit(), Unit())
    own = script.values
    run(
        {**LEFT, "controlnet": "on", "controlnet_weight": 0.5, "controlnet_mode": "My prompt is more important"},
        scripts=[script],
    )
    (units,) = script.seen
    assert [bool(u["enabled"]) for u in units] == [True, False, True]
    assert units[2]["model"] == INPAINT
    assert units[2]["module"] == "inpaint_global_harmonious"
    assert (units[2]["weight"], units[2]["control_mode"]) == (0.5, "My prompt is more important")
    assert "image" not in units[2]
    assert run.p.script_args[1:4] == own
    assert len(run.p.script_args) == 1 + 3 + 1


def test_the_users_units_are_copies_that_controlnet_may_change(installed, run):
    script = ControlNet(Unit(True, "inpaint_only"), Unit())
    run({**LEFT, "controlnet": "on"}, scripts=[script])
    assert script.values[0].module == "inpaint_only"


def test_every_pass_gets_a_fresh_unit(installed, run, host):
    run({"left": 64, "step": 32, "context": 64, "controlnet": "on"}, scripts=[ControlNet(Unit(), Unit())])
    first, second = (c.script_args[2] for c in host.processing.calls)
    assert first == second
    assert first is not second


@pytest.mark.parametrize(("checkpoint", "attached"), [("plain", True), ("inpainting", False), ("xl", False)])
def test_auto(installed, run, host, tmp_path, checkpoint, attached):
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    script = ControlNet(Unit(), Unit())
    processed = run(LEFT, scripts=[script], override_settings={"sd_model_checkpoint": f"{checkpoint}.safetensors"})
    assert any(u["enabled"] for u in script.seen[0]) == attached
    assert ("was attached" in processed.comments) == attached


def test_auto_does_nothing_where_none_is_installed(run):
    script = ControlNet(Unit())
    run(LEFT, scripts=[script])
    assert not script.seen[0][0]["enabled"]


@pytest.mark.parametrize(
    ("arguments", "scripts", "code"),
    [
        ({"controlnet": "on"}, [], "controlnet-not-installed"),
        ({"controlnet": "on", "controlnet_model": "none such"}, [ControlNet(Unit())], "no-such-controlnet-model"),
        ({"controlnet": "on", "controlnet_module": "none such"}, [ControlNet(Unit())], "no-such-controlnet-module"),
        ({"controlnet": "on"}, [ControlNet(Unit(True), Unit(True))], "controlnet-units-in-use"),
    ],
)
def test_refused_before_sampling(installed, run, host, arguments, scripts, code):
    with pytest.raises(ParamError) as refused:
        run({**LEFT, **arguments}, scripts=scripts)
    assert (refused.value.field, refused.value.code) == (list(arguments)[-1], code)
    assert host.processing.calls == []


def test_refused_where_no_model_is_installed(run, host):
    with pytest.raises(ParamError) as refused:
        run({**LEFT, "controlnet": "on"}, scripts=[ControlNet(Unit())])
    assert refused.value.code == "controlnet-without-models"
    assert host.processing.calls == []


def test_a_model_for_sd_1_is_refused_on_sdxl(installed, run, host, tmp_path):
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    with pytest.raises(ParamError) as refused:
        run(
            {**LEFT, "controlnet": "on"},
            scripts=[ControlNet(Unit())],
            override_settings={"sd_model_checkpoint": "xl.safetensors"},
        )
    assert refused.value.code == "controlnet-other-family"


def test_a_unit_of_the_users_for_another_family_is_refused_before_sampling(run, host, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, *a1111s().popitem())
    host.sd_models.add("xl.safetensors", tmp_path / "xl.safetensors", sdxl=True)
    scripts = [ControlNet({"enabled": True, "module": "canny", "model": INPAINT})]
    with pytest.raises(ParamError) as refused:
        run({**LEFT, "controlnet": "off"}, scripts=scripts, override_settings={"sd_model_checkpoint": "xl.safetensors"})
    assert (refused.value.field, refused.value.code) == ("ControlNet unit 1", "controlnet-other-family")
    assert host.processing.calls == []


@pytest.mark.parametrize("whose", ["ours", "the user's"])
def test_pictures_of_a_batch_go_one_by_one(installed, run, host, whose):
    units = [Unit(whose != "ours"), Unit()]
    run({**LEFT, "controlnet": "on" if whose == "ours" else "off"}, scripts=[ControlNet(*units)], batch_size=3)
    assert [len(c.init_images) for c in host.processing.calls] == [1, 1, 1]


def test_notes_on_what_it_means(installed, run):
    processed = run(
        {**LEFT, "controlnet": "on", "controlnet_module": "inpaint_only"},
        scripts=[ControlNet(Unit())],
        override_settings={"sd_model_checkpoint": "inpainting.safetensors"},
    )
    assert "mask weight has no effect" in processed.comments
    assert "inpaint_global_harmonious where inpaint_only" in processed.comments


@pytest.mark.parametrize("name", ["Forge", "reForge"])
def test_forge_and_reforge_keep_the_checkpoints_own_conditioning_beside_controlnet(run, as_host, name):
    state = SimpleNamespace(get_all_controlnet_names=lambda: [INPAINT], get_all_preprocessor_names=lambda: ["inpaint_only"])
    as_host(name, {"lib_controlnet.global_state": state})
    processed = run(
        {**LEFT, "controlnet": "on", "controlnet_module": "inpaint_only"},
        scripts=[ControlNet(Unit())],
        override_settings={"sd_model_checkpoint": "inpainting.safetensors"},
    )
    assert "mask weight" not in processed.comments
    assert "inpaint_global_harmonious" not in processed.comments


def test_controlnet_can_seed_its_modules_from_the_seed(installed, run, host):
    run({**LEFT, "controlnet": "on"}, scripts=[ControlNet(Unit())], batch_size=2, subseed=9, subseed_strength=0.5)
    assert [(c.seed, c.subseed) for c in host.processing.calls] == [(5, 9), (5, 10)]


def test_an_interrupt_between_the_pictures_of_a_batch_counts_for_all_of_them(installed, run, host):
    def pressed(p):
        if len(host.processing.calls) == 2:
            host.shared.state.interrupt()

    host.processing.hooks["sample"] = pressed
    try:
        processed = run({**LEFT, "controlnet": "on"}, scripts=[ControlNet(Unit())], batch_size=3)
    finally:
        host.processing.hooks["sample"] = None
    assert len(host.processing.calls) == 2
    assert processed.images == []


def test_where_no_model_inpaints_those_that_are_there_are_listed(monkeypatch, run, host):
    monkeypatch.setitem(
        sys.modules,
        "internal_controlnet.external_code",
        SimpleNamespace(
            get_models=lambda: ["control_canny [aaaa]"], get_modules=lambda: ["none", "inpaint_global_harmonious"]
        ),
    )
    with pytest.raises(ParamError, match=r"control_canny \[aaaa\]$") as refused:
        run({**LEFT, "controlnet": "on"}, scripts=[ControlNet(Unit())])
    assert (refused.value.field, refused.value.code) == ("controlnet_model", "no-inpaint-controlnet")
    assert host.processing.calls == []


def test_without_the_extension_there_is_no_free_unit(make):
    from lib_outpaint.webui.sampler import control_units as controlnet

    assert controlnet.free_slot(make()) is None
    assert controlnet.free_slot(make(scripts=[ControlNet(Unit(True), Unit())])) == 2


PREPROCESSORS = {
    "none": SimpleNamespace(do_not_need_model=False),
    "canny": SimpleNamespace(do_not_need_model=False),
    "reference_only": SimpleNamespace(do_not_need_model=True),
}


def a1111s():
    registry = SimpleNamespace(get_preprocessor=PREPROCESSORS.get)
    return {"internal_controlnet.external_code": SimpleNamespace(get_models=lambda: [INPAINT], Preprocessor=registry)}


def forges():
    return {
        "lib_controlnet.global_state": SimpleNamespace(
            get_all_controlnet_names=lambda: ["None", INPAINT],
            get_all_preprocessor_names=lambda: list(PREPROCESSORS),
            get_preprocessor=PREPROCESSORS.__getitem__,
        )
    }


@pytest.mark.parametrize(("name", "modules"), [("A1111", a1111s), ("Forge", forges)])
@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ({"module": "canny"}, "controlnet-unit-without-model"),
        ({"module": "canny", "model": "None"}, "controlnet-unit-without-model"),
        ({}, "controlnet-unit-without-model"),
        ({"module": "canny", "model": "no_such"}, "no-such-controlnet-model"),
        ({"module": "canny", "model": "CONTROL_v11p_sd15"}, None),
        ({"module": "reference_only"}, None),
        ({"module": "of another extension"}, None),
    ],
    ids=str,
)
def test_a_unit_of_the_users_without_a_model_is_refused_before_sampling(
    run, host, monkeypatch, as_host, name, modules, unit, code
):
    if name == "A1111":  # the stand-in is one
        monkeypatch.setitem(sys.modules, *modules().popitem())
    else:
        as_host(name, modules())
    scripts = [ControlNet({"enabled": False}, {"enabled": True, **({"module": "none"} | unit)})]
    if code is None:
        assert run({**LEFT, "controlnet": "off"}, scripts=scripts).images
        return
    with pytest.raises(ParamError) as refused:
        run({**LEFT, "controlnet": "off"}, scripts=scripts)
    assert (refused.value.field, refused.value.code) == ("ControlNet unit 2", code)
    assert refused.value.message.values["installed"] == INPAINT
    assert host.processing.calls == []


TILE = "control_v11f1e_sd15_tile [a371b31b]"
TWO_STEPS = {"right": 160, "hires": "on", "controlnet": "on", "controlnet_tile": "on"}


def test_a_tile_unit_holds_the_second_of_two_steps(installed, run, host):
    from PIL import Image

    installed.append(TILE)
    script = ControlNet(Unit(), Unit(), Unit(True))
    run(TWO_STEPS, scripts=[script], init_images=[Image.new("RGB", (144, 1000))])
    models = [[unit.get("model") for unit in units if unit["enabled"]] for units in script.seen]
    assert models[0] == [INPAINT, None]
    assert models[-1] == [TILE, INPAINT, None]
    assert script.seen[-1][0]["module"] == "tile_resample"


@pytest.mark.parametrize(
    ("models", "units", "code"),
    [([], 3, "no-tile-controlnet"), ([TILE], 1, "controlnet-units-in-use"), ([TILE], 0, "controlnet-not-installed")],
)
def test_a_tile_unit_that_cannot_be(installed, run, models, units, code):
    installed += models
    scripts = [ControlNet(*(Unit() for _ in range(units)))] if units else []
    with pytest.raises(ParamError) as failed:
        run({**TWO_STEPS, "controlnet": "on" if units else "off"}, scripts=scripts)
    assert failed.value.message.code == code
