"""The settings on the stand-in: where they act, what they refuse, who may override them."""

import importlib
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from lib_outpaint.errors import ParamError, PlanError
from lib_outpaint.models.families import FAMILIES, UNKNOWN
from lib_outpaint.planning.limits import Limits

from .test_controlnet import ControlNet, Unit, installed  # noqa: F401
from .test_routes import client  # noqa: F401

fastapi = pytest.importorskip("fastapi")
WIDE = {"up": 64, "context": 64, "overlap": 16}
LIMITS = ("outpaint_largest_canvas", "outpaint_most_combinations", "outpaint_most_pictures")


@pytest.fixture
def settings(host):
    return importlib.import_module("lib_outpaint.webui.settings")


@pytest.fixture
def section(host, settings, monkeypatch):
    """The section as the host builds it."""
    monkeypatch.setitem(sys.modules, "gradio", SimpleNamespace(Slider="slider", Checkbox="checkbox"))
    settings.add()
    return host.shared.opts.data_labels


def windows(host):
    return [(call.width, call.height) for call in host.processing.calls]


def test_the_section_holds_every_setting_at_its_default(host, settings, section):
    assert {info.section for info in section.values()} == {("directional_outpaint", "Directional outpaint")}
    assert settings.current() == settings.Settings()
    for number in settings.NUMBERS:
        info = section[number.name]
        assert (info.default, info.component) == (number.default, "slider")
        assert info.component_args == {"minimum": number.low, "maximum": number.high, "step": number.step}
        assert number.low <= number.default <= number.high
        assert info.comment_after
    assert [name for name, info in section.items() if info.restrict_api] == list(LIMITS)
    pasted = [info for info in section.values() if info.infotext]
    assert [info.infotext for info in pasted] == ["Outpaint largest window"]
    assert type(pasted[0].default)("0.25") == 0.25  # as the host casts what is pasted


def test_the_defaults_are_the_engines_own(settings):
    assert settings.Settings().limits == Limits()
    for family in FAMILIES:
        squares = family.largest_window * family.native_side**2
        assert settings.Settings().window_area(family, family.native_side) == squares


def test_more_than_a_family_bears_is_taken_only_when_set(settings):
    narrow = replace(UNKNOWN, largest_window=1.0)
    areas = [settings.Settings(squares).window_area(narrow, 100) for squares in (0.25, 3, 4)]
    assert areas == [2_500, 10_000, 40_000]


@pytest.fixture
def wide():
    return Image.new("RGB", (1536, 64), "gray")


def test_the_largest_window_is_read_at_the_time_of_the_job(host, run, wide):
    run(WIDE, init_images=[wide])
    assert windows(host) == [(1536, 128)]
    host.processing.calls.clear()
    host.shared.opts.outpaint_largest_window = 0.25
    text = run(WIDE, init_images=[wide]).infotexts[0]
    assert len(windows(host)) > 1
    assert all(width * height <= 512 * 512 / 4 for width, height in windows(host))
    assert "Outpaint largest window: 0.25" in text


def test_an_override_sets_the_window_of_one_job(host, run, wide):
    """As a pasted infotext does, when the setting has changed since."""
    run(WIDE, init_images=[wide], override_settings={"outpaint_largest_window": 0.25})
    assert len(windows(host)) > 1
    assert host.shared.opts.data.get("outpaint_largest_window", 3) == 3
    host.processing.calls.clear()
    run(WIDE, init_images=[wide])
    assert windows(host) == [(1536, 128)]


def test_limits_are_the_settings_and_no_request_changes_them(host, section, run):
    run({"left": 1000})
    host.shared.opts.outpaint_largest_canvas = 1
    for overrides in ({}, {"outpaint_largest_canvas": 64}):
        with pytest.raises(PlanError, match=r"is 1\.1 MP, over the limit of 1 MP"):
            run({"left": 4096, "up": 176}, override_settings=overrides)
    host.shared.opts.outpaint_most_combinations = 2
    with pytest.raises(ParamError, match="makes 3 combinations, over the limit of 2"):
        run({"left": 16, "compare": "fill=edge,noise,mirror"})
    host.shared.opts.outpaint_most_pictures = 3
    with pytest.raises(ParamError, match="over the limit of 3"):
        run({"left": 16, "compare": "fill=edge,noise"}, batch_size=2)
    with pytest.raises(ParamError, match="over the limit of 3"):
        run({"left": 16}, n_iter=4)
    host.processing.calls.clear()
    assert len(run({"left": 16}, n_iter=3, do_not_save_grid=True).all_seeds) == 3
    assert host.shared.opts.outpaint_largest_canvas == 1


@pytest.mark.parametrize(("overrides", "kept"), [({}, True), ({"outpaint_auto_controlnet": True}, False)])
def test_auto_attaches_no_controlnet_when_it_may_not(installed, host, run, overrides, kept):  # noqa: F811
    host.shared.opts.outpaint_auto_controlnet = False
    script = ControlNet(Unit(), Unit())
    text = run({"left": 16}, scripts=[script], override_settings=overrides).infotexts[0]
    assert any(unit["enabled"] for units in script.seen for unit in units) == (not kept)
    assert ("Outpaint controlnet: off" in text) == kept
    script.seen.clear()
    run({"left": 16, "controlnet": "on"}, scripts=[script])
    assert script.seen[0][-1]["enabled"]


def test_a_comparison_of_auto_obeys_too(installed, host, run):  # noqa: F811
    host.shared.opts.outpaint_auto_controlnet = False
    script = ControlNet(Unit(), Unit())
    run({"left": 16, "compare": "controlnet=auto,on"}, scripts=[script])
    assert [units[-1]["enabled"] for units in script.seen] == [False, True]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outpaint_largest_window", 0),
        ("outpaint_largest_window", "many"),
        ("outpaint_largest_window", True),
        ("outpaint_largest_canvas", float("nan")),
        ("outpaint_most_pictures", 0),
        ("outpaint_most_combinations", None),
        ("outpaint_auto_controlnet", "no"),
    ],
)
def test_a_setting_that_is_none_is_refused_before_sampling(host, run, name, value):
    host.shared.opts.data[name] = value
    with pytest.raises(ParamError, match=f"^{name}: .*see Settings, Directional outpaint"):
        run({"left": 16})
    assert host.processing.calls == []


def test_plan_and_preview_obey(client, host, section):  # noqa: F811
    def planned(**body):
        return client().post("/outpaint/v1/plan", json={"width": 1536, "height": 64, "params": WIDE, **body})

    assert len(planned().json()["passes"]) == 1
    assert len(planned(override_settings={"outpaint_largest_window": 0.25}).json()["passes"]) > 1
    host.shared.opts.outpaint_largest_window = 0.25
    assert len(planned().json()["passes"]) > 1
    host.shared.opts.outpaint_largest_canvas = 1
    refused = planned(width=4000, height=300, override_settings={"outpaint_largest_canvas": 64})
    assert (refused.status_code, "over the limit of 1 MP" in refused.json()["detail"]) == (422, True)
    host.shared.opts.outpaint_most_combinations = 2
    refused = planned(params={**WIDE, "compare": "fill=edge,noise,mirror"})
    assert (refused.status_code, "over the limit of 2" in refused.json()["detail"]) == (422, True)
