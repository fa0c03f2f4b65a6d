"""The panel under whatever Gradio is installed (.ci runs it under the hosts' 3.41.2 and 4.40.0)."""

import pytest

from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Params

gr = pytest.importorskip("gradio", reason="gradio is not installed; .ci runs this in the hosts' environments")


@pytest.fixture(scope="module")
def controls():
    from lib_outpaint.apps.panel import controls as panel

    with gr.Blocks():
        return panel.controls(lambda name: f"outpaint_{name}")


def test_one_control_a_parameter_in_positional_order(controls):
    assert [c.label for c in controls] == [p.label for p in DECLARED]
    assert [c.elem_id for c in controls] == [f"outpaint_{p.name}" for p in DECLARED]


def test_labels_are_unique_because_the_host_keys_its_settings_by_them(controls):
    assert len({c.label for c in controls}) == len(controls)


def test_values_and_ranges_are_the_declarations(controls):
    for control, param in zip(controls, DECLARED, strict=True):
        assert control.value == ("" if param.default is None else param.default), param.name
        if isinstance(control, gr.Slider):
            assert (control.minimum, control.maximum) == (param.low, param.high)
        if param.choices:
            assert [c[1] if isinstance(c, tuple) else c for c in control.choices] == list(param.choices)


def test_no_control_can_break_the_calls_of_other_scripts(controls):
    """Number boxes check their bounds in every call of the page, also when the script is not selected."""
    assert not any(isinstance(c, gr.Number) for c in controls)
    for control in controls:
        assert control.preprocess(control.value) == control.value


def test_the_panels_own_values_are_the_default_parameters(controls):
    values = [None if c.value == "" and p.optional else c.value for c, p in zip(controls, DECLARED, strict=True)]
    assert codecs.from_positional(values) == Params()


@pytest.mark.parametrize("notice", ["", "This one is old."])
def test_a_notice_stands_above_the_panel_when_the_host_has_one(notice):
    from lib_outpaint.apps.panel import controls as panel
    from lib_outpaint.apps.panel.link import Link
    from lib_outpaint.planning.capabilities import Capabilities

    with gr.Blocks() as blocks:
        link = Link(lambda: Capabilities("test"), ("#picture img",), notice=notice)
        found = panel.build(lambda name: f"outpaint_{name}", link, str.upper)
    assert len(found.controls) == len(DECLARED)
    shown = [block.value for block in blocks.blocks.values() if getattr(block, "elem_id", "") == "outpaint_notice"]
    assert shown == ([notice.upper()] if notice else [])
