"""The stage's handles in a real browser: mouse, touch, keys. Under whatever Gradio is installed."""

from __future__ import annotations

from PIL import Image
from plan_line import NONE, summary


def test_dragging_an_edge_sets_the_number_the_plan_line_and_what_is_generated(tab):
    tab.drag(tab.handle("left"), -60, 0)
    left = tab.now(tab.handle("left"))
    assert left > 40
    assert left % 8 == 0
    assert tab.wait_for_line(f"{600 + left}x400") == summary(left=left)
    assert tab.number("left").input_value() == str(left)
    assert tab.generated() == {"left": left}


def test_a_corner_moves_two_sides(tab):
    for corner, dx, dy, sides in (
        ("left_up", -30, -20, {"left", "up"}),
        ("right_down", 30, 20, {"right", "down"}),
        ("right_up", 30, -20, {"right", "up"}),
        ("left_down", -30, 20, {"left", "down"}),
    ):
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
    for kind, first, second in (
        ("touchStart", 0, None),
        ("touchMove", 10, None),
        ("touchStart", 10, 0),
        ("touchMove", 30, -40),
        ("touchEnd", None, None),
    ):
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


def test_double_click_resets_a_side_or_all(tab):
    tab.press("preset_all_round")
    tab.wait_for_line("904x608")
    tab.handle("left").dblclick()
    tab.wait_for_line("752x608")
    box = tab.page.locator(".outpaint-view").bounding_box()
    tab.page.mouse.dblclick(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2 + 20)
    tab.wait_for_line("Drag an edge")
    assert tab.generated() == {}


def test_every_handle_can_be_reached_and_says_what_it_is(tab):
    tab.press("preset_left")
    tab.wait_for_line("752x400")
    seen = []
    tab.handle("left").focus()
    for _ in range(9):
        seen.append(
            tab.page.evaluate(
                "[document.activeElement.getAttribute('role'), document.activeElement.getAttribute('aria-label')]"
            )
        )
        ring = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        tab.page.keyboard.press("Tab")
        assert ring == "solid" or len(seen) == 1  # the first was focused by a script
    assert seen == [
        ["slider", label]
        for label in (
            "Grow left",
            "Grow right",
            "Grow up",
            "Grow down",
            "Grow left and up",
            "Grow right and up",
            "Grow left and down",
            "Grow right and down",
            "Context from the left",
        )
    ]
