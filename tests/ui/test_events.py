"""The options of an event, for every Gradio that hosts bring: its signature says what it knows."""

import pytest

events = pytest.importorskip("lib_outpaint.apps.panel.events", reason="gradio is not installed", exc_type=ImportError)


def gradio_3(fn, inputs=None, outputs=None, api_name=None, queue=None, show_progress="full", _js=None):
    return {name: value for name, value in locals().items() if value is not None}


def gradio_4(
    fn, inputs=None, outputs=None, api_name=None, queue=True, show_progress="full", js=None, show_api=True, trigger_mode=None
):
    return {name: value for name, value in locals().items() if value is not None}


def gradio_6(
    fn, inputs=None, outputs=None, queue=True, show_progress="full", js=None, api_visibility="public", trigger_mode=None
):
    return {name: value for name, value in locals().items() if value is not None}


QUIET = {"queue": False, "show_progress": "hidden"}


@pytest.mark.parametrize(
    ("event", "js", "expected"),
    [
        (gradio_3, "_js", {"api_name": False}),
        (gradio_4, "js", {"show_api": False, "trigger_mode": "multiple"}),
        (gradio_6, "js", {"api_visibility": "private", "trigger_mode": "multiple"}),
    ],
)
def test_an_event_is_hidden_and_out_of_the_queue_in_every_gradio(event, js, expected, monkeypatch):
    monkeypatch.setattr(events.gr, "__version__", "4.40.0")  # the signature alone decides
    assert events.on(event, len, ("a",), ("b",)) == {"fn": len, "inputs": ["a"], "outputs": ["b"], **QUIET, **expected}
    assert events.on(event, None, js="() => 1") == {js: "() => 1", **QUIET, **expected}


def test_a_call_hands_over_its_arguments_as_json():
    made = events.call("draw", 'a"b', "plan", result="[found]")
    called = 'window.DirectionalOutpaint.draw("a\\"b", "plan", values)'
    assert made == f"(...values) => {{ const found = {called}; return [found]; }}"


def test_a_component_that_is_not_saved_is_marked():
    class Component:
        pass

    component = Component()
    assert events.unsaved(component) is component
    assert component.do_not_save_to_config is True
