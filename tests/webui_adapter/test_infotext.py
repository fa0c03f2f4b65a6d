"""Infotext on the stand-in: what is written survives the host's grammar, and what pasting it restores."""

import importlib
import sys
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lib_outpaint.errors import ParamError
from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Params

from .conftest import array
from .test_controlnet import ControlNet, Unit, installed  # noqa: F401

TITLE = "Directional outpaint"
TYPES = {
    "script_name": str,
    "script_args": list,
    "prompt": str,
    "negative_prompt": str,
    "cfg_scale": float,
    "denoising_strength": float,
    "inpainting_fill": int,
    "inpainting_mask_invert": int,
}
LONG = {
    "left": 13.0,
    "up": 7.0,
    "order": "one by one",
    "fill": "mirror",
    "mask_falloff": 2.5,
    "color_variation": 0.125,
    "side_prompts": 'left: a "calm" sea: waves (deep:1.2)\n!up: 天空 \\ clouds',
    "extras": "mask",
}


class Box(SimpleNamespace):
    """Stands for a component."""

    def __init__(self, value="", **_):
        super().__init__(value=value)


@pytest.fixture
def warnings(monkeypatch):
    told = []
    monkeypatch.setitem(sys.modules, "gradio", SimpleNamespace(Textbox=Box, Warning=told.append))
    return told


@pytest.fixture
def infotext(host):
    return importlib.import_module("lib_outpaint.webui.script.infotext")


@pytest.fixture
def fields(infotext, warnings):
    return infotext.fields([Box("" if p.default is None else p.default) for p in DECLARED], TITLE)


@pytest.fixture
def pasted(host, fields):
    """The panel's values after an infotext was pasted on the page, by name; None where one keeps its value."""

    def values(text):
        found = host.infotext_utils.pasted(fields, text)
        return {p.name: value for p, value in zip(DECLARED, found, strict=False)}

    return values


@pytest.fixture
def request_of(host, fields):
    """An API request after the host has applied its field `infotext`."""
    return lambda text, **given: host.infotext_utils.applied(fields, text, given, TYPES)


def shown(params):
    return {name: "" if value is None else value for name, value in codecs.to_dict(params).items()}


def test_the_whole_panel_is_restored_and_the_picture_made_again(run, host, pasted, request_of):
    first = run(LONG, prompt="a (cup:1.2), plain", negative_prompt="blur", denoising_strength=0.6, cfg_scale=5.5)
    text = first.infotexts[0]
    assert pasted(text) == shown(Params(**LONG, source_size="96x80"))
    asked = request_of(text)
    assert asked.pop("script_name") == "directional outpaint"
    (arguments,) = asked.pop("script_args")
    assert asked["prompt"] == "a (cup:1.2), plain"
    again = run(arguments, seed=5, **asked)
    assert (array(first.images[0]) == array(again.images[0])).all()
    assert again.infotexts == first.infotexts


def test_what_was_left_out_for_being_the_default_gets_the_default(run, pasted):
    assert pasted(run({"left": 24}).infotexts[0]) == shown(Params(left=24, source_size="96x80"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a cup",
        "a cup\nSteps: 20, Sampler: Euler, Seed: 5, Size: 512x512, Mask blur: 4",
        "a cup\nSteps: 20, Seed: 5, Size: 64x64, Outpaint left: 32",
    ],
)
def test_an_infotext_of_something_else_changes_nothing(pasted, request_of, text):
    assert set(pasted(text).values()) == {None}
    assert request_of(text) == {}


def test_what_a_request_says_itself_wins(run, request_of):
    text = run({"left": 24}, prompt="a cup").infotexts[0]
    asked = request_of(text, script_args=[{"left": 8}], prompt="a bowl")
    assert asked["script_args"] == [{"left": 8}]
    assert asked["prompt"] == "a bowl"
    assert asked["script_name"] == "directional outpaint"


def test_a_painted_masks_content_and_mode_come_back(run, request_of, picture):
    mask = Image.new("L", picture.size, 255)
    mask.paste(0, (0, 0, 48, 80))
    fields = {"mask": mask, "inpainting_fill": 2, "inpainting_mask_invert": 1}
    first = run({"left": 24}, **fields)
    asked = request_of(first.infotexts[0])
    assert (asked["inpainting_fill"], asked["inpainting_mask_invert"]) == (2, 1)
    asked.pop("script_name")
    again = run(*asked.pop("script_args"), mask=mask, **asked)
    assert (array(first.images[0]) == array(again.images[0])).all()


