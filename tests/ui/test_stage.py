"""The stage in a real browser: mouse, touch, keys, numbers, presets, preview. Under whatever Gradio is installed.

The picture is 600x400 px; the test host has the plan of SD 1.
"""

from __future__ import annotations

import json

import pytest
from PIL import Image

from lib_outpaint.geometry import Extent
from lib_outpaint.hosts.protocol import Capabilities
from lib_outpaint.params import Params
from lib_outpaint.plan import make_plan
from lib_outpaint.ui import texts

SOURCE = Extent(600, 400)
NONE = {"left": 0, "right": 0, "up": 0, "down": 0}


def summary(**values):
    params = Params(**values)
    return make_plan(SOURCE, params, Capabilities("test")).summary(params.overlap)


def test_dragging_an_edge_sets_the_number_the_plan_line_and_what_is_generated(tab):
    tab.drag(tab.handle("left"), -60, 0)
    left = tab.now(tab.handle("left"))
    assert left > 40
    assert left % 8 == 0
    assert tab.wait_for_line(f"{600 + left}x400") == summary(left=left)
    assert tab.number("left").input_value() == str(left)
    assert tab.generated() == {"left": left}


def test_a_corner_moves_two_sides(tab):
    for corner, dx, dy, sides in (("left_up", -30, -20, {"left", "up"}), ("right_down", 30, 20, {"right", "down"}),
                                  ("right_up", 30, -20, {"right", "up"}), ("left_down", -30, 20, {"left", "down"})):
        tab.drag(tab.handle(corner), dx, dy)
        assert {side for side, amount in tab.growth().items() if amount > 0} == sides
        tab.press("preset_reset")
        tab.wait_for_line("Drag an edge")


