"""The script on the WebUI's own page, in a real browser: chosen in the dropdown, set, generated.

    pytest tests/webui/test_page.py --webui-url URL

With `--screenshots docs/images` it also takes webui-result.png; docs/images/panel.py takes the panel's.

Needs the package playwright and a Chromium of the system.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = "Directional outpaint"


@pytest.fixture
def page(webui, browser):
    # The checkpoint that is selected need not be one that the tests are for.
    if str(webui.state()["sd_model_checkpoint"]).split(" [")[0] not in (webui.plain, webui.inpainting):
        webui.post("/sdapi/v1/options", {"sd_model_checkpoint": webui.plain})
    page = browser.new_page(viewport={"width": 1400, "height": 1300})
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
    page.route(lambda url: not url.startswith((webui.url, "data:", "blob:")), lambda route: route.fulfill(body=""))
    page.goto(webui.url, wait_until="domcontentloaded")
    page.wait_for_selector("#tab_img2img", state="attached", timeout=60000)
    page.locator("#tabs > .tab-nav > button", has_text="img2img").first.click()
    yield page
    page.close()


def choose_script(page, title=SCRIPT):
    dropdown = page.locator("#tab_img2img #script_list input").first
    dropdown.wait_for(state="visible", timeout=60000)
    dropdown.scroll_into_view_if_needed()
    dropdown.click()
    page.locator("#tab_img2img ul.options li", has_text=title).first.click()
    page.locator("[id$=directional_outpaint_left] input[type=number]").wait_for(state="visible", timeout=20000)


def set_number(page, control, value):
    """`control` is the end of the element's id."""
    box = page.locator(f"#tab_img2img [id$='{control}'] input[type=number]").first
    box.fill(str(value))
    box.press("Tab")


def put_picture(page, picture, tmp_path, place="#img2img_image"):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(picture)).save(photo)
    page.locator(f"{place} input[type=file]").first.set_input_files(str(photo))
    page.locator(f"{place} img").first.wait_for(state="attached", timeout=30000)


def refusal(page, webui, text):
    """The message of a job that cannot be done; where the page loses errors of scripts it is above the gallery."""
    place = ".outpaint-alert" if webui.differs("errors are notes on the page") else ".error"
    found = page.locator(f"#tab_img2img {place}", has_text=text).first
    found.wait_for(timeout=60000)
    return found


def open_batch_tab(page, webui):
    page.locator("#mode_img2img button", has_text="Batch").first.click()
    if not webui.differs("the Batch tab has folders alone"):
        page.get_by_text("From directory").first.click()


def handle(page, side):
    return page.locator(f".outpaint-edge.outpaint-{side}")


def line(page, start):
    """The plan line, once it begins like this and is up to date."""
    page.wait_for_function(
        """start => {
            const line = document.querySelector(".outpaint-line");
            return line && line.textContent.startsWith(start) && !line.classList.contains("outpaint-old");
        }""",
        arg=start,
        timeout=30000,
    )
    return page.locator(".outpaint-line").inner_text()


def drag(page, part, dx, dy):
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for share in (0.3, 0.7, 1):
        page.mouse.move(x + dx * share, y + dy * share)
    page.mouse.up()


def grown(page, side):
    return int(handle(page, side).get_attribute("aria-valuenow"))


def result_of(page, width, height):
    page.wait_for_function(
        """size => [...document.querySelectorAll('#img2img_gallery img')].some(
            (image) => image.naturalWidth === size[0] && image.naturalHeight === size[1])""",
        arg=[width, height],
        timeout=180000,
    )


def test_two_gestures_drag_and_press(page, webui, picture, tmp_path):
    """The picture that comes has exactly the size that the stage shows."""
    put_picture(page, picture, tmp_path)
    choose_script(page)
    set_number(page, "img2img_steps", 1)
    handle(page, "left").wait_for(timeout=20000)
    drag(page, handle(page, "left"), -50, 0)
    left = grown(page, "left")
    assert left > 0
    assert left % 8 == 0
    assert ", 1 pass, " in line(page, f"{96 + left}x80")
    page.locator("#img2img_generate").click()
    result_of(page, 96 + left, 80)
    assert page.problems == []