def test_styles_that_the_host_takes_out_of_the_prompt_come_back(host, run, request_of):
    host.shared.prompt_styles.styles["oil"] = ("oil on canvas", "photo")
    text = run({"left": 24}, prompt="a cup, oil on canvas", negative_prompt="blur, photo").infotexts[0]
    assert host.infotext_utils.parse_generation_parameters(text)["Prompt"] == "a cup"
    asked = request_of(text)
    assert asked["prompt"] == "a cup, oil on canvas"


def test_an_amount_with_a_unit_written_by_hand_sets_the_unit(run, pasted, warnings):
    text = run({"left": 24}).infotexts[0].replace("left: 24", "left: 12.5%")
    found = pasted(text)
    assert (found["left"], found["unit"], found["right"]) == (12.5, "%", 0)
    assert warnings == []
    found = pasted(text.replace("left: 12.5%", "left: 12.5%, Outpaint right: 8px"))
    assert (found["left"], found["right"], found["unit"]) == (0, 0, "px")
    assert "left: '12.5%' is not a number" in warnings[0]


def test_a_value_that_cannot_be_read_is_told_and_refused(run, pasted, request_of, warnings):
    text = run({"left": 24, "fill": "edge"}).infotexts[0].replace("fill: edge", "fill: glitter")
    assert pasted(text)["fill"] == "noise"
    assert pasted(text)["left"] == 24
    assert "fill: 'glitter' is not one of edge, mirror" in warnings[0]
    (arguments,) = request_of(text)["script_args"]
    with pytest.raises(ParamError) as refused:
        run(arguments)
    assert (refused.value.field, refused.value.code) == ("fill", "not-a-choice")


def test_a_grown_picture_does_not_grow_again_by_its_own_parameters(run, request_of):
    grown = run({"left": 24})
    (arguments,) = request_of(grown.infotexts[0])["script_args"]
    with pytest.raises(ParamError) as refused:
        run(arguments, init_images=[grown.images[0]])
    assert (refused.value.code, refused.value.value) == ("other-source-size", "96x80")
    assert str(refused.value.message.values["size"]) == "120x80"
    assert run({**arguments, "source_size": ""}, init_images=[grown.images[0]]).images[0].size == (144, 80)


PIECES = [
    "left: sky",
    "512x512",
    "16:9",
    "\n",
    "\r",
    '"',
    "\\",
    ",",
    ";",
    ":",
    "<lora:a:1>",
    "天空",
    " ",
    "\u00a0",
    "\t",
    "Steps: 20",
    "\\n",
    "Outpaint loras",
    "Negative prompt:",
    "x" * 3000,
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
        st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    )
)
def test_any_text_comes_back_through_the_hosts_grammar(host, infotext, text):
    text = text.rstrip("\n") or "x"  # the host's pattern for sizes swallows a line break behind one
    ours = infotext.guarded({**codecs.to_infotext(Params(loras=text)), "After": "z"})
    given_entries = {"Steps": "20", "Seed": "5", **ours}
    line = ", ".join(k if k == v else f"{k}: {host.infotext_utils.quote(v)}" for k, v in given_entries.items())
    read = host.infotext_utils.parse_generation_parameters(f"a cup\nNegative prompt: blur\n{line}")
    assert codecs.from_infotext(read) == Params(loras=text)
    assert (read["After"], read["Prompt"], read["Negative prompt"]) == ("z", "a cup", "blur")


def test_our_own_unit_is_told_under_a_name_that_controlnet_does_not_paste(host, installed, run):  # noqa: F811
    control_units = importlib.import_module("lib_outpaint.webui.sampler.control_units")
    entries = {
        "Seed": 5,
        "ControlNet 0": "Module: none, Model: a [1], Weight: 1",
        "ControlNet 1": "Module: inpaint_global_harmonious, Model: a [1], Weight: 1",
    }
    control_units.own_unit(entries, control_units.Unit("inpaint", "a [1]", 1.0, "Balanced"))
    assert list(entries) == ["Seed", "ControlNet 0", "Outpaint ControlNet"]
    assert "inpaint_global_harmonious" in entries["Outpaint ControlNet"]
    control_units.own_unit(entries, control_units.Unit("inpaint", "b [2]", 1.0, "Balanced"))
    assert list(entries) == ["Seed", "ControlNet 0", "Outpaint ControlNet"]


