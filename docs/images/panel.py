"""Screenshots of the panel in a running WebUI: panel.jpg, panel-dark.jpg, panel-phone.jpg, panel-groups.jpg, kept here.

    pip install playwright pillow && python docs/images/panel.py http://127.0.0.1:7860

Needs a Chromium of the system. Nothing is generated.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
PHOTO = HERE.parents[1] / "examples/coffee.jpg"
SHOTS = (
    ("panel", "light", 1280, 1000),
    ("panel-dark", "dark", 1280, 1000),
    ("panel-phone", "dark", 390, 1000),
    ("panel-groups", "light", 1280, 1900),
)


def ready(page: Page, address: str, theme: str) -> None:
    """The img2img tab with a picture, our script, two sides grown and the preview."""
    page.goto(f"{address}?__theme={theme}", wait_until="domcontentloaded")
    page.locator("#tabs > .tab-nav > button", has_text="img2img").first.click(timeout=60_000)
    page.locator("#img2img_image input[type=file]").first.set_input_files(str(PHOTO))
    page.locator("#img2img_image img").first.wait_for()
    page.locator("#tab_img2img #script_list input").first.click()
    page.locator("#tab_img2img ul.options li", has_text="Directional outpaint").first.click()
    for side, amount in (("left", 160), ("up", 64)):
        box = page.locator(f"[id$=directional_outpaint_{side}] input[type=number]")
        box.fill(str(amount))
        box.press("Tab")
    page.wait_for_function("/^760x464, /.test(document.querySelector('.outpaint-line')?.textContent)", timeout=60_000)
    page.locator("[id$=directional_outpaint_preview]").click()
    page.locator(".outpaint-preview-mask img").wait_for()
    page.evaluate("document.activeElement.blur()")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, theme, width, height in SHOTS:
            page = browser.new_page(viewport={"width": width, "height": height})
            ready(page, sys.argv[1].rstrip("/") + "/", theme)
            top = "notice"
            if name == "panel-groups":
                top = "group_shape"
                for group in page.locator("[id*=directional_outpaint_group_] > .label-wrap").all():
                    group.click()
            page.locator(f"[id$=directional_outpaint_{top}]").first.evaluate("e => e.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(700)
            panel = page.locator("[id$=directional_outpaint_amounts]").bounding_box()
            left, right = max(panel["x"] - 12, 0), min(panel["x"] + panel["width"] + 12, width)
            shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").crop((int(left), 0, int(right), height))
            shot.save(HERE / f"{name}.jpg", quality=86, optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