def test_presets_and_preview(page, webui, picture, tmp_path):
    put_picture(page, picture, tmp_path)
    choose_script(page)
    page.locator("[id$=directional_outpaint_preset_square]").click()
    line(page, "96x96")
    page.locator("[id$=directional_outpaint_preset_zoom_1_5]").click()
    line(page, "144x128")  # 24 and 20 px, on the grid of 8
    page.locator("[id$=directional_outpaint_preview]").click()
    for name in ("canvas", "mask"):
        image = page.locator(f".outpaint-preview-{name} img")
        image.wait_for(timeout=30000)
        size = image.evaluate("async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }")
        assert size == [144, 128]
    assert page.problems == []


@pytest.mark.parametrize(
    ("tab", "place"),
    [
        ("Sketch", "#img2img_sketch"),
        ("Inpaint", "#img2maskimg"),
        ("Inpaint sketch", "#inpaint_sketch"),
        ("Inpaint upload", "#img_inpaint_base"),
    ],
)
def test_the_stage_follows_the_open_tab(page, webui, picture, tmp_path, tab, place):
    put_picture(page, picture, tmp_path)
    choose_script(page)
    set_number(page, "directional_outpaint_left", 40)
    line(page, "136x80")
    page.locator("#mode_img2img > .tab-nav button", has_text=tab).first.click()
    if tab == "Inpaint":
        page.locator("#mode_img2img > .tab-nav button").nth(2).click()  # "Inpaint sketch" has the word too
    page.locator(".outpaint-empty").wait_for(timeout=20000)
    put_picture(page, picture[:64, :72], tmp_path, place)
    assert ("A painted mask" in line(page, "112x64")) == (tab != "Sketch")
    page.locator("#mode_img2img > .tab-nav button").first.click()
    line(page, "136x80")
    assert page.problems == []


def test_pasted_amounts_are_on_the_stage(page, webui, picture, tmp_path):
    put_picture(page, picture, tmp_path)
    page.locator("#img2img_prompt textarea").fill(
        "a cup\nSteps: 1, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, Script: Directional outpaint, "
        "Outpaint version: 2.0.0, Outpaint left: 24, Outpaint up: 16"
    )
    page.locator("#img2img_tools #paste").click()
    handle(page, "left").wait_for(timeout=20000)
    line(page, "120x96")
    assert [grown(page, side) for side in ("left", "right", "up", "down")] == [24, 0, 16, 0]
    assert page.problems == []


def test_never_opened_it_asks_for_nothing(page, webui, picture, tmp_path):
    asked = []
    put_picture(page, picture, tmp_path)
    page.wait_for_timeout(2000)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3000)
    assert asked == []
    assert page.evaluate("document.querySelector('.outpaint-view')") is None  # the stage is not even built
    choose_script(page)
    handle(page, "left").wait_for(state="attached", timeout=20000)
    choose_other(page, "None")
    page.wait_for_timeout(1500)
    asked.clear()
    page.wait_for_timeout(3000)
    assert asked == []
    assert page.problems == []


def choose_other(page, title):
    page.locator("#tab_img2img #script_list input").first.click()
    page.locator("#tab_img2img ul.options li", has_text=title).first.click()


def test_the_dropdown_the_panel_and_generate(page, webui, picture, tmp_path, request):
    photo = tmp_path / "photo.png"
    Image.fromarray(picture).save(photo)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.locator("#img2img_image img").first.wait_for(state="visible", timeout=30000)
    choose_script(page)
    set_number(page, "img2img_steps", 2)
    set_number(page, "directional_outpaint_left", 40)
    set_number(page, "directional_outpaint_up", 24)
    screenshots = request.config.getoption("--screenshots")
    page.locator("#img2img_generate").click()
    result = page.locator("#img2img_gallery img").first
    result.wait_for(state="visible", timeout=120000)
    page.wait_for_function(
        "() => { const i = document.querySelector('#img2img_gallery img'); return i && i.naturalWidth === 136; }",
        timeout=120000,
    )
    size = result.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert size == [96 + 40, 80 + 24]
    page.locator("#html_info_img2img, #html_info_x").first.wait_for(timeout=10000)
    assert "Outpaint left: 40" in page.locator("#tab_img2img").inner_text()
    if screenshots:
        result.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(screenshots) / "webui-result.png"))
    assert page.problems == []