def test_every_job_keeps_the_users_unit_and_renames_ours(installed, host, run):  # noqa: F811
    class Writes(ControlNet):
        def process(self, p, *units):
            super().process(p, *units)
            on = [u for u in units if (u["enabled"] if isinstance(u, dict) else u.enabled)]
            for i, unit in enumerate(on):
                fields = unit if isinstance(unit, dict) else {"module": unit.module, "model": "canny [c]"}
                told = f"Module: {fields['module']}, Model: {fields['model']}, Weight: 1"
                p.extra_generation_params[f"ControlNet {i}"] = told

    text = run({"left": 16, "controlnet": "on"}, scripts=[Writes(Unit(True), Unit(), Unit())]).infotexts[0]
    read = host.infotext_utils.parse_generation_parameters(text)
    assert read["ControlNet 0"] == "Module: none, Model: canny [c], Weight: 1"
    assert "control_v11p_sd15_inpaint" in read["Outpaint ControlNet"]
    assert "ControlNet 1" not in read


def test_seeds_of_all_passes_and_the_cost_are_told(host, run):
    text = run({"left": 64, "step": 32, "context": 64, "overlap": 16}).infotexts[0]
    read = host.infotext_utils.parse_generation_parameters(text)
    seeds = [call.seed for call in host.processing.calls]
    assert read["Outpaint pass seeds"] == " ".join(map(str, seeds))
    assert int(read["Outpaint passes"]) == len(seeds) == 2
    assert int(read["Outpaint cost"]) > int(read["Outpaint latents a step"]) > 0


@pytest.mark.parametrize(
    ("entries", "sampler"),
    [
        ("Sampler: DPM++ 2M Karras, Seed: 5", "DPM++ 2M Karras"),
        ("Sampler: DPM++ 2M, Schedule type: Karras", "DPM++ 2M Karras"),  # of a newer host
        ("Sampler: DPM++ 2M, Schedule type: Automatic", "DPM++ 2M"),
        ("Sampler: Euler a, Seed: 5", "Euler a"),
    ],
)
@pytest.mark.parametrize("old", [True, False])
def test_steps_and_sampler_come_back_on_hosts_before_1_9(host, warnings, monkeypatch, run, entries, sampler, old):
    """Their own fields are plain tuples, which the API's field `infotext` does not see; newer hosts set them themselves."""
    if old:
        monkeypatch.delattr(host.sd_samplers, "get_sampler_from_infotext")
    monkeypatch.setitem(host.sd_samplers.all_samplers_map, "DPM++ 2M Karras", None)
    module = importlib.import_module("lib_outpaint.webui.script.infotext")
    fields = module.fields([Box(p.default) for p in DECLARED], TITLE)
    ours = run({"left": 16}, steps=20).infotexts[0].replace("Steps: 20,", f"Steps: 20, {entries},")
    types = {**TYPES, "steps": int, "sampler_name": str}
    asked = host.infotext_utils.applied(fields, ours, {}, types)
    assert [asked.get("steps"), asked.get("sampler_name")] == ([20, sampler] if old else [None, None])
    assert host.infotext_utils.applied(fields, ours, {"steps": 7}, types)["steps"] == 7
    theirs = ours[: ours.index("Outpaint version")].rstrip(", ")
    assert host.infotext_utils.applied(fields, theirs, {}, types) == {}


def test_a_host_without_fields_for_the_api_still_pastes_the_panel(host, warnings, monkeypatch):
    monkeypatch.delattr(host.infotext_utils, "PasteField")
    module = importlib.import_module("lib_outpaint.webui.script.infotext")
    controls = [Box(p.default) for p in DECLARED]
    assert [component for component, _ in module.fields(controls, TITLE)] == controls


@pytest.mark.parametrize(("name", "value"), [("Distilled CFG Scale", 3.5), ("Shift", 9.0), ("Else", None)])
def test_distilled_guidance_and_shift_come_back_by_api(host, as_host, warnings, run, name, value):
    """One field with two names; the host's own field of it is a plain tuple in img2img, which the API does not see."""
    as_host("Forge")
    module = importlib.import_module("lib_outpaint.webui.script.infotext")
    fields = module.fields([Box(p.default) for p in DECLARED], TITLE)
    ours = run({"left": 16}).infotexts[0].replace("CFG scale: ", f"{name}: {value}, CFG scale: ")
    asked = host.infotext_utils.applied(fields, ours, {}, {**TYPES, "distilled_cfg_scale": float})
    assert asked.get("distilled_cfg_scale") == value
