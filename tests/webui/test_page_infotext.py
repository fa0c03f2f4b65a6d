"""Pasting on the WebUI's own page, in a real browser: PNG Info, the arrow button, and the section of settings."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lib_outpaint.parameters import codecs
from lib_outpaint.parameters.params import DECLARED, Params

from .conftest import SCRIPT, answered
from .test_page import open_batch_tab, page, refusal, set_number  # noqa: F401

CHANGED = {
    "left": 24,
    "up": 9,
    "order": "one by one",
    "fill": "mirror",
    "overlap": 17,
    "mask_falloff": 2.5,
    "mask_weight": 0.35,
    "side_prompts": 'left: a "calm" sea: waves, 天空\nup: sky',
    "extras": "mask",
}


@pytest.fixture
def first(webui, picture):
    """A grown picture: the answer, and the file as it was saved."""
    response = webui.img2img(
        picture,
        script_name=SCRIPT,
        script_args=[CHANGED],
        prompt="a (cup:1.2), table",
        negative_prompt="blur",
        denoising_strength=0.6,
        cfg_scale=5.5,
        seed=4711,
    )
    assert response.status_code == 200, response.text[:500]
    return answered(response), base64.b64decode(response.json()["images"][0])


@pytest.fixture
def checkpoint(webui):
    """The page samples with the checkpoint of the settings: the host's own paste leaves it alone."""
    before = webui.state()["sd_model_checkpoint"]
    webui.post("/sdapi/v1/options", {"sd_model_checkpoint": webui.inpainting})
    yield
    webui.post("/sdapi/v1/options", {"sd_model_checkpoint": before})


def control(page, name):  # noqa: F811
    return page.locator(f"#tab_img2img [id$='directional_outpaint_{name}']").first


def value(page, param):  # noqa: F811
    """What a control shows, whether it is on show or in a closed group."""
    box = control(page, param.name)
    return box.evaluate(
        "e => (e.querySelector('input[type=number]') || e.querySelector('textarea') || e.querySelector('input')).value"
    )


def panel(page):  # noqa: F811
    found = {}
    for param in DECLARED:
        text = value(page, param)
        found[param.name] = codecs.from_text(param, text)
    return Params(**found)


def script(page):  # noqa: F811
    return page.locator("#tab_img2img #script_list input").first.input_value()


def wait_for_panel(page):  # noqa: F811
    control(page, "left").wait_for(state="visible", timeout=30000)
    page.wait_for_function(
        "() => document.querySelector(\"#tab_img2img [id$='directional_outpaint_left'] input[type=number]\").value === '24'",
        timeout=30000,
    )
    page.wait_for_timeout(1000)


def put(page, picture, tmp_path):  # noqa: F811
    photo = tmp_path / "source.png"
    Image.fromarray(picture).save(photo)
    clear = page.locator("#img2img_image button[aria-label='Clear']")
    if clear.count():
        clear.first.click()
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.wait_for_function("() => document.querySelector('#img2img_image img')?.naturalWidth === 96", timeout=30000)


