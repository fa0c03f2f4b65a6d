"""The script on the WebUI's own page, in a real browser: chosen in the dropdown, set, generated.

    pytest tests/webui/test_page.py --webui-url URL --screenshots docs/images

Needs the package playwright and a Chromium of the system.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
SCRIPT = "Directional outpaint"


@pytest.fixture
def page(webui):
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 1300})
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(webui.url, wait_until="domcontentloaded")
        page.wait_for_selector("#tab_img2img", state="attached", timeout=60000)
        page.locator("#tabs > .tab-nav > button", has_text="img2img").first.click()
        yield page
        browser.close()


def choose_script(page, title=SCRIPT):
    dropdown = page.locator("#tab_img2img #script_list input").first
    dropdown.wait_for(state="visible", timeout=60000)
    dropdown.scroll_into_view_if_needed()
    dropdown.click()
    page.locator("#tab_img2img ul.options li", has_text=title).first.click()
    page.get_by_label("Grow left").first.wait_for(state="visible", timeout=20000)


def set_number(page, control, value):
    """`control` is the end of the element's id."""
    box = page.locator(f"#tab_img2img [id$='{control}'] input[type=number]").first
    box.fill(str(value))
    box.press("Tab")


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
    if screenshots:
        page.get_by_label("Grow left").first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(screenshots) / "webui-panel.png"))
    page.locator("#img2img_generate").click()
    result = page.locator("#img2img_gallery img").first
    result.wait_for(state="visible", timeout=120000)
    page.wait_for_function(
        "() => { const i = document.querySelector('#img2img_gallery img'); return i && i.naturalWidth === 136; }",
        timeout=120000)
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
    page.locator("#tab_img2img .error", has_text="no side grows").first.wait_for(timeout=60000)


def test_plain_img2img_works_with_every_field_of_ours_at_its_end(page, webui, picture, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.ascontiguousarray(picture[:64, :64])).save(photo)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.locator("#img2img_image img").first.wait_for(state="visible", timeout=30000)
    choose_script(page)
    for side in ("left", "right", "up", "down"):
        set_number(page, f"directional_outpaint_{side}", 4096)
    dropdown = page.locator("#tab_img2img #script_list input").first
    dropdown.click()
    page.locator("#tab_img2img ul.options li", has_text="None").first.click()
    for control, value in (("img2img_steps", 1), ("img2img_width", 64), ("img2img_height", 64)):
        set_number(page, control, value)
    page.locator("#img2img_generate").click()
    page.wait_for_function(
        "() => { const i = document.querySelector('#img2img_gallery img'); return i && i.naturalWidth === 64; }",
        timeout=120000)
    assert page.problems == []


def test_the_batch_tab_works_on_a_folder_with_its_own_names_and_output_folder(page, webui, picture, tmp_path):
    """The names are those that the host gives to plain img2img of the same folder."""
    if webui.folder is None:
        pytest.skip("no --webui-dir: the folder must be on the WebUI's machine")
    source = tmp_path / "in"
    source.mkdir()
    for name, side in (("first", 64), ("second", 80)):
        Image.fromarray(np.ascontiguousarray(picture[:side, :side])).save(source / f"{name}.png")
    page.locator("#mode_img2img button", has_text="Batch").first.click()
    page.get_by_text("From directory").first.click()
    page.locator("#img2img_batch_input_dir textarea").fill(str(source))
    for control, value in (("img2img_steps", 1), ("img2img_width", 64), ("img2img_height", 64)):
        set_number(page, control, value)

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
