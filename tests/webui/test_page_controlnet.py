"""A user's own ControlNet unit on the WebUI's page: it acts, and is afterwards as it was."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from .test_page import choose_script, page, set_number  # noqa: F401  page is a fixture

UNIT = "#img2img_controlnet_ControlNet-0_controlnet_"


@pytest.fixture
def unit(page, webui):  # noqa: F811
    """Unit 0, switched on by hand as an inpaint one; gives what the page shows of it."""
    if not webui.inpaint_controlnets():
        pytest.skip("no inpaint ControlNet")
    page.wait_for_timeout(3000)  # ControlNet's own script puts its listeners on the page
    page.locator("#img2img_controlnet #controlnet > .label-wrap").first.click()
    page.wait_for_timeout(1500)
    page.locator(f"{UNIT}enable_checkbox input").first.check()
    page.locator(f"{UNIT}type_filter_radio label", has_text="Inpaint").first.click()
    page.wait_for_function(
        f"() => document.querySelector('{UNIT}model_dropdown input').value.includes('inpaint')", timeout=60000
    )

    if webui.differs("the type Inpaint takes inpaint_only+lama"):
        box = page.locator(f"{UNIT}preprocessor_dropdown input").first
        box.click()
        options = page.locator(f"{UNIT}preprocessor_dropdown ul.options li")
        options.filter(has_text=re.compile(r"^\W*inpaint_only\s*$")).first.click()
        page.wait_for_timeout(1500)

    def shown():
        return (
            page.locator(f"{UNIT}enable_checkbox input").first.is_checked(),
            *(page.locator(f"{UNIT}{name}_dropdown input").first.input_value() for name in ("preprocessor", "model")),
            page.locator(f"{UNIT}control_weight_slider input[type=number]").first.input_value(),
        )

    return shown


def generated(page, width):  # noqa: F811
    """Presses Generate and waits for a picture of a width; its infotext."""
    page.locator("#img2img_generate").click()
    page.wait_for_function(
        f"() => {{ const i = document.querySelector('#img2img_gallery img'); return i && i.naturalWidth === {width}; }}",
        timeout=180000,
    )
    page.wait_for_timeout(1000)
    return page.locator("#html_info_img2img").first.inner_text()


def test_the_unit_acts_and_stays_as_it_was(page, unit, picture, tmp_path):  # noqa: F811
    photo = tmp_path / "photo.png"
    Image.fromarray(picture).save(photo)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(photo))
    page.locator("#img2img_image img").first.wait_for(state="visible", timeout=30000)
    before = unit()
    assert before[:2] == (True, "inpaint_only")
    choose_script(page)
    set_number(page, "img2img_steps", 2)
    set_number(page, "directional_outpaint_left", 32)
    first = generated(page, 128)
    assert "Module: inpaint_only" in first
    assert unit() == before
    dropdown = page.locator("#tab_img2img #script_list input").first
    dropdown.click()
    page.locator("#tab_img2img ul.options li", has_text="None").first.click()
    for control in ("img2img_width", "img2img_height"):
        set_number(page, control, 64)
    plain = generated(page, 64)
    assert "ControlNet 0" in plain
    assert "Module: inpaint_only" in plain  # A1111 changes a unit in place where it meets a mask: not this one
    assert "ControlNet 1" not in plain
    assert page.problems == []