def generated(page, width):  # noqa: F811
    page.locator("#img2img_generate").click()
    page.wait_for_function(f"() => document.querySelector('#img2img_gallery img')?.naturalWidth === {width}", timeout=120000)
    data = page.evaluate("""async () => {
        const blob = await (await fetch(document.querySelector('#img2img_gallery img').src)).blob();
        return await new Promise(done => {
            const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(blob); });
    }""")
    return np.array(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB"))


def test_png_info_restores_the_panel_and_the_same_picture_is_made(
    page,  # noqa: F811
    webui,
    picture,
    first,
    checkpoint,
    tmp_path,
    request,
):
    answer, saved = first
    (tmp_path / "grown.png").write_bytes(saved)
    page.locator("#tabs > .tab-nav > button", has_text="PNG Info").first.click()
    page.locator("#pnginfo_image input[type=file]").first.set_input_files(str(tmp_path / "grown.png"))
    page.get_by_text("Outpaint version").first.wait_for(timeout=30000)
    page.locator("#tab_pnginfo #img2img_tab").click()
    wait_for_panel(page)
    assert script(page) == "Directional outpaint"
    assert panel(page) == Params(**CHANGED, source_size="96x80")
    if request.config.getoption("--screenshots"):
        page.screenshot(path=str(tmp_path / "pasted.png"), full_page=True)
    # The tab now holds the grown picture: growing it again by these parameters is refused.
    page.locator("#img2img_generate").click()
    refused = refusal(page, webui, "may have been outpainted already")
    assert "these parameters are for an image of 96x80, but this one is 120x89" in refused.inner_text()
    put(page, picture, tmp_path)
    again = generated(page, 120)
    assert np.abs(again.astype(int) - answer.first).max() <= 1
    assert page.problems == []


def test_the_arrow_button_restores_the_panel_and_the_same_picture_is_made(
    page,  # noqa: F811
    picture,
    first,
    checkpoint,
    tmp_path,
):
    answer, _ = first
    put(page, picture, tmp_path)
    page.locator("#img2img_prompt textarea").fill(answer.infotext)
    page.locator("#tab_img2img #paste").click()
    wait_for_panel(page)
    assert script(page) == "Directional outpaint"
    assert panel(page) == Params(**CHANGED, source_size="96x80")
    assert page.locator("#img2img_prompt textarea").input_value() == "a (cup:1.2), table"
    again = generated(page, 120)
    assert np.abs(again.astype(int) - answer.first).max() <= 1
    assert page.problems == []


def test_the_infotext_of_something_else_leaves_the_panel_alone(page, first, checkpoint):  # noqa: F811
    answer, _ = first
    prompt = page.locator("#img2img_prompt textarea")
    prompt.fill(answer.infotext)
    page.locator("#tab_img2img #paste").click()
    wait_for_panel(page)
    prompt.fill("a dog\nSteps: 3, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, Denoising strength: 0.5")
    page.locator("#tab_img2img #paste").click()
    page.wait_for_function("() => document.querySelector('#img2img_prompt textarea').value === 'a dog'", timeout=30000)
    page.wait_for_timeout(1000)
    assert script(page) == "None"
    assert panel(page) == Params(**CHANGED, source_size="96x80")


def test_the_section_of_settings(page, webui, tmp_path, request):  # noqa: F811
    page.locator("#tabs > .tab-nav > button", has_text="Settings").first.click()
    page.locator("#settings .tab-nav button", has_text="Directional outpaint").first.click()
    for name, number in (
        ("largest_window", "3"),
        ("largest_canvas", "64"),
        ("most_combinations", "24"),
        ("most_pictures", "1000"),
    ):
        box = page.locator(f"#setting_outpaint_{name} input[type=number]").first
        box.wait_for(state="visible", timeout=20000)
        assert box.input_value() == number
    assert page.locator("#setting_outpaint_auto_controlnet input").first.is_checked()
    if request.config.getoption("--screenshots"):
        page.screenshot(path=str(tmp_path / "settings.png"))
    assert page.problems == []


def test_in_the_batch_tab_a_picture_of_another_size_is_left_out_and_told(
    page,  # noqa: F811
    webui,
    picture,
    checkpoint,
    tmp_path,
):
    if webui.folder is None:
        pytest.skip("no --webui-dir: the folder must be on the WebUI's machine")
    source, output = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name, side in (("a", 64), ("b", 80), ("c", 64)):
        Image.fromarray(np.ascontiguousarray(picture[:side, :side])).save(source / f"{name}.png")
    answer = webui.outpaint(np.ascontiguousarray(picture[:64, :64]), {"left": 24}, steps=1)
    page.locator("#img2img_prompt textarea").fill(answer.infotext)
    page.locator("#tab_img2img #paste").click()
    wait_for_panel(page)
    open_batch_tab(page, webui)
    page.locator("#img2img_batch_input_dir textarea").fill(str(source))
    page.locator("#img2img_batch_output_dir textarea").fill(str(output))
    page.locator("#img2img_generate").click()
    message = "image 2 out of 3 was left out: source_size: these parameters are for an image of 64x64"
    if not webui.differs("warnings are not on the page"):
        told = page.locator(".toast-body", has_text="was left out").first
        told.wait_for(timeout=120000)
        assert message in told.inner_text()
    for _ in range(240):
        page.wait_for_timeout(500)
        if output.exists() and len(list(output.iterdir())) == 2:
            break
    if not webui.differs("the Batch tab numbers the files"):
        assert sorted(path.stem[-1] for path in output.iterdir()) == ["a", "c"]  # the host may put numbers before names
    comments = page.locator("#html_log_img2img .comments", has_text="was left out").first
    comments.wait_for(timeout=60000)
    assert message in comments.inner_text()
    assert page.problems == []