def test_a_bad_value_shows_its_message(page, webui, picture, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(picture).save(photo)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.locator("#img2img_image img").first.wait_for(state="visible", timeout=30000)
    choose_script(page)
    page.locator("#img2img_generate").click()
    refusal(page, webui, "nothing grows")


def test_plain_img2img_works_with_every_field_of_ours_at_its_end(page, webui, picture, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(picture[:64, :64])).save(photo)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.locator("#img2img_image img").first.wait_for(state="visible", timeout=30000)
    choose_script(page)
    for group in ("shape", "passes", "prefill", "mask", "model_help", "prompts", "output"):
        page.locator(f"[id$=directional_outpaint_group_{group}] .label-wrap").first.click()
    ends = page.evaluate("""() => Array.from(
        document.querySelectorAll("[id*=directional_outpaint_] input[type=number]"),
        (box) => [box.closest("[id*=directional_outpaint_]").id, Number(box.max)])""")
    assert len(ends) > 10
    for control, high in ends:
        set_number(page, control, high)
    for name in ("aspect", "size", "mask_weight", "side_prompts", "loras", "compare", "source_size"):
        page.locator(f"[id$=directional_outpaint_{name}] textarea").first.fill("!! nothing that could be read: \u221e")
    for name in ("controlnet_module", "controlnet_model"):
        box = page.locator(f"[id$=directional_outpaint_{name}] input").first
        box.fill("no such thing")
        box.press("Enter")
    choose_other(page, "None")
    for control, value in (("img2img_steps", 1), ("img2img_width", 64), ("img2img_height", 64)):
        set_number(page, control, value)
    page.locator("#img2img_generate").click()
    page.wait_for_function(
        "() => { const i = document.querySelector('#img2img_gallery img'); return i && i.naturalWidth === 64; }",
        timeout=120000,
    )
    assert page.problems == []


def test_the_batch_tab_works_on_a_folder_with_its_own_names_and_output_folder(page, webui, picture, tmp_path):
    """The names are those that the host gives to plain img2img of the same folder."""
    if webui.folder is None:
        pytest.skip("no --webui-dir: the folder must be on the WebUI's machine")
    source = tmp_path / "in"
    source.mkdir()
    for name, side in (("first", 64), ("second", 80)):
        Image.fromarray(np.ascontiguousarray(picture[:side, :side])).save(source / f"{name}.png")
    open_batch_tab(page, webui)
    page.locator("#img2img_batch_input_dir textarea").fill(str(source))
    for control, value in (("img2img_steps", 1), ("img2img_width", 64), ("img2img_height", 64), ("img2img_seed", 5)):
        set_number(page, control, value)  # the seed too: Forge names files by it

    def generated(output):
        page.locator("#img2img_batch_output_dir textarea").fill(str(output))
        page.locator("#img2img_generate").click()
        for _ in range(240):
            page.wait_for_timeout(500)
            if output.exists() and len(list(output.iterdir())) == 2:
                break
        page.wait_for_timeout(1500)
        return {path.name: Image.open(path).size for path in output.iterdir()}

    plain = generated(tmp_path / "plain")
    choose_script(page)
    set_number(page, "directional_outpaint_left", 24)
    grown = generated(tmp_path / "grown")
    assert list(plain.values()) == [(64, 64)] * 2
    assert grown.keys() == plain.keys()
    assert sorted(grown.values()) == [(88, 64), (104, 80)]
    assert page.problems == []