def test_touch(new_tab, photo):
    tab = new_tab(has_touch=True, viewport={"width": 390, "height": 844})
    tab.upload(photo)
    tab.choose_script()
    tab.handle("right").wait_for()
    x, y = tab.centre(tab.handle("right"))
    touch = tab.page.context.new_cdp_session(tab.page)
    for kind, moved in (("touchStart", 0), ("touchMove", 12), ("touchMove", 30), ("touchEnd", None)):
        points = [] if moved is None else [{"x": x + moved, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    right = tab.now(tab.handle("right"))
    assert right > 30
    tab.wait_for_line(f"{600 + right}x400")


def test_a_second_finger_moves_nothing(new_tab, photo):
    tab = new_tab(has_touch=True, viewport={"width": 390, "height": 844})
    tab.upload(photo)
    tab.choose_script()
    tab.handle("right").wait_for()
    tab.centre(tab.handle("right"))
    (x, y), (u, v) = tab.centre(tab.handle("right")), tab.centre(tab.handle("left"))
    touch = tab.page.context.new_cdp_session(tab.page)
    for kind, first, second in (("touchStart", 0, None), ("touchMove", 10, None), ("touchStart", 10, 0),
                                ("touchMove", 30, -40), ("touchEnd", None, None)):
        points = [] if first is None else [{"x": x + first, "y": y, "id": 0}]
        points += [] if second is None else [{"x": u + second, "y": v, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    growth = tab.growth()
    assert growth["right"] > 30
    assert growth == {**NONE, "right": growth["right"]}


def test_an_edge_can_be_dragged_where_a_context_reaches_it(new_tab, tmp_path):
    """All of a small picture is context: the handles of both lie on its other edge."""
    Image.new("RGB", (240, 160), (90, 120, 40)).save(tmp_path / "small.png")
    tab = new_tab()
    tab.upload(tmp_path / "small.png")
    tab.choose_script()
    tab.fill("left", 48)
    tab.wait_for_line("288x160")
    assert tab.now(tab.context("left")) == 240
    tab.drag(tab.handle("right"), 40, 0)
    assert tab.growth()["right"] > 0


def test_a_picture_that_goes_during_a_drag(tab):
    tab.choose("#script_unit", "%")
    x, y = tab.centre(tab.handle("left"))
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x - 20, y)
    tab.page.evaluate("document.querySelectorAll('#img2img_image img').forEach(image => image.remove())")
    tab.page.locator(".outpaint-stage:not(.outpaint-has-picture)").wait_for()
    tab.page.mouse.move(x - 40, y)
    tab.page.mouse.up()
    assert tab.problems == []


def test_parameters_of_another_picture_are_let_go_with_a_button(tab):
    """Pasted ones name the picture they are for, in a group that is closed."""
    tab.fill("left", 72)
    tab.open_group("output")
    tab.text("source_size").fill("96x80")
    tab.text("source_size").press("Tab")
    tab.wait_for_line("source_size: '96x80' is the size these parameters are for")
    tab.page.get_by_role("button", name="Grow this picture too").click()
    assert tab.wait_for_line("672x400") == summary(left=72)
    assert not tab.page.locator(".outpaint-clear").is_visible()
    assert tab.generated() == {"left": 72}


def test_arrow_keys_move_8_px_and_64_with_shift(tab):
    tab.handle("up").focus()
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowUp", "ArrowDown"):
        tab.page.keyboard.press(key)
    assert tab.growth() == {**NONE, "up": 72}
    assert tab.wait_for_line("600x472") == summary(up=72)
    assert tab.number("up").input_value() == "72"
    tab.page.keyboard.press("Home")
    assert tab.growth() == NONE
    tab.handle("right_down").focus()
    for key in ("Shift+ArrowRight", "ArrowDown"):
        tab.page.keyboard.press(key)
    tab.wait_for_line("664x408")
    assert tab.generated() == {"right": 64, "down": 8}


def test_quick_keys_lose_no_step(tab):
    """Numbers that come back from the page are older than what the stage has set meanwhile."""
    tab.handle("left").focus()
    for _ in range(20):
        tab.page.keyboard.press("ArrowLeft")
    tab.wait_for_line("760x400")
    tab.page.wait_for_timeout(1500)  # past every echo
    assert tab.growth() == {**NONE, "left": 160}
    assert tab.generated() == {"left": 160}


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


def test_presets(tab):
    """Per cent of 600x400, in px on the grid of 8."""
    for preset, size, params in (
            ("left", "752x400", {"left": 152}), ("right", "752x400", {"right": 152}),
            ("wider", "904x400", {"left": 152, "right": 152}), ("taller", "600x608", {"up": 104, "down": 104}),
            ("all_round", "904x608", {"left": 152, "right": 152, "up": 104, "down": 104}),
            ("square", "600x600", {"aspect": "1:1"}), ("16_9", "711x400", {"aspect": "16:9"}),
            ("4_3", "600x450", {"aspect": "4:3"}), ("9_16", "600x1067", {"aspect": "9:16"}),
            ("zoom_1_25", "744x496", {"left": 72, "right": 72, "up": 48, "down": 48}),
            ("zoom_1_5", "904x608", {"left": 152, "right": 152, "up": 104, "down": 104}),
            ("zoom_2", "1208x800", {"left": 304, "right": 304, "up": 200, "down": 200})):
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


def test_the_context_is_drawn_and_dragged(tab):
    tab.fill("left", 128)
    tab.wait_for_line("728x400")
    automatic = tab.now(tab.context("left"))
    assert tab.context("left").get_attribute("aria-valuetext") == f"chosen automatically, {automatic} px"
    tab.drag(tab.context("left"), -60, 0)
    context = tab.now(tab.context("left"))
    assert context < automatic
    assert context % 8 == 0
    assert tab.generated() == {"left": 128, "context": context}
    tab.page.wait_for_timeout(500)
    assert tab.line.inner_text() == summary(left=128, context=context)
    tab.context("left").focus()
    tab.page.keyboard.press("ArrowRight")
    assert tab.now(tab.context("left")) == context + 8
    tab.context("left").dblclick()
    tab.page.wait_for_timeout(500)
    assert tab.now(tab.context("left")) == automatic


def test_every_pass_has_its_window_and_every_growing_side_its_band(tab):
    tab.fill("left", 400)
    line = tab.wait_for_line("1000x400")
    assert "2 passes" in line
    assert line == summary(left=400)
    assert tab.page.locator(".outpaint-window").count() == 2
    assert tab.page.locator(".outpaint-band").count() == 1


def test_double_click_resets_a_side_or_all(tab):
    tab.press("preset_all_round")
    tab.wait_for_line("904x608")
    tab.handle("left").dblclick()
    tab.wait_for_line("752x608")
    box = tab.page.locator(".outpaint-view").bounding_box()
    tab.page.mouse.dblclick(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2 + 20)
    tab.wait_for_line("Drag an edge")
    assert tab.generated() == {}


@pytest.mark.parametrize(("group", "name", "value", "message"), [
    ("shape", "aspect", "wide", "aspect: 'wide' is not a ratio such as 16:9"),
    ("mask", "mask_weight", "2", "mask_weight: 2 is outside 0..1"),
    ("prompts", "side_prompts", "nowhere: text", "side_prompts:")])
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


def test_the_preview_is_the_prefilled_canvas_and_the_mask_in_the_size_to_come(tab):
    tab.fill("left", 64)
    tab.wait_for_line("664x400")
    stage = tab.page.locator(".outpaint-stage")
    stage.evaluate("element => { window.busy = []; new MutationObserver(() => window.busy.push(element.ariaBusy))"
                   ".observe(element, {attributeFilter: ['aria-busy']}); }")
    tab.press("preview")
    for name in ("canvas", "mask"):
        image = tab.page.locator(f".outpaint-preview-{name} img")
        image.wait_for()
        assert image.evaluate("async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }"
                              ) == [664, 400]
    reds = tab.page.locator(".outpaint-preview-mask img").evaluate("""image => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [664, 400];
        const context = canvas.getContext("2d", {willReadFrequently: true});
        context.drawImage(image, 0, 0);
        return [10, 400].map((x) => context.getImageData(x, 200, 1, 1).data[0]); }""")
    assert reds == [255, 0]
    assert tab.page.evaluate("window.busy") == ["true", "false"]  # that it is being made is seen
    tab.fill("left", 72)  # the preview was of the settings before
    tab.page.locator(".outpaint-previews img").first.wait_for(state="detached")


def test_the_stage_follows_the_picture_of_the_open_tab(tab, tall_photo):
    tab.fill("left", 40)
    tab.wait_for_line("640x400")
    tab.open_tab("Inpaint")
    tab.page.locator(".outpaint-empty").wait_for()
    tab.upload(tall_photo, "#img2maskimg")
    assert "A painted mask adds a pass of its own." in tab.wait_for_line("160x200")
    tab.open_tab("img2img")
    assert tab.wait_for_line("640x400") == summary(left=40)


def test_two_tabs_do_not_disturb_each_other(new_tab, photo, tall_photo):
    first, second = new_tab(), new_tab()
    for tab, picture in ((first, photo), (second, tall_photo)):
        tab.upload(picture)
        tab.choose_script()
        tab.handle("left").wait_for()
    first.fill("left", 16)
    second.fill("up", 24)
    first.wait_for_line("616x400")
    second.wait_for_line("120x224")
    assert first.growth() == {**NONE, "left": 16}
    assert second.generated() == {"up": 24}


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


COUNTED = """
window.counted = {timers: new Set(), observers: new Set(), asked: 0};
const [begin, end] = [window.setInterval, window.clearInterval];
const ours = () => new Error().stack.includes("Stage");
window.setInterval = (...rest) => { const id = begin(...rest); if (ours()) counted.timers.add(id); return id; };
window.clearInterval = (id) => { counted.timers.delete(id); end(id); };
for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"]) {
    const {observe, disconnect} = window[name].prototype;
    window[name].prototype.observe = function(...rest) {
        if (ours()) { counted.observers.add(this); }
        observe.apply(this, rest);
    };
    window[name].prototype.disconnect = function() { counted.observers.delete(this); disconnect.apply(this); };
}
window.running = () => [counted.timers.size, counted.observers.size];
"""


def test_what_is_not_on_show_costs_nothing(new_tab, photo):
    tab = new_tab(before=COUNTED)
    tab.upload(photo)
    tab.page.wait_for_timeout(1000)
    before = len(tab.requests)
    tab.page.wait_for_timeout(1500)
    assert tab.page.evaluate("running()") == [0, 0]
    assert [url for url in tab.requests[before:] if "heartbeat" not in url] == []
    tab.choose_script()
    tab.handle("left").wait_for()
    assert tab.page.evaluate("running()") == [1, 1]
    tab.choose_script("None")
    tab.page.wait_for_function("() => running().join() === '0,0'")
    tab.choose_script()
    tab.handle("left").wait_for()
    tab.drag(tab.handle("left"), -40, 0)
    tab.wait_for_line(f"{600 + tab.now(tab.handle('left'))}x400")
    assert tab.page.evaluate("running()") == [1, 1]


def test_every_handle_can_be_reached_and_says_what_it_is(tab):
    tab.press("preset_left")
    tab.wait_for_line("752x400")
    seen = []
    tab.handle("left").focus()
    for _ in range(9):
        seen.append(tab.page.evaluate("[document.activeElement.getAttribute('role'), "
                                      "document.activeElement.getAttribute('aria-label')]"))
        ring = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        tab.page.keyboard.press("Tab")
        assert ring == "solid" or len(seen) == 1  # the first was focused by a script
    assert seen == [["slider", label] for label in (
        "Grow left", "Grow right", "Grow up", "Grow down", "Grow left and up", "Grow right and up", "Grow left and down",
        "Grow right and down", "Context from the left")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(new_tab, photo, theme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab = new_tab(f"?__theme={theme}", viewport={"width": width, "height": 1000})
    tab.upload(photo)
    tab.choose_script()
    tab.handle("left").wait_for()
    tab.press("preset_left")
    tab.wait_for_line("752x400")
    tab.press("preview")
    tab.page.locator(".outpaint-preview-mask img").wait_for()
    ours = [".outpaint-amounts", ".outpaint-stage", ".outpaint-previews", ".outpaint-presets", ".outpaint-preview"]
    found = axe.run(tab.page, context=ours, options={"preload": False})
    serious = [(v["id"], v["impact"], [n["html"][:200] for n in v["nodes"]]) for v in found.response["violations"]
               if v["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious, indent=1)
    assert len(found.response["passes"]) > 5
    wide = tab.page.evaluate("[document.querySelector('.outpaint-stage').getBoundingClientRect().right, innerWidth]")
    assert wide[0] <= wide[1]
