"""The stage's preset buttons in a real browser."""

from __future__ import annotations

from plan_line import NONE, summary

from lib_outpaint.apps.panel import panel_texts as texts


def test_presets(tab):
    """Per cent of 600x400, in px on the grid of 8."""
    for preset, size, params in (
        ("left", "752x400", {"left": 152}),
        ("right", "752x400", {"right": 152}),
        ("wider", "904x400", {"left": 152, "right": 152}),
        ("taller", "600x608", {"up": 104, "down": 104}),
        ("all_round", "904x608", {"left": 152, "right": 152, "up": 104, "down": 104}),
        ("square", "600x600", {"aspect": "1:1"}),
        ("16_9", "711x400", {"aspect": "16:9"}),
        ("4_3", "600x450", {"aspect": "4:3"}),
        ("9_16", "600x1067", {"aspect": "9:16"}),
        ("zoom_1_25", "744x496", {"left": 72, "right": 72, "up": 48, "down": 48}),
        ("zoom_1_5", "904x608", {"left": 152, "right": 152, "up": 104, "down": 104}),
        ("zoom_2", "1208x800", {"left": 304, "right": 304, "up": 200, "down": 200}),
    ):
        tab.press(f"preset_{preset}")
        assert tab.wait_for_line(size) == summary(**params), preset
        assert tab.generated() == params, preset
    assert len(texts.PRESETS) == 13  # these and reset


def test_a_preset_takes_the_place_of_what_was_set_and_reset_of_everything(tab):
    tab.press("preset_square")
    tab.wait_for_line("600x600")
    assert tab.growth() == {**NONE, "up": 100, "down": 100}
    tab.press("preset_left")
    tab.wait_for_line("752x400")
    tab.context("left").focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.press("preset_reset")
    tab.wait_for_line("Drag an edge")
    assert tab.growth() == NONE
    assert tab.generated() == {}


def test_dragging_after_a_shape_starts_from_the_shape(tab):
    tab.press("preset_square")
    tab.wait_for_line("600x600")
    tab.handle("left").focus()
    tab.page.keyboard.press("Shift+ArrowLeft")
    tab.wait_for_line("664x600")
    assert tab.generated() == {"left": 64, "up": 100, "down": 100}
