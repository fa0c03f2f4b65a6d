"""The stage and the panel's fields in a real browser: numbers, unit, bad values, pasted parameters, lists."""

from __future__ import annotations

import pytest
from plan_line import NONE, summary


def test_parameters_of_another_picture_are_let_go_with_a_button(tab):
    """Pasted ones name the picture they are for, in a group that is closed."""
    tab.fill("left", 72)
    tab.open_group("output")
    tab.text("source_size").fill("96x80")
    tab.text("source_size").press("Tab")
    tab.wait_for_line("source_size: these parameters are for an image of 96x80")
    tab.page.get_by_role("button", name="Grow this picture too").click()
    assert tab.wait_for_line("672x400") == summary(left=72)
    assert not tab.page.locator(".outpaint-clear").is_visible()
    assert tab.generated() == {"left": 72}


def test_numbers_move_the_stage(tab):
    tab.fill("left", 41)
    assert tab.wait_for_line("641x400") == summary(left=41)
    assert tab.growth() == {**NONE, "left": 41}
    tab.fill("down", 24)
    assert tab.wait_for_line("641x424") == summary(left=41, down=24)
    tab.drag(tab.handle("up"), 0, -20)
    assert tab.growth()["left"] == 41


def test_the_unit_changes_and_the_canvas_stays(tab):
    tab.fill("left", 150)
    tab.wait_for_line("750x400")
    tab.choose("#script_unit", "%")
    tab.page.wait_for_function("() => document.querySelector('#script_left input[type=number]').value === '25'")
    assert tab.wait_for_line("750x400") == summary(left=25, unit="%")
    tab.handle("left").focus()
    tab.page.keyboard.press("ArrowLeft")
    tab.wait_for_line("752x400")
    percent = float(tab.number("left").input_value())
    assert percent == pytest.approx(152 / 6, abs=0.1)
    assert tab.generated() == {"left": percent, "unit": "%"}
    tab.choose("#script_unit", "px")
    tab.page.wait_for_function("() => document.querySelector('#script_left input[type=number]').value === '152'")
    tab.wait_for_line("752x400")


def test_every_pass_has_its_window_and_every_growing_side_its_band(tab):
    tab.fill("left", 400)
    line = tab.wait_for_line("1000x400")
    assert "2 passes" in line
    assert line == summary(left=400)
    assert tab.page.locator(".outpaint-window").count() == 2
    assert tab.page.locator(".outpaint-band").count() == 1


@pytest.mark.parametrize(
    ("group", "name", "value", "message"),
    [
        ("shape", "aspect", "wide", "aspect: 'wide' is not a ratio such as 16:9"),
        ("mask", "mask_weight", "2", "mask_weight: 2 is outside 0..1"),
        ("prompts", "side_prompts", "nowhere: text", "side_prompts:"),
    ],
)
def test_a_bad_value_shows_its_message(tab, group, name, value, message):
    tab.open_group(group)
    if name != "aspect":
        tab.fill("left", 64)
        tab.wait_for_line("664x400")
    tab.text(name).fill(value)
    tab.wait_for_line(message)
    assert "outpaint-error" in tab.line.get_attribute("class")
    tab.text(name).fill("")
    tab.wait_for_line("664x400" if name != "aspect" else "Drag")
    assert "outpaint-error" not in tab.line.get_attribute("class")


def test_pasted_parameters_are_shown(tab):
    tab.page.locator("#paste").click()
    assert tab.wait_for_line("672x440") == summary(left=72, down=40, overlap=16)
    assert tab.growth() == {**NONE, "left": 72, "down": 40}


def test_lists_are_refreshed_and_a_lora_is_added_to_the_text(tab):
    tab.open_group("prompts")
    for _ in range(2):
        tab.choose("#script_add_lora", "film")
        tab.page.wait_for_timeout(600)
    assert tab.text("loras").input_value() == "film:1, film:1"
    tab.press("refresh_loras")
    tab.page.wait_for_timeout(800)
    tab.choose("#script_add_lora", "found")
    tab.page.wait_for_timeout(600)
    assert "found" in tab.generated()["loras"]
    tab.open_group("model_help")
    tab.choose("#script_controlnet_model", "inpaint [12345678]")
    tab.page.wait_for_timeout(600)
    assert tab.generated()["controlnet_model"] == "inpaint [12345678]"
