"""The page in a real browser, from a loaded picture to the file on disk."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from .conftest import ROOT, amount, ended, generated, load, result_size, set_number


def handle(page, name):
    return page.locator(f"#outpaint_stage .outpaint-edge.outpaint-{name}")


def drag_left(page, pixels):
    """Drags the left edge outwards by some px of the screen."""
    edge = handle(page, "left")
    edge.scroll_into_view_if_needed()
    box = edge.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - pixels / 2, y, steps=4)
    page.mouse.move(x - pixels, y, steps=4)
    page.mouse.up()


def planned_size(page):
    """The size the stage's line shows, once it is the answer to what is set now."""
    page.wait_for_function("""() => {
        const line = document.querySelector('#outpaint_stage .outpaint-line');
        return line && /^[0-9]+x[0-9]+,/.test(line.textContent) && !line.classList.contains('outpaint-old');
    }""")
    text = page.locator("#outpaint_stage .outpaint-line").inner_text()
    return [int(n) for n in text.split(",")[0].split("x")]


def downloaded(page, tmp_path):
    with page.expect_download() as waiting:
        page.locator("#outpage_download a").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_two_gestures_from_a_loaded_picture_to_a_larger_one(open_page, photo, tmp_path):
    page = open_page()
    load(page, photo)
    page.locator("#outpage_seed input").fill("7")
    drag_left(page, 60)
    size = planned_size(page)
    left = int(amount(page, "left").input_value())
    assert size == [200 + left, 150]
    assert left >= 8
    assert "in" in generated(page)
    assert result_size(page) == size
    made = downloaded(page, tmp_path)
    assert made.name == "coffee cup-outpaint.png"
    with Image.open(made) as image:
        assert list(image.size) == size
        kept = np.asarray(image)[:, left + 32 :]
        infotext = image.info["parameters"]
    assert np.array_equal(kept, np.asarray(Image.open(photo))[:, 32:])
    # The command line makes the same file, metadata included.
    other = tmp_path / "cli.png"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "lib_outpaint",
            "-q",
            "image",
            str(photo),
            "-o",
            str(other),
            "--left",
            str(left),
            "--seed",
            "7",
        ],
        check=True,
        cwd=ROOT,
    )
    with Image.open(other) as image:
        assert image.info["parameters"] == infotext
        assert np.array_equal(np.asarray(image), np.asarray(Image.open(made)))
    assert "Seed: 7" in infotext
    assert f"Outpaint left: {left}" in infotext


def test_before_and_after_lie_on_each_other_and_the_slider_works_by_keyboard(open_page, photo):
    page = open_page()
    load(page, photo)
    set_number(page, "left", 64)
    set_number(page, "up", 32)
    generated(page)
    result_size(page)
    boxes = [page.locator(f"#outpage_result {part}").bounding_box() for part in (".outpage-after", ".outpage-before img")]
    scale = boxes[0]["width"] / 264
    left, top = boxes[0]["x"] + 64 * scale, boxes[0]["y"] + 32 * scale
    expected = {"x": left, "y": top, "width": 200 * scale, "height": 150 * scale}
    for name, value in expected.items():
        assert boxes[1][name] == pytest.approx(value, abs=0.6), name
    slider = page.get_by_role("slider", name="Before and after")
    slider.focus()
    slider.press("End")
    cut = page.locator("#outpage_result .outpage-pair").evaluate("pair => pair.style.getPropertyValue('--op-cut')")
    assert cut == "100%"
    slider.press("ArrowLeft")
    assert slider.input_value() == "99"


def test_presets(open_page, photo):
    page = open_page()
    load(page, photo)
    page.get_by_role("button", name="Square").click()
    assert planned_size(page) == [200, 200]
    generated(page)
    assert result_size(page) == [200, 200]
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Wider").click()
    width, height = planned_size(page)
    assert (width > 200, height) == (True, 150)


def test_by_keyboard_alone(open_page, photo):
    page = open_page()
    load(page, photo)
    handle(page, "right").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    size = planned_size(page)
    assert size[0] >= 200 + 64
    assert int(amount(page, "right").input_value()) == size[0] - 200
    page.locator("#outpage_generate").focus()
    page.keyboard.press("Enter")
    ended(page)
    assert result_size(page) == size
    for _ in range(12):  # behind the button come slider, download and the next step
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "outpage_again":
            break
    else:
        pytest.fail("the keyboard does not reach Grow again")


@pytest.mark.parametrize(
    ("aspect", "message"),
    [
        ("wide", "Aspect ratio: 'wide' is not a ratio such as 16:9"),
        ("", "nothing grows"),
    ],
    ids=["no ratio", "nothing grows"],
)
def test_a_bad_value_shows_its_message_and_nothing_is_made(open_page, photo, aspect, message):
    page = open_page()
    load(page, photo)
    page.get_by_role("button", name="Shape").click()
    page.get_by_label("Aspect ratio").fill(aspect)
    assert generated(page).startswith(message)
    assert page.locator("#outpage_status [role=alert]").count() == 1
    assert page.locator("#outpage_result img").count() == 0
    assert "Traceback" not in page.content()
    page.get_by_label("Aspect ratio").fill("2:1")
    generated(page)
    assert result_size(page) == [300, 150]


def test_without_a_picture_it_says_so(open_page):
    page = open_page()
    set_number(page, "left", 64)
    assert generated(page) == "no image yet: choose one first"


def says(page, text):
    """Waits until the status is just that."""
    page.wait_for_function("text => document.querySelector('#outpage_status').innerText.trim() === text", arg=text)


def test_a_file_that_is_no_picture_is_refused_in_a_line(open_page, photo, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture at all")
    page = open_page()
    page.locator("#outpage_source input[type=file]").set_input_files(str(bad))
    says(page, "bad.png: not an image, or not in a supported format")
    load(page, photo)
    says(page, "coffee cup: 200x150")  # the stage may show the picture before the status has changed


def test_pictures_are_turned_as_their_exif_says_and_formats_that_browsers_lack_are_shown(open_page, photo, tmp_path):
    with Image.open(photo) as image:
        exif = Image.Exif()
        exif[0x0112] = 6  # lies on its side
        image.save(tmp_path / "turned.jpg", exif=exif)
        image.save(tmp_path / "scan.tif")
    page = open_page()
    load(page, tmp_path / "turned.jpg")
    set_number(page, "up", 16)
    assert planned_size(page) == [150, 216]
    generated(page)
    assert result_size(page) == [150, 216]
    page.get_by_role("button", name="Clear").or_(page.get_by_label("Remove Image")).first.click()
    page.locator("#outpaint_stage:not(.outpaint-has-picture)").wait_for()
    load(page, tmp_path / "scan.tif")
    assert planned_size(page) == [200, 166]


def test_grow_again_goes_on_from_the_result(open_page, photo, tmp_path):
    page = open_page()
    load(page, photo)
    set_number(page, "left", 32)
    generated(page)
    assert result_size(page) == [232, 150]
    page.get_by_role("button", name="Grow again").click()
    page.locator("#outpage_status", has_text="232x150").wait_for()
    page.wait_for_function("document.querySelector('#outpage_source img').naturalWidth === 232")
    assert planned_size(page) == [264, 150]
    generated(page)
    assert result_size(page) == [264, 150]
    made = downloaded(page, tmp_path)
    with Image.open(made) as image:
        assert image.size == (264, 150)


def test_several_pictures_can_be_chosen_from(open_page, photo, tmp_path):
    page = open_page()
    load(page, photo)
    set_number(page, "left", 16)
    page.locator("#outpage_count input").fill("2")
    page.locator("#outpage_seed input").fill("40")
    generated(page)
    assert "seed 40" in page.locator("#outpage_result figcaption").inner_text()
    page.get_by_role("radio").nth(1).check()
    page.locator("#outpage_result figcaption", has_text="seed 41").wait_for()
    with Image.open(downloaded(page, tmp_path)) as image:
        assert "Seed: 41" in image.info["parameters"]


def test_two_tabs_do_not_disturb_each_other(open_page, photo):
    first, second = open_page(), open_page()
    load(first, photo)
    load(second, photo)
    set_number(first, "left", 1200)
    set_number(second, "right", 24)
    first.get_by_role("button", name="Passes").click()
    set_number(first, "step", 24)
    planned_size(first)
    first.locator("#outpage_generate").click()
    first.locator("#outpage_status", has_text="Pass 2 of").wait_for()
    second.locator("#outpage_generate").click()
    second.locator("#outpage_status", has_text="Waiting").wait_for()
    assert first.locator("#outpage_status", has_text="Pass").count() == 1
    first.locator("#outpage_interrupt").click()
    assert ended(first) == "Interrupted: what was finished is kept."
    assert "216" not in str(result_size(first))
    assert "224x150" in ended(second)
    assert result_size(second) == [224, 150]
    assert result_size(first)[0] < 1400
    assert amount(second, "left").input_value() == "0"


def test_the_language_is_the_browsers_and_can_be_changed(open_page, photo):
    page = open_page("", locale="zh-CN")
    assert page.url.endswith("/zh/")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator("#outpage_generate").inner_text() == "生成"
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/")
    assert page.locator("#outpage_generate").inner_text() == "Generate"
